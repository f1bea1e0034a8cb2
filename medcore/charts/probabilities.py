"""How probable a network finds each class of one image."""

from collections.abc import Mapping

import plotly.graph_objects as go

from medcore.charts import template

MOST = 12
ROW = 26


def figure(probabilities: Mapping[str, float], truth: str | None) -> go.Figure:
    """A bar a class, the most probable of many; the true class has the first colour.

    Args:
        probabilities: by class.
        truth: name of the true class, None where it is unknown.
    """
    likely = sorted(probabilities, key=probabilities.get)[-MOST:]
    shown = [name for name in reversed(probabilities) if name in likely]
    values = [probabilities[name] for name in shown]
    chart = go.Figure(
        go.Bar(
            x=values,
            y=shown,
            orientation="h",
            marker={"color": [template.colour(0) if name == truth else template.MUTED for name in shown]},
            text=[f"{value:.1%}" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )
    )
    template.apply(chart)
    chart.update_layout(height=70 + ROW * len(shown), showlegend=False, bargap=0.25)
    chart.update_xaxes(title="Probability", range=(0, 1.2), tickvals=(0, 0.5, 1), tickformat=".0%")
    chart.update_yaxes(type="category", showgrid=False)
    return chart
