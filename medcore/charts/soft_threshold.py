"""One weight under L1: by its slope it circles around 0, by the soft threshold it lands on it."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import template

NAMES = {"subgradient": "By its slope", "proximal": "Proximal step"}
COLOURS = {"subgradient": template.COLOURS[1], "proximal": template.COLOURS[0]}
ROW, AROUND = 170, 130
"""Pixels of a walk, and of all that stands around the walks."""


def figure(walks: Mapping[str, Mapping[str, np.ndarray]]) -> go.Figure:
    """A row an optimizer: the weight after every update, once a way to step.

    Args:
        walks: by optimizer and way (a key of `NAMES`), the weight before the first update and after each (n + 1,).
    """
    titles = [_title(name, ways) for name, ways in walks.items()]
    chart = make_subplots(rows=len(walks), cols=1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.09)
    for row, ways in enumerate(walks.values(), 1):
        chart.add_hline(0, line={"color": template.MUTED, "width": 1}, row=row, col=1)
        for way, weights in ways.items():
            chart.add_scatter(
                y=weights,
                mode="lines",
                name=NAMES[way],
                legendgroup=way,
                showlegend=row == 1,
                line={"color": COLOURS[way], "width": 2},
                hovertemplate=f"<b>{NAMES[way]}</b><br>after %{{x}} updates: %{{y:.4~g}}<extra></extra>",
                row=row,
                col=1,
            )
    template.apply(chart)
    chart.update_layout(
        height=ROW * len(walks) + AROUND,
        margin={"l": 10, "r": 10, "t": 85, "b": 10},
        legend={"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
    )
    chart.update_annotations(font_size=13, x=0, xanchor="left")
    chart.update_yaxes(title="Weight", nticks=4)
    chart.update_xaxes(title="Update", row=len(walks), col=1)
    return chart


def _title(name: str, ways: Mapping[str, np.ndarray]) -> str:
    counts = (f'<span style="color:{COLOURS[way]}">{int((weights == 0).sum())}</span>' for way, weights in ways.items())
    return f"<b>{name}</b>, exactly 0: {' and '.join(counts)}×"
