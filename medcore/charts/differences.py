"""How far the best is ahead of the others, with intervals."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from medcore.charts import template


class Row(NamedTuple):
    """The best minus another, -1 to 1, with its interval, if it says anything; `certain` if both can be told apart."""

    label: str
    colour: str
    mean: float
    interval: tuple[float, float] | None
    certain: bool


def figure(rows: Sequence[Row], best: str) -> go.Figure:
    """One row for each of the others: a dot with its interval beside the line at 0, hollow if it may be chance."""
    chart = go.Figure()
    for row in rows:
        mean = 100 * row.mean
        low, high = (100 * end for end in row.interval or (row.mean, row.mean))
        span = f", {low:+.1f} to {high:+.1f}" if row.interval else ""
        chart.add_scatter(
            x=[mean],
            y=[row.label],
            error_x={
                "type": "data",
                "visible": row.interval is not None,
                "symmetric": False,
                "array": [high - mean],
                "arrayminus": [mean - low],
                "thickness": 2,
                "width": 5,
            },
            mode="markers",
            cliponaxis=False,
            marker={
                "size": 11,
                "color": row.colour,
                "symbol": "circle" if row.certain else "circle-open",
                "line": {"width": 2, "color": row.colour},
            },
            name=row.label,
            showlegend=False,
            hovertemplate=f"%{{y}}: {mean:+.1f} points{span}<extra></extra>",
        )
        # Beside the panel, where no bar can cross it.
        chart.add_annotation(
            text=f"{mean:+.1f}", x=1, xref="paper", xanchor="left", xshift=8, y=row.label, showarrow=False
        )
    chart.add_vline(x=0, line={"dash": "dot", "width": 1.5, "color": template.MUTED})
    template.apply(chart)
    chart.update_layout(height=80 + 36 * len(rows), margin={"l": 10, "r": 60, "t": 10, "b": 50})
    chart.update_xaxes(title=f"{best} ahead by (percentage points)", range=_range(rows))
    chart.update_yaxes(range=(len(rows) - 0.5, -0.5))
    return chart


def _range(rows: Sequence[Row]) -> tuple[float, float]:
    """All intervals and 0, with room for a dot at either end."""
    ends = [0.0, *(100 * end for row in rows for end in (row.mean, *(row.interval or ())))]
    room = 0.06 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room
