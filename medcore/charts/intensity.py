"""How the pixel values of each class are spread."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 320
CUT = 5
"""A bin this many times as high as the next does not fit into the axis."""


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
    peaks = [np.zeros(2)]
    for (name, counts), colour in zip(histograms.items(), colours, strict=False):
        if not counts.sum():
            continue
        shares = counts / counts.sum()
        peaks.append(np.sort(shares)[-2:])
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
    if log:
        chart.update_yaxes(title="Share of pixels", type="log", dtick=1, tickformat=".1g")
    else:
        chart.update_yaxes(title="Share of pixels", tickformat=".1~%", range=[0, _top(chart, np.array(peaks))])
    return chart


def _top(chart: go.Figure, peaks: np.ndarray) -> float:
    """Top of the axis: above all values, unless one bin (black, often) would press the others flat; then it is said."""
    first, second = peaks[:, -1].max(), peaks[:, 0].max()
    if not second or first <= CUT * second:
        return 1.08 * first or 1.0
    chart.add_annotation(
        text=f"One bin goes up to {first:.0%}",
        x=1,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="right",
        yanchor="top",
        showarrow=False,
    )
    return 1.08 * second
