"""How often each value occurs in an image, before and after something was done to it."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medcore.charts import shares, template

BINS = 64
HEIGHT = 240


def figure(images: Mapping[str, np.ndarray], title: str = "Pixel value", log: bool = False) -> go.Figure:
    """Bars of each image over common bins.

    Args:
        images: by label, values of any shape; not empty, finite.
        title: of the horizontal axis.
        log: whether shares are logarithmic, which shows rare values.
    """
    edges = np.linspace(*_range(images), BINS + 1)
    chart = go.Figure()
    percent = {label: 100 * np.histogram(values, edges)[0] / values.size for label, values in images.items()}
    for i, label in enumerate(images):
        chart.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=percent[label],
            width=edges[1] - edges[0],
            name=label,
            opacity=0.6,
            marker={"color": template.colour(i), "line": {"width": 0}},
            hovertemplate=f"<b>{label}</b><br>about %{{x:.3g}}: %{{y:.3g}}%<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        barmode="overlay",
        bargap=0,
        margin={"l": 10, "r": 10, "t": 30, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    chart.update_xaxes(title=title)
    if log:
        shares.logarithmic(chart, percent)
    else:
        shares.linear(chart, percent, edges)
    return chart


def _range(images: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """From the least to the greatest value, at least 0 to 1."""
    low = min(0.0, *(float(values.min()) for values in images.values()))
    high = max(1.0, *(float(values.max()) for values in images.values()))
    return low, high
