"""A mean image, or how much images differ from it, with its values."""

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 330


def figure(image: np.ndarray, title: str, colours: str = "gray") -> go.Figure:
    """A gray image as a map, with the scale of its values beside it.

    Args:
        image: (height, width).
        title: of the scale: what the values are.
        colours: name of a Plotly colour scale.
    """
    chart = go.Figure(
        go.Heatmap(
            z=image,
            colorscale=colours,
            colorbar={"title": {"text": title, "side": "right"}, "thickness": 12, "outlinewidth": 0},
            hovertemplate="row %{y}, column %{x}: %{z:.4g}<extra></extra>",
        )
    )
    template.apply(chart)
    chart.update_layout(height=HEIGHT, margin={"l": 10, "r": 10, "t": 10, "b": 40})
    chart.update_xaxes(title="Column (pixels)", showgrid=False, constrain="domain")
    chart.update_yaxes(title="Row (pixels)", showgrid=False, autorange="reversed", scaleanchor="x", constrain="domain")
    return chart
