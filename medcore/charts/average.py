"""A mean image, or how much images differ from it, with its values."""

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

SIDE = 220
"""Pixels of the longer side of the map: with its axes and its scale it fits on a phone."""
MARGIN = {"l": 50, "r": 80, "t": 10, "b": 45}


def figure(image: np.ndarray, title: str, colours: str = "gray") -> go.Figure:
    """A gray image as a map, with the scale of its values beside it, as high as the map.

    The size is fixed: maps of the same shape lie level, whatever stands at their scales.

    Args:
        image: (height, width).
        title: of the scale: what the values are.
        colours: name of a Plotly colour scale.
    """
    bar = {"title": {"text": title, "side": "right"}, "thickness": 12, "outlinewidth": 0, "len": 1, "ypad": 0}
    chart = go.Figure(
        go.Heatmap(
            z=image,
            colorscale=colours,
            colorbar=bar,
            hovertemplate="row %{y}, column %{x}: %{z:.4g}<extra></extra>",
        )
    )
    template.apply(chart)
    height, width = (max(1, round(SIDE * length / max(image.shape))) for length in image.shape)
    chart.update_layout(
        width=width + MARGIN["l"] + MARGIN["r"], height=height + MARGIN["t"] + MARGIN["b"], margin=MARGIN
    )
    chart.update_xaxes(title="Column (pixels)", showgrid=False, constrain="domain", automargin=False)
    chart.update_yaxes(
        title="Row (pixels)",
        showgrid=False,
        autorange="reversed",
        scaleanchor="x",
        constrain="domain",
        automargin=False,
    )
    return chart
