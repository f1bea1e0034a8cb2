"""How much of a network can be taken away: accuracy against the share of its weights that are zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 380


@dataclass(frozen=True)
class Pruned:
    """One network, pruned more and more.

    Args:
        label: its name.
        colour: "#rrggbb".
        shares: (s,) of the weights that are zero, ascending.
        val, test: (s,) accuracies.
        zeros: share of its weights that were exactly zero before anything was pruned, None where unknown.
    """

    label: str
    colour: str
    shares: Sequence[float]
    val: Sequence[float]
    test: Sequence[float]
    zeros: float | None = None


def figure(networks: Sequence[Pruned], baseline: float | None = None) -> go.Figure:
    """A line a network on the test images, a dotted one on the validation images.

    Args:
        networks: at least one.
        baseline: accuracy of always giving the commonest answer.
    """
    chart = go.Figure()
    for network in networks:
        for what, values, dash in (("validation", network.val, "dot"), ("test", network.test, "solid")):
            chart.add_scatter(
                x=network.shares,
                y=values,
                mode="lines+markers" if what == "test" else "lines",
                name=network.label,
                legendgroup=network.label,
                showlegend=what == "test",
                line={"color": network.colour, "width": 2 if what == "test" else 1.2, "dash": dash},
                hovertemplate=f"<b>%{{fullData.name}}</b><br>%{{x:.1%}} removed, {what}: %{{y:.1%}}<extra></extra>",
            )
        if network.zeros:
            chart.add_vline(x=network.zeros, line={"color": network.colour, "width": 1.5, "dash": "dash"})
    template.apply(chart)
    if baseline is not None:
        chart.add_hline(y=baseline, line={"color": template.MUTED, "width": 1, "dash": "dot"})
        name = {"text": "largest class", "xref": "paper", "x": 0, "xanchor": "left", "y": baseline, "yanchor": "bottom"}
        chart.add_annotation(**name, showarrow=False, font={"size": 12})
    chart.update_layout(
        height=HEIGHT, showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    )
    chart.update_xaxes(title="Weights removed, the smallest first", tickformat=".0%", range=(-0.02, 1.02))
    chart.update_yaxes(title="Accuracy", tickformat=".2~%")
    return chart
