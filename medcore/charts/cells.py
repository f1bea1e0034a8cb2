"""Small multiples: one cell a line of the legend, all with the same axes, a title above each."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from medcore.charts import template

COLUMNS = 3
ROW = 170
"""Pixels of a row of cells with its titles."""
BESIDE, ABOVE = 0.03, 44
"""Between cells: a share of the width, and pixels, which the titles stand in."""
FOOT = 52
SECOND = " · "
"""In a title: what follows the first of them goes into a line of its own."""


def layout(titles: Sequence[str], x: Mapping[str, Any], y: Mapping[str, Any], log: bool = False) -> dict[str, Any]:
    """The layout of as many cells as there are titles, row by row; the axes of cell n are xn and yn, from 1.

    Args:
        titles: above the cells.
        x, y: what is said of every x and y axis; their titles stand at the outer cells alone.
        log: whether y is logarithmic.
    """
    columns = min(COLUMNS, len(titles)) or 1
    rows = math.ceil(len(titles) / columns) or 1
    height = rows * ROW + FOOT
    drawn = height - FOOT - 10
    made = template.LAYOUT | {
        "template": template.NAME,
        "height": height,
        "hovermode": "closest",
        "uirevision": "kept",
        "showlegend": False,
        "margin": {"l": 60, "r": 10, "t": 10, "b": FOOT, "pad": 2},
        "annotations": [],
    }
    for i, title in enumerate(titles):
        row, column = divmod(i, columns)
        left = column * (1 + BESIDE) / columns
        top = 1 - row / rows
        across = [left, min(1.0, left + (1 + BESIDE) / columns - BESIDE)]
        up = [max(0.0, top - 1 / rows), top - ABOVE / drawn]
        number = i + 1
        lowest, first = i + columns >= len(titles), column == 0
        ends = {} if i == 0 else {"matches": "x"}
        made[f"xaxis{number}"] = _axis(x, lowest, f"y{number}") | {"domain": across, "rangemode": "tozero"} | ends
        ends = {"type": "log"} if log else {}
        ends |= {} if i == 0 else {"matches": "y"}
        made[f"yaxis{number}"] = _axis(y, first, f"x{number}") | {"domain": up} | ends
        made["annotations"].append(_title(title, across[0], up[1]))
    return made


def _axis(of: Mapping[str, Any], outer: bool, anchor: str) -> dict[str, Any]:
    title = of.get("title") if outer else None
    rest = {key: value for key, value in of.items() if key != "title"}
    return template.axis(title) | {"anchor": anchor, "showticklabels": outer, "automargin": False, "nticks": 5} | rest


def _title(text: str, left: float, top: float) -> dict[str, Any]:
    first, _, second = text.partition(SECOND)
    words = f"<b>{first}</b><br>{second}" if second else f"<b>{first}</b>"
    place = {"xref": "paper", "yref": "paper", "x": left, "xanchor": "left", "y": top, "yanchor": "bottom"}
    return place | {"text": words, "align": "left", "showarrow": False, "font": {"size": 12}}
