"""How the pixel values of each class are spread."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 320


def figure(
    histograms: Mapping[str, np.ndarray],
    edges: np.ndarray,
    colours: Sequence[str],
    title: str,
    log: bool = False,
) -> go.Figure:
    """One stepped line a class, each as shares of its own pixels, so that large and small classes compare.

    Args:
        histograms: by class, (bins,) pixels.
        edges: (bins + 1,) values.
        colours: of the classes.
        title: of the horizontal axis.
        log: whether shares are logarithmic, which shows rare values.
    """
    chart = go.Figure()
    for (name, counts), colour in zip(histograms.items(), colours, strict=False):
        if not counts.sum():
            continue
        shares = counts / counts.sum()
        chart.add_scatter(
            x=edges,
            y=np.append(shares, shares[-1]),
            name=name,
            mode="lines",
            line={"shape": "hv", "width": 2, "color": colour},
            hovertemplate=f"<b>{name}</b><br>from %{{x:.3g}}: %{{y:.2%}}<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 40, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        showlegend=True,
    )
    chart.update_xaxes(title=title)
    scale = {"type": "log", "dtick": 1} if log else {"rangemode": "tozero"}
    chart.update_yaxes(title="Share of pixels", tickformat=".1%" if log else None, **scale)
    if not log:
        chart.update_yaxes(tickformat=".0%")
    return chart
