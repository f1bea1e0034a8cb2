"""How often each value occurs in an image, before and after something was done to it."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

BINS = 64
HEIGHT = 240


def figure(images: Mapping[str, np.ndarray], title: str = "Pixel value") -> go.Figure:
    """One stepped line an image, over common bins.

    Args:
        images: by label, values of any shape; not empty, finite.
        title: of the horizontal axis.
    """
    low, high = _range(images)
    edges = np.linspace(low, high, BINS + 1)
    chart = go.Figure()
    for i, (label, values) in enumerate(images.items()):
        counts, _ = np.histogram(values, edges)
        share = np.append(counts, counts[-1]) / values.size
        chart.add_scatter(
            x=edges,
            y=share,
            name=label,
            mode="lines",
            line={"shape": "hv", "width": 2, "color": template.colour(i)},
            fill="tozeroy" if i == 0 else None,
            hovertemplate=f"<b>{label}</b><br>from %{{x:.3g}}: %{{y:.1%}}<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 30, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    chart.update_xaxes(title=title)
    chart.update_yaxes(title="Share of pixels", rangemode="tozero", tickformat=".0%")
    return chart


def _range(images: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """From the least to the greatest value, at least 0 to 1."""
    low = min(0.0, *(float(values.min()) for values in images.values()))
    high = max(1.0, *(float(values.max()) for values in images.values()))
    return low, high
