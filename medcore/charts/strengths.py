"""The axis of a penalty's strengths: logarithmic, with a place of its own for no penalty at all."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

TITLE = "Strength of the penalty, lambda (logarithmic)"
GAP = 0.12
"""Share of the axis between 0, which has no logarithm, and the smallest strength above it."""
EDGE = 0.04
MOST_COUNTS = 7
"""Numbers along the top that have room on a phone."""


def places(strengths: Sequence[float]) -> np.ndarray:
    """Where strengths (L,) stand: at their logarithm to base 10, 0 at a distance to the left of all others."""
    values = np.asarray(strengths, float)
    above = values[values > 0]
    if not len(above):
        return np.zeros(len(values))
    logs = np.log10(np.where(values > 0, values, above.min()))
    return np.where(values > 0, logs, logs.min() - _gap(above))


def broken(strengths: Sequence[float], *columns: Sequence[float]) -> list[np.ndarray]:
    """The places and further columns (L,) of a line that is broken between 0 and the strengths above it."""
    drawn = [places(strengths), *(np.asarray(column, float) for column in columns)]
    zero = len(strengths) > 1 and strengths[0] == 0
    return [np.insert(column, 1, np.nan) for column in drawn] if zero else drawn


def lay_out(
    chart: go.Figure,
    strengths: Sequence[float],
    nonzero: Sequence[float] | None = None,
    counted: str = "Weights that are not zero",
) -> None:
    """Gives the chart the axis, a break in it where 0 stands, and the counts of weights along the top.

    Args:
        strengths: (L,), ascending.
        nonzero: (L,) weights that are not zero, NaN where unknown; None for no axis along the top.
        counted: title of that axis.
    """
    at = places(strengths)
    room = EDGE * float(np.ptp(at)) or 0.5
    ends = [float(at.min()) - room, float(at.max()) + room]
    chart.update_xaxes(title=TITLE, range=ends, **_ticks(strengths, at))
    if 0 in strengths and max(strengths) > 0:
        _break(chart, at)
    if nonzero is not None and np.isfinite(nonzero).any():
        _top(chart, at, np.asarray(nonzero, float), ends, counted)


def text(strength: float) -> str:
    """A strength in three digits: 0.0072, 1e-5."""
    return f"{strength:.3g}".replace("e-0", "e-")


def count(number: float) -> str:
    """A number of weights in few characters: 950, 1.2k, 104k."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.2g}{letter}" if number < 100 * size else f"{number / size:.0f}{letter}"
    return f"{number:.0f}"


def _gap(above: np.ndarray) -> float:
    return max(0.5, GAP / (1 - GAP) * float(np.ptp(np.log10(above))))


def _ticks(strengths: Sequence[float], at: np.ndarray) -> dict[str, Any]:
    above = [value for value in strengths if value > 0]
    ticks = {float(place): "0" for value, place in zip(strengths, at, strict=True) if value == 0}
    if above:
        first, last = math.ceil(math.log10(min(above)) - 1e-9), math.floor(math.log10(max(above)) + 1e-9)
        every = max(1, math.ceil((last - first + 1) / 8))
        decades = {float(power): text(10.0**power) for power in range(first, last + 1, every)}
        ticks |= decades if len(decades) > 1 else {math.log10(value): text(value) for value in (above[0], above[-1])}
    return {"tickvals": list(ticks), "ticktext": list(ticks.values())}


def _break(chart: go.Figure, at: np.ndarray) -> None:
    """Two strokes across the axis: what lies left of them is not on its scale."""
    middle, style = float(at[0] + at[1]) / 2, {"size": 15, "color": template.MUTED}
    chart.add_annotation(x=middle, y=0, yref="paper", text="//", showarrow=False, font=style)


def _top(chart: go.Figure, at: np.ndarray, nonzero: np.ndarray, ends: Sequence[float], title: str) -> None:
    known = np.flatnonzero(np.isfinite(nonzero))
    shown = known[np.unique(np.linspace(0, len(known) - 1, min(len(known), MOST_COUNTS)).round().astype(int))]
    # An axis without a trace is not drawn.
    chart.add_scatter(x=at[:1], y=[None], xaxis="x2", showlegend=False, hoverinfo="skip")
    chart.update_layout(
        xaxis2=template.axis(title)
        | {
            "overlaying": "x",
            "matches": "x",
            "side": "top",
            "range": list(ends),
            "showgrid": False,
            "tickvals": at[shown],
            "ticktext": [count(number) for number in nonzero[shown]],
        }
    )
