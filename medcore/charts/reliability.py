"""Reliability diagram: what happened against what was said, with the number of cases below."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

UPPER, LOWER = (0.34, 1.0), (0.0, 0.22)
"""Shares of the height that the curve and the bars take."""


class Points(NamedTuple):
    """Bins of cases, (b,) each: how many, mean probability said, share in which it was so, and its interval."""

    counts: np.ndarray
    said: np.ndarray
    happened: np.ndarray
    low: np.ndarray
    high: np.ndarray


def figure(curves: Mapping[str, Points], colours: Mapping[str, str], said: str, happened: str) -> go.Figure:
    """A line a way to say probabilities; on the diagonal they mean what they say.

    Args:
        curves: by name, over bins of equal width.
        colours: by name.
        said: title of the horizontal axis.
        happened: title of the vertical axis.
    """
    chart = go.Figure()
    chart.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="means what it says",
        line={"dash": "dot", "color": template.MUTED, "width": 1.5},
        hoverinfo="skip",
    )
    for name, points in curves.items():
        there = points.counts > 0
        counts, x, y, low, high = (values[there] for values in points)
        chart.add_scatter(
            x=x,
            y=y,
            mode="lines+markers",
            name=name,
            error_y={"type": "data", "symmetric": False, "array": high - y, "arrayminus": y - low, "thickness": 1.2},
            line={"color": colours[name], "width": 2},
            marker={"size": 8},
            customdata=np.stack([counts, low, high], axis=1),
            hovertemplate=f"<b>{name}</b><br>said %{{x:.1%}}, so in %{{y:.1%}} "
            "[%{customdata[1]:.1%} to %{customdata[2]:.1%}]<br>%{customdata[0]:,} images<extra></extra>",
        )
        width = 1 / len(points.counts)
        chart.add_bar(
            x=(np.arange(len(points.counts)) + 0.5) * width,
            y=points.counts,
            yaxis="y2",
            name=name,
            showlegend=False,
            marker={"color": colours[name], "opacity": 0.7, "line": {"width": 0}},
            hovertemplate=f"<b>{name}</b><br>%{{y:,}} images<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=430,
        barmode="group",
        bargap=0.1,
        margin={"l": 10, "r": 10, "t": 30, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        hovermode="closest",
        yaxis={"domain": UPPER, "range": (-0.02, 1.03), "title": happened, "tickformat": ".0%"},
        yaxis2=template.axis("Images") | {"domain": LOWER, "anchor": "x", "nticks": 3},
        xaxis={"anchor": "y2", "range": (-0.01, 1.01), "title": said, "tickformat": ".0%"},
    )
    return chart
