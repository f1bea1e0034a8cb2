"""Optimizers on a surface of two weights: how fast the value falls, and their paths on its contours."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 320
LOWEST = 1e-16
"""Above the minimum: less is the rounding of a number near 1, and would flatten what lies above."""
_SHADES = ((0.0, "rgba(68, 119, 170, 0.45)"), (1.0, "rgba(68, 119, 170, 0.0)"))
_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}


class Course(NamedTuple):
    """One optimizer's path: (n, 2) points and (n,) values, the start first."""

    label: str
    colour: str
    points: np.ndarray
    values: np.ndarray


def values(courses: Sequence[Course], floor: float) -> go.Figure:
    """How far above the lowest value each optimizer is after each step, on a logarithmic axis down to `LOWEST`.

    Args:
        courses: drawn in this order.
        floor: the surface's lowest value; where a course reaches it the curve has a gap.
    """
    chart = go.Figure()
    for course in courses:
        above = course.values - floor
        with np.errstate(invalid="ignore"):
            above = np.where(np.isfinite(above) & (above > 0), above, np.nan)
        chart.add_scatter(
            x=np.arange(len(above)),
            y=above,
            mode="lines",
            name=course.label,
            line={"color": course.colour, "width": 2.5},
            showlegend=True,
            hovertemplate="step %{x}: %{y:.4g}",
        )
    template.apply(chart)
    chart.update_layout(height=HEIGHT, legend=_LEGEND, margin={"l": 10, "r": 10, "t": 35, "b": 10})
    chart.update_xaxes(title="step", rangemode="tozero")
    name = "f" if floor == 0 else f"f − ({floor:g})" if floor < 0 else f"f − {floor:g}"
    chart.update_yaxes(title=f"{name} (above the minimum)", type="log", exponentformat="power", nticks=6)
    chart.update_yaxes(autorangeoptions={"clipmin": LOWEST})
    return chart


def paths(x: np.ndarray, y: np.ndarray, heights: np.ndarray, courses: Sequence[Course]) -> go.Figure:
    """The paths on the contours, both weights on one scale.

    Args:
        x: (m,) weights; y: (k,) weights.
        heights: (k, m) of the contours; the faintest are the highest.
        courses: drawn in this order.
    """
    chart = go.Figure(
        go.Contour(
            x=x,
            y=y,
            z=heights,
            colorscale=_SHADES,
            contours_coloring="heatmap",
            ncontours=24,
            line={"width": 0.8, "color": template.MUTED},
            showscale=False,
            hoverinfo="skip",
        )
    )
    for course in courses:
        line = {"color": course.colour, "width": 2.5}
        chart.add_scatter(
            x=course.points[:, 0], y=course.points[:, 1], mode="lines", name=course.label, line=line, showlegend=True
        )
    template.apply(chart)
    chart.update_layout(height=520, legend=_LEGEND, margin={"l": 10, "r": 10, "t": 35, "b": 10})
    chart.update_xaxes(title="Weight x", range=[x[0], x[-1]], constrain="domain", showgrid=False)
    chart.update_yaxes(title="Weight y", range=[y[0], y[-1]], constrain="domain", scaleanchor="x", showgrid=False)
    return chart
