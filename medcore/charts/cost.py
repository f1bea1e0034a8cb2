"""What each threshold costs, on the images that choose it and on those that judge."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template


def figure(
    thresholds: np.ndarray, costs: Mapping[str, np.ndarray], colours: Mapping[str, str], marks: Mapping[str, float]
) -> go.Figure:
    """Expected cost of an image against the threshold.

    Args:
        thresholds: (t,) 0 to 1.
        costs: by name of the images, (t,).
        colours: by the same names.
        marks: by name, thresholds to draw as vertical lines; the name stands on them.
    """
    chart = go.Figure()
    for name, values in costs.items():
        chart.add_scatter(
            x=thresholds,
            y=values,
            mode="lines",
            name=name,
            line={"color": colours[name], "width": 2, "shape": "hv"},
            hovertemplate=f"<b>{name}</b><br>threshold %{{x:.2f}}: %{{y:.3g}}<extra></extra>",
        )
    for number, (name, value) in enumerate(marks.items()):
        chart.add_vline(
            x=value,
            line={"dash": ("solid", "dash", "dot")[number % 3], "width": 1.5, "color": template.MUTED},
        )
        left = value > 0.5
        chart.add_annotation(
            text=name,
            x=value,
            y=1 - 0.09 * number,
            yref="paper",
            yanchor="top",
            xanchor="right" if left else "left",
            xshift=-4 if left else 4,
            showarrow=False,
            font={"size": 11},
        )
    template.apply(chart)
    chart.update_layout(
        height=320,
        margin={"l": 10, "r": 10, "t": 30, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
    chart.update_xaxes(title="Threshold on the probability", range=(-0.01, 1.01))
    chart.update_yaxes(title="Expected cost of an image", rangemode="tozero")
    return chart
