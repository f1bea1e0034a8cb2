"""What of a network is trained and what stays frozen: a row for each way to train, a column for each block."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

TRAINED, FROZEN = "#228833", "#66707C"
WHITE = '<span style="color:#FFFFFF">{}</span>'
"""A span keeps its colour; texts take that of the page's theme, which cannot be read on these boxes."""
ROW, FRAME = 34, 96
"""Pixels of a row, and of what stands around them."""


def figure(blocks: Mapping[str, int], trained: Mapping[str, Sequence[str]]) -> go.Figure:
    """Boxes in the order of the network, the image at the left; each says how many parameters it has.

    Args:
        blocks: parameters by name, from the image on, the head last.
        trained: by way to train, which of the blocks learn.
    """
    names, ways = list(blocks), list(trained)
    learn = np.array([[name in trained[way] for name in names] for way in ways], float)
    words = [["trained" if value else "frozen" for value in row] for row in learn]
    exact = np.array([[[f"{blocks[name]:,}", said] for name, said in zip(names, row, strict=True)] for row in words])
    chart = go.Figure(
        go.Heatmap(
            x=names,
            y=ways,
            z=learn,
            zmin=0,
            zmax=1,
            colorscale=[[0, FROZEN], [1, TRAINED]],
            showscale=False,
            xgap=3,
            ygap=4,
            customdata=exact,
            hovertemplate="<b>%{y}</b><br>%{x}: %{customdata[0]} parameters, %{customdata[1]}<extra></extra>",
        )
    )
    template.apply(chart)
    size = 12 if len(names) < 6 else 11
    for way in ways:
        for name in names:
            chart.add_annotation(x=name, y=way, text=WHITE.format(short(blocks[name])), showarrow=False, font_size=size)
    chart.update_layout(height=FRAME + ROW * len(ways), margin={"l": 8, "r": 8, "t": 34, "b": 8})
    chart.update_xaxes(side="top", showgrid=False, type="category", title=None)
    chart.update_yaxes(autorange="reversed", showgrid=False, type="category", title=None)
    return chart


def short(number: float) -> str:
    """A number of parameters in few letters: 320, 18k, 2.4M."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if number >= limit:
            value = number / limit
            return f"{value:.0f}{unit}" if value >= 10 else f"{value:.1f}{unit}"
    return f"{number:,.0f}"
