"""What was said of the cases of each class; every cell can be clicked."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

MOST_NUMBERS = 14
"""Classes whose cells have room for a number."""
LONGEST = 22
"""Letters of a class on an axis."""
_SCALE = ((0.0, "rgba(68, 119, 170, 0.04)"), (1.0, "rgba(68, 119, 170, 0.8)"))


def figure(counts: np.ndarray, classes: Sequence[str]) -> go.Figure:
    """A cell a pair of classes, as dark as its share of the true class.

    A click on a heatmap is no selection in Streamlit, so an unseen marker lies over every cell: its y is the number of
    the true class, its x that of the class said.

    Args:
        counts: (classes, classes) of (true, said).
        classes: their names.
    """
    n = len(classes)
    there = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, there, out=np.zeros(counts.shape), where=there > 0)
    names = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in classes]
    chart = go.Figure()
    chart.add_heatmap(z=shares, zmin=0, zmax=1, colorscale=_SCALE, showscale=False, xgap=2, ygap=2, hoverinfo="skip")
    true, said = (axis.ravel() for axis in np.indices(counts.shape))
    chart.add_scatter(
        x=said,
        y=true,
        mode="markers",
        marker={"symbol": "square", "size": max(14, min(60, 360 // n)), "color": template.COLOURS[3], "opacity": 0},
        selected={"marker": {"opacity": 0.35}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate=[
            f"true: <b>{classes[t]}</b><br>said: <b>{classes[s]}</b><br>{counts[t, s]:,} images<extra></extra>"
            for t, s in zip(true, said, strict=True)
        ],
        showlegend=False,
    )
    if n <= MOST_NUMBERS:
        size = 16 if n <= 4 else 12 if n <= 10 else 10
        for t, s in zip(true, said, strict=True):
            chart.add_annotation(
                x=s, y=t, text=_number(int(counts[t, s]), shares[t, s], n), showarrow=False, font={"size": size}
            )
    template.apply(chart)
    chart.update_layout(height=120 + max(56 if n <= 4 else 34, 220 // n) * n, clickmode="event+select", dragmode=False)
    ticks = {"tickvals": list(range(n)), "ticktext": names, "showgrid": False, "range": (-0.5, n - 0.5)}
    chart.update_xaxes(title="Class said by the model", **ticks)
    chart.update_yaxes(title="True class", **ticks)
    chart.update_yaxes(range=(n - 0.5, -0.5))
    return chart


def _number(count: int, share: float, classes: int) -> str:
    return f"{count:,}<br>{share:.0%}" if classes <= 6 else f"{count:,}" if count else ""
