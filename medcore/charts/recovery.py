"""Accuracy at the target of each method, between what is reached without it and what could be reached."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from medcore.charts import palette, template

ROW = 52
ROOM = 0.04
"""Of the axis beyond the outermost value."""
NOTE_WIDTH = 78
"""Pixels on the right for the numbers."""


class Row(NamedTuple):
    """One method.

    Args:
        name: of the method.
        colour: of its runs.
        scores: accuracy of each seed, 0 to 1.
        mean: of them.
        low, high: 95% interval of the mean; NaN for one seed.
        note: stands under the mean, on the right; "" for nothing.
    """

    name: str
    colour: str
    scores: tuple[float, ...]
    mean: float
    low: float
    high: float
    note: str = ""


def figure(rows: Sequence[Row], lower: float | None, upper: float | None, title: str) -> go.Figure:
    """One row a method: a small dot a seed, a large one with its interval for the mean, its number on the right.

    Names stand above their rows, so that a narrow page leaves the chart its width.

    Args:
        rows: from top to bottom.
        lower, upper: accuracy without anything and what could be reached, each None where it is not known; between
            them lies what can be recovered.
        title: of the horizontal axis.
    """
    chart = go.Figure()
    for row in rows:
        _row(chart, row)
    if lower is not None and upper is not None and upper > lower:
        _ends(chart, lower, upper)
    template.apply(chart)
    chart.update_layout(
        height=95 + ROW * len(rows), showlegend=False, margin={"l": 10, "r": NOTE_WIDTH, "t": 28, "b": 45}
    )
    chart.update_xaxes(title=title, tickformat=".0%", range=_range(rows))
    chart.update_yaxes(range=(len(rows) - 0.5, -0.6), showgrid=False, showticklabels=False)
    return chart


def _row(chart: go.Figure, row: Row) -> None:
    chart.add_scatter(
        x=np.array(row.scores),
        y=np.full(len(row.scores), row.name, object),
        mode="markers",
        marker={"size": 7, "color": palette.translucent(row.colour, 0.45)},
        hovertemplate=f"<b>{row.name}</b><br>one seed: %{{x:.1%}}<extra></extra>",
    )
    spread = None
    if np.isfinite(row.low):
        spread = {
            "type": "data",
            "symmetric": False,
            "array": [row.high - row.mean],
            "arrayminus": [row.mean - row.low],
        }
        spread |= {"thickness": 2, "width": 5}
    interval = f" [{row.low:.1%} to {row.high:.1%}]" if spread else ""
    chart.add_scatter(
        x=[row.mean],
        y=[row.name],
        error_x=spread,
        mode="markers",
        cliponaxis=False,
        marker={"size": 12, "color": row.colour, "symbol": "diamond"},
        hovertemplate=f"<b>{row.name}</b><br>mean: %{{x:.1%}}{interval}<extra></extra>",
    )
    chart.add_annotation(
        text=row.name, x=0, xref="paper", xanchor="left", y=row.name, yshift=17, showarrow=False, font={"size": 12}
    )
    text = f"<b>{row.mean:.1%}</b>" + (f"<br><span style='font-size:11px'>{row.note}</span>" if row.note else "")
    chart.add_annotation(
        text=text, x=1, xref="paper", xanchor="left", xshift=8, y=row.name, showarrow=False, align="left"
    )


def _ends(chart: go.Figure, lower: float, upper: float) -> None:
    """What can be recovered as a band, with a line at half of it."""
    chart.add_vrect(
        x0=lower, x1=upper, fillcolor=palette.translucent(template.MUTED, 0.14), line_width=0, layer="below"
    )
    chart.add_vline(
        x=(lower + upper) / 2,
        line={"dash": "dot", "width": 1.5, "color": template.MUTED},
        annotation_text="half recovered",
    )
    chart.layout.annotations[-1].update(yref="paper", y=1.0, yanchor="bottom", xanchor="center", font={"size": 11})


def _range(rows: Sequence[Row]) -> tuple[float, float]:
    """Around every value and interval."""
    values = [value for row in rows for value in (*row.scores, row.low, row.high) if np.isfinite(value)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    return max(-0.01, low - ROOM), min(1.01, high + ROOM)
