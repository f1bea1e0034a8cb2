"""Axes of shares of pixels, where black often fills one bin and everything else shares the rest."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

TITLE = "Share of pixels (%)"
LOGARITHMIC = "Share of pixels<br>(%, logarithmic)"
CUT = 4
"""A bin this many times as high as the next does not fit into the axis."""
ROOM = 1.08
"""The axis is this much longer than what it shows."""
MANY_DECADES = 3


def linear(chart: go.Figure, shares: Mapping[str, np.ndarray], edges: np.ndarray) -> None:
    """A linear axis above all values, unless one bin would press the others flat: then it is cut, and said beside it.

    Args:
        chart: to be changed.
        shares: by line or row of bars, (bins,) in percent.
        edges: (bins + 1,) values.
    """
    bins = np.max(list(shares.values()), axis=0) if shares else np.zeros(len(edges) - 1)
    second, first = np.sort(bins)[-2:]
    top = second if second and first > CUT * second else first
    chart.update_yaxes(title=TITLE, range=[0, ROOM * (top or 100)])
    if top < first:
        _say(chart, first, edges, int(np.argmax(bins)))


def _say(chart: go.Figure, share: float, edges: np.ndarray, number: int) -> None:
    """How high the bin is, beside its upper end."""
    x = float(edges[number : number + 2].mean())
    left = x < (edges[0] + edges[-1]) / 2
    chart.add_annotation(
        text=f"{'← ' if left else ''}This bin goes up to {share:.0f}%{'' if left else ' →'}",
        x=x,
        y=1,
        yref="paper",
        xanchor="left" if left else "right",
        xshift=8 if left else -8,
        yanchor="top",
        showarrow=False,
    )


def logarithmic(chart: go.Figure, shares: Mapping[str, np.ndarray]) -> None:
    """A logarithmic axis with all that is above 0; ticks at 1, 2, 5 of each decade where there are few."""
    above = np.concatenate([values[values > 0] for values in shares.values()] or [np.empty(0)])
    low, high = (above.min() / 1.5, above.max() * 1.5) if len(above) else (0.1, 100.0)
    decades = np.log10([low, high])
    chart.update_yaxes(
        title=LOGARITHMIC,
        type="log",
        range=decades.tolist(),
        dtick="D2" if np.ptp(decades) <= MANY_DECADES else 1,
        tickformat=".1~r",
    )
