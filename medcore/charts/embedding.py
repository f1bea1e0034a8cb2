"""Features of images of two places in two dimensions, one small chart for each network."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import template

CELL, BETWEEN = 230, 34
"""Pixels of a row of cells, and of the room above each for its title."""
LEGEND = 40
SYMBOLS = ("circle", "x-thin")
"""Of images of the source and of the target."""


class Cloud(NamedTuple):
    """The images as one network sees them.

    Args:
        points: (n, 2).
        domain: (n,) 0 of the source, 1 of the target.
        labels: (n,) class numbers.
    """

    points: np.ndarray
    domain: np.ndarray
    labels: np.ndarray


def figure(
    clouds: Mapping[str, Cloud], domains: Sequence[str], classes: Sequence[str], by: str, columns: int = 2
) -> go.Figure:
    """One cell a network, each on a scale of its own, as the axes have no meaning beyond near and far.

    Args:
        clouds: by title of the cell, not empty.
        domains: names of source and target.
        classes: names of the classes.
        by: what the colour says, "domain" or "class"; the symbol always says the domain.
        columns: cells beside each other.
    """
    columns = min(columns, len(clouds))
    rows = -(-len(clouds) // columns)
    chart = make_subplots(
        rows,
        columns,
        subplot_titles=list(clouds),
        horizontal_spacing=0.03,
        vertical_spacing=BETWEEN / (rows * CELL),
    )
    for number, (title, cloud) in enumerate(clouds.items()):
        place = {"row": number // columns + 1, "col": number % columns + 1}
        _cell(chart, title, cloud, domains, classes, by, place, legend=number == 0)
    template.apply(chart)
    chart.update_layout(
        height=rows * CELL + LEGEND + 30,
        hovermode="closest",
        margin={"l": 10, "r": 10, "t": LEGEND + 35, "b": 10},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "itemsizing": "constant",
            "tracegroupgap": 0,
        },
    )
    frame = {"showticklabels": False, "showline": True, "mirror": True, "linecolor": template.MUTED, "linewidth": 1}
    chart.update_xaxes(**frame, showgrid=False)
    chart.update_yaxes(**frame, showgrid=False)
    chart.update_annotations(font={"size": 12})
    return chart


def _cell(
    chart: go.Figure,
    title: str,
    cloud: Cloud,
    domains: Sequence[str],
    classes: Sequence[str],
    by: str,
    place: Mapping[str, int],
    legend: bool,
) -> None:
    """The points of one network; the symbol says where an image is from, the colour that or its class."""
    numbers = range(len(classes)) if by == "class" else [None]
    for number in numbers:
        for domain, where in enumerate(domains):
            chosen = cloud.domain == domain
            if number is not None:
                chosen = chosen & (cloud.labels == number)
            name = where if number is None else f"{classes[number]}, {where.lower()}"
            colour = template.colour(domain if number is None else number)
            chart.add_scatter(
                x=cloud.points[chosen, 0],
                y=cloud.points[chosen, 1],
                mode="markers",
                name=name,
                legendgroup=name,
                showlegend=legend,
                marker={
                    "size": 5,
                    "symbol": SYMBOLS[domain],
                    "color": colour,
                    "opacity": 0.75,
                    "line": {"width": 1.5 if domain else 0, "color": colour},
                },
                hovertemplate=f"<b>{name}</b><br>{title}<extra></extra>",
                **place,
            )
