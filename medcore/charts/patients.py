"""Patients as squares: how many are ill and found, ill and missed, well and alarmed, well and cleared."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

COLUMNS = 40
SIZE = 6
"""Pixels of a square."""


def figure(kinds: Mapping[str, tuple[int, str, str]]) -> go.Figure:
    """One square a patient, kind by kind, from the upper left, row by row.

    Args:
        kinds: by name, how many, colour and Plotly symbol.
    """
    chart = go.Figure()
    start, total = 0, sum(count for count, _, _ in kinds.values())
    for name, (count, colour, symbol) in kinds.items():
        place = np.arange(start, start + count)
        start += count
        chart.add_scatter(
            x=place % COLUMNS,
            y=place // COLUMNS,
            mode="markers",
            name=f"{count:,} {name}",
            marker={"symbol": symbol, "size": SIZE, "color": colour, "line": {"width": 1, "color": colour}},
            hovertemplate=f"{count:,} of {total:,}: {name}<extra></extra>",
        )
    template.apply(chart)
    rows = -(-total // COLUMNS)
    chart.update_layout(
        height=rows * 13 + 60,
        margin={"l": 5, "r": 5, "t": 50, "b": 5},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemsizing": "constant"},
        hovermode="closest",
        dragmode=False,
    )
    hidden = {"showgrid": False, "showticklabels": False, "fixedrange": True, "automargin": False}
    chart.update_xaxes(range=(-1, COLUMNS), **hidden)
    chart.update_yaxes(range=(rows - 0.3, -0.7), **hidden)
    return chart
