"""Dice at every threshold: the mean of the cases and all images as one batch, as it is and after a clean-up."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template


def figure(
    thresholds: np.ndarray, lines: Mapping[str, tuple[np.ndarray, str, str]], marks: Mapping[str, float]
) -> go.Figure:
    """Dice against the threshold.

    Args:
        thresholds: (T,) 0 to 1.
        lines: by name, Dice (T,), colour and dash.
        marks: by name, thresholds to draw as vertical lines; the name stands on them.
    """
    chart = go.Figure()
    for name, (dice, colour, dash) in lines.items():
        chart.add_scatter(
            x=thresholds,
            y=dice,
            mode="lines",
            name=name,
            line={"color": colour, "dash": dash, "width": 2},
            hovertemplate=f"{name}, threshold %{{x:.2f}}: %{{y:.3f}}<extra></extra>",
        )
    for number, (name, value) in enumerate(marks.items()):
        chart.add_vline(x=value, line={"dash": ("solid", "dot")[number % 2], "width": 1.5, "color": template.MUTED})
        left = value > 0.5
        chart.add_annotation(
            text=name,
            x=value,
            y=0.02 + 0.1 * number,
            yref="paper",
            yanchor="bottom",
            xanchor="right" if left else "left",
            xshift=-4 if left else 4,
            showarrow=False,
            font={"size": 11},
        )
    template.apply(chart)
    chart.update_layout(
        height=300,
        margin={"l": 10, "r": 10, "t": 56, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
    chart.update_xaxes(title="Threshold on the probability of foreground", range=(0, 1))
    chart.update_yaxes(title="Dice", range=(0, 1.02))
    return chart
