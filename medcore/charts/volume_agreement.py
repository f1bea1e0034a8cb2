"""Predicted against true sizes, and their differences with the limits of agreement (Bland & Altman 1986)."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template


def predicted(true: np.ndarray, said: np.ndarray, names: Sequence[str], unit: str, colour: str) -> go.Figure:
    """Predicted against true size, a point a case; on the line they are equal.

    Args:
        true, said: (units,) sizes of one class.
        names: (units,) of the cases.
        unit: of the sizes: "ml", "mm²", "pixels", "voxels".
        colour: of the class.
    """
    largest = float(max(true.max(initial=0), said.max(initial=0))) or 1.0
    chart = go.Figure()
    chart.add_scatter(
        x=[0, largest],
        y=[0, largest],
        mode="lines",
        name="equal",
        line={"dash": "dash", "width": 1.5, "color": template.MUTED},
        hoverinfo="skip",
    )
    _points(chart, true, said, names, colour, f"true %{{x:,.3~r}}, predicted %{{y:,.3~r}} {unit}")
    _lay_out(chart)
    ends = (-0.03 * largest, 1.06 * largest)
    chart.update_xaxes(title=f"True size in {unit}", range=ends)
    chart.update_yaxes(title=f"Predicted size in {unit}", range=ends)
    return chart


def differences(
    true: np.ndarray,
    said: np.ndarray,
    limits: tuple[float, float, float],
    names: Sequence[str],
    unit: str,
    colour: str,
) -> go.Figure:
    """Predicted less true against the mean of both, a point a case.

    Args:
        true, said: (units,) sizes of one class.
        limits: mean difference, lower and upper limit of agreement; NaN where there are none.
        names: (units,) of the cases.
        unit: of the sizes.
        colour: of the class.
    """
    chart = go.Figure()
    text = f"mean of both %{{x:,.3~r}}, predicted less true %{{y:,.3~r}} {unit}"
    _points(chart, (true + said) / 2, said - true, names, colour, text)
    chart.add_hline(y=0, line={"width": 1, "color": template.MUTED})
    for value, what, dash in zip(limits, ("mean", "−1.96 SD", "+1.96 SD"), ("solid", "dot", "dot"), strict=True):
        if np.isfinite(value):
            chart.add_hline(y=value, line={"dash": dash, "width": 1.5, "color": colour})
            chart.add_annotation(
                text=f"{what} {number(value)}",
                x=1,
                xref="paper",
                xanchor="right",
                y=value,
                yanchor="bottom",
                showarrow=False,
                font={"size": 11},
            )
    _lay_out(chart)
    chart.update_xaxes(title=f"Mean of true and predicted size in {unit}", rangemode="tozero")
    chart.update_yaxes(title=f"Predicted less true in {unit}")
    return chart


def number(value: float, sign: str = "-") -> str:
    """A size or a difference with three digits or all before the point, and with a minus that is none of a range.

    Args:
        sign: "+" where what is above 0 has one, too.
    """
    said = f"{value:{sign},.0f}" if abs(value) >= 100 else f"{value:{sign}.3g}"
    return said.replace("-", "−")


def _points(chart: go.Figure, x: np.ndarray, y: np.ndarray, names: Sequence[str], colour: str, text: str) -> None:
    chart.add_scatter(
        x=x,
        y=y,
        mode="markers",
        name="a case",
        marker={"color": colour, "size": 7, "opacity": 0.75},
        customdata=list(names),
        hovertemplate=f"%{{customdata}}: {text}<extra></extra>",
    )


def _lay_out(chart: go.Figure) -> None:
    template.apply(chart)
    chart.update_layout(
        height=320,
        margin={"l": 10, "r": 10, "t": 34, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        showlegend=True,
    )
