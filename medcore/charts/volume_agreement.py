"""Predicted against true volumes, and their differences with the limits of agreement (Bland & Altman 1986)."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

Classes = Mapping[str, tuple[np.ndarray, np.ndarray, str]]
"""By name of a class: true volumes (units,), predicted ones, and its colour."""


def predicted(classes: Classes, names: Sequence[str], unit: str) -> go.Figure:
    """Predicted against true volume, a point a case; on the line they are equal.

    Args:
        classes: what was measured.
        names: (units,) of the cases.
        unit: of the volumes: "ml", "mm²", "pixels", "voxels".
    """
    chart = go.Figure()
    largest = max((float(max(true.max(), said.max())) for true, said, _ in classes.values()), default=0.0) or 1.0
    chart.add_scatter(
        x=[0, largest],
        y=[0, largest],
        mode="lines",
        name="equal",
        line={"dash": "dash", "width": 1.5, "color": template.MUTED},
        hoverinfo="skip",
    )
    for name, (true, said, colour) in classes.items():
        _points(chart, name, true, said, colour, names, f"true %{{x:.3g}}, predicted %{{y:.3g}} {unit}")
    _lay_out(chart)
    ends = (-0.03 * largest, 1.06 * largest)
    chart.update_xaxes(title=f"True size in {unit}", range=ends)
    chart.update_yaxes(title=f"Predicted size in {unit}", range=ends)
    return chart


def differences(
    classes: Classes, limits: Mapping[str, tuple[float, float, float]], names: Sequence[str], unit: str
) -> go.Figure:
    """Predicted less true against the mean of both, a point a case.

    Args:
        classes: what was measured.
        limits: by name of a class, mean difference and limits of agreement; NaN where there are none.
        names: (units,) of the cases.
        unit: of the volumes.
    """
    chart = go.Figure()
    chart.add_hline(y=0, line={"width": 1, "color": template.MUTED})
    for name, (true, said, colour) in classes.items():
        text = f"mean of both %{{x:.3g}}, predicted less true %{{y:.3g}} {unit}"
        _points(chart, name, (true + said) / 2, said - true, colour, names, text)
        for value, dash in zip(limits[name], ("solid", "dot", "dot"), strict=True):
            if np.isfinite(value):
                chart.add_hline(y=value, line={"dash": dash, "width": 1.5, "color": colour})
    _lay_out(chart)
    chart.update_xaxes(title=f"Mean of true and predicted size in {unit}", rangemode="tozero")
    chart.update_yaxes(title=f"Predicted less true in {unit}")
    return chart


def _points(
    chart: go.Figure, name: str, x: np.ndarray, y: np.ndarray, colour: str, names: Sequence[str], text: str
) -> None:
    chart.add_scatter(
        x=x,
        y=y,
        mode="markers",
        name=name,
        marker={"color": colour, "size": 7, "opacity": 0.75},
        customdata=list(names),
        hovertemplate=f"%{{customdata}}, {name}: {text}<extra></extra>",
    )


def _lay_out(chart: go.Figure) -> None:
    template.apply(chart)
    chart.update_layout(
        height=320,
        margin={"l": 10, "r": 10, "t": 34, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
