"""Weights of the first layer along a regularization path, and the pixels that no weight looks at any more."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import palette, template
from medcore.charts import strengths as axis

HEIGHT, MAP_HEIGHT = 430, 340
UP, DOWN = template.COLOURS[0], template.COLOURS[1]
_MAP = ((0.0, "rgba(128, 139, 150, 0.18)"), (1.0, template.COLOURS[0]))


def paths(
    strengths: Sequence[float],
    values: np.ndarray,
    places: np.ndarray,
    nonzero: Sequence[float] | None,
    chosen: float | None = None,
) -> go.Figure:
    """One line a weight: its value against the strength of the penalty.

    Args:
        strengths: (L,) ascending.
        values: (L, t) of the weights that get largest.
        places: (t, 4) row, column and channel of the input value, and unit.
        nonzero: (L,) weights of the first layer that are not zero.
        chosen: strength to mark.
    """
    at = axis.places(strengths)
    chart = go.Figure()
    for line, (row, column, channel, unit) in zip(np.asarray(values, float).T, np.asarray(places), strict=True):
        up = np.nanmax(line, initial=0) > -np.nanmin(line, initial=0)
        x, y, customdata = axis.broken(strengths, line, strengths)
        where = f"row {row}, column {column}" + (f", channel {channel}" if channel else "")
        chart.add_scatter(
            x=x,
            y=y,
            customdata=customdata,
            mode="lines",
            line={"width": 1.2, "color": palette.translucent(UP if up else DOWN, 0.65)},
            showlegend=False,
            hovertemplate=f"lambda %{{customdata:.3~g}}: %{{y:.3~g}}<extra>{where}, unit {unit}</extra>",
        )
    template.apply(chart)
    axis.lay_out(chart, strengths, nonzero, "Weights of the first layer that are not zero")
    chart.add_hline(y=0, line={"width": 1, "color": template.MUTED})
    if chosen is not None:
        place = float(at[_nearest(strengths, chosen)])
        chart.add_vline(x=place, line={"dash": "dash", "width": 1.5, "color": template.COLOURS[2]})
        chart.add_annotation(
            x=place,
            y=1,
            yref="paper",
            yanchor="top",
            text=f"chosen: {axis.text(chosen)}",
            showarrow=False,
            **_side(at, place),
        )
    chart.update_layout(height=HEIGHT, hovermode="closest", margin={"l": 10, "r": 20, "t": 20, "b": 10})
    chart.update_yaxes(title="Weight")
    return chart


def used(dead: np.ndarray) -> go.Figure:
    """The input values that at least one weight looks at.

    Args:
        dead: (height, width) bool, where all weights are exactly 0.
    """
    height, width = dead.shape
    chart = go.Figure(
        go.Heatmap(
            z=(~dead).astype(int),
            zmin=0,
            zmax=1,
            colorscale=_MAP,
            showscale=False,
            xgap=0.5,
            ygap=0.5,
            text=np.where(dead, "dead: all its weights are 0", "looked at"),
            hovertemplate="row %{y}, column %{x}: %{text}<extra></extra>",
        )
    )
    template.apply(chart)
    chart.update_layout(height=MAP_HEIGHT, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    chart.update_xaxes(title="Column of the image", range=(-0.5, width - 0.5), showgrid=False, constrain="domain")
    chart.update_yaxes(
        title="Row of the image", range=(height - 0.5, -0.5), showgrid=False, scaleanchor="x", constrain="domain"
    )
    return chart


def _nearest(strengths: Sequence[float], value: float) -> int:
    return int(np.abs(np.asarray(strengths, float) - value).argmin())


def _side(at: np.ndarray, place: float) -> dict[str, object]:
    """Which side of a line leaves room for its name."""
    left = place > (at.min() + at.max()) / 2
    return {"xanchor": "right", "xshift": -4} if left else {"xanchor": "left", "xshift": 4}
