"""How much of each class every slice of a volume has, and how far variants of the image disagree on it."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 260


def figure(
    slices: np.ndarray,
    areas: np.ndarray,
    least: np.ndarray,
    most: np.ndarray,
    classes: Sequence[str],
    colours: Sequence[str],
    unit: str,
    shown: int | None = None,
) -> go.Figure:
    """A line a class; the band goes from the least to the most that a variant says.

    Args:
        slices: (n,) numbers of the slices, the first is 1.
        areas, least, most: (n, classes) in `unit`.
        classes, colours: of each.
        unit: "mm²" or "pixels".
        shown: number of the slice that is looked at.
    """
    figure = go.Figure()
    for number, (name, colour) in enumerate(zip(classes, colours, strict=True)):
        if (least != most).any():
            figure.add_scatter(
                x=np.concatenate([slices, slices[::-1]]),
                y=np.concatenate([most[:, number], least[::-1, number]]),
                fill="toself",
                fillcolor=colour,
                opacity=0.25,
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=slices,
            y=areas[:, number],
            name=name,
            mode="lines+markers" if len(slices) < 40 else "lines",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate=f"slice %{{x}}: %{{y:,.4g}} {unit}<extra>%{{fullData.name}}</extra>",
        )
    if shown is not None:
        figure.add_vline(x=shown, line={"color": template.MUTED, "width": 1, "dash": "dot"})
    template.apply(figure)
    figure.update_layout(height=HEIGHT, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(title_text="Slice")
    figure.update_yaxes(title_text=f"Area ({unit})", rangemode="tozero")
    return figure
