"""How sure a model was of the images that it got right, and of those that it got wrong."""

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

RIGHT, WRONG = template.COLOURS[0], template.COLOURS[1]
BINS = 20


def figure(confidence: np.ndarray, right: np.ndarray, least: float) -> go.Figure:
    """Bars of right and wrong images by the probability of the class said.

    Args:
        confidence: (n,) 0 to 1.
        right: (n,) bool.
        least: the lowest confidence that there can be, one over the number of classes.
    """
    edges = np.linspace(least, 1, BINS + 1)
    chart = go.Figure()
    for name, chosen, colour in (("right", right, RIGHT), ("wrong", ~right, WRONG)):
        counts = np.histogram(np.clip(confidence[chosen], least, 1), edges)[0]
        chart.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            name=f"{name} ({chosen.sum():,})",
            customdata=np.stack([edges[:-1], edges[1:]], axis=1),
            hovertemplate=f"%{{y:,}} {name}, of confidence "
            "%{customdata[0]:.0%} to %{customdata[1]:.0%}<extra></extra>",
            marker={"color": colour, "line": {"width": 0}},
        )
    template.apply(chart)
    chart.update_layout(
        height=300,
        barmode="stack",
        bargap=0.05,
        margin={"l": 10, "r": 10, "t": 30, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
    chart.update_xaxes(title="Confidence: probability of the class said", tickformat=".0%", range=(least, 1))
    chart.update_yaxes(title="Test images")
    return chart
