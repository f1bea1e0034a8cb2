"""Several figures of one classifier with their intervals, beside the baseline and what was published."""

from collections.abc import Mapping

import plotly.graph_objects as go

from medcore.charts import template

ROW = 38
"""Pixels of a figure."""
Interval = tuple[float | None, float | None, float | None]


def figure(
    values: Mapping[str, Interval], baseline: Mapping[str, float | None], published: Mapping[str, float], colour: str
) -> go.Figure:
    """One bar a figure, its interval on it and its number on the right.

    Args:
        values: title to (value, low, high), 0 to 1 each; None where it is not defined.
        baseline: title to the value of always answering the class that is largest in training.
        published: title to the value of a published model.
        colour: of the bars.
    """
    titles = list(values)
    known = {title: value for title, value in values.items() if value[0] is not None}
    chart = go.Figure()
    chart.add_bar(
        y=list(known),
        x=[value for value, _, _ in known.values()],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [(high or value) - value for value, _, high in known.values()],
            "arrayminus": [value - (low or value) for value, low, _ in known.values()],
            "thickness": 2,
            "width": 5,
            "color": template.MUTED,
        },
        orientation="h",
        width=0.55,
        marker={"color": colour, "opacity": 0.75, "line": {"width": 0}},
        name="test set, 95% interval",
        customdata=[[_span(low, high)] for _, low, high in known.values()],
        hovertemplate="<b>%{y}</b>: %{x:.3f}%{customdata[0]}<extra></extra>",
    )
    _marks(
        chart, baseline, "always the largest class of training", {"symbol": "line-ns", "size": 20, "line": {"width": 3}}
    )
    _marks(chart, published, "published", {"symbol": "diamond", "size": 11, "line": {"width": 1}})
    for title in titles:
        value = values[title][0]
        chart.add_annotation(
            text="—" if value is None else f"{value:.3f}",
            x=1,
            xref="paper",
            xanchor="left",
            xshift=8,
            y=title,
            showarrow=False,
        )
    template.apply(chart)
    chart.update_layout(
        height=95 + ROW * len(titles),
        margin={"l": 10, "r": 52, "t": 34, "b": 40},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
    chart.update_xaxes(range=(0, 1.02), title="Value on the test set (1 is best)")
    chart.update_yaxes(range=(len(titles) - 0.5, -0.5), categoryorder="array", categoryarray=titles, showgrid=False)
    return chart


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None else f" [{low:.3f} to {high:.3f}]"


def _marks(chart: go.Figure, values: Mapping[str, float | None], name: str, marker: dict) -> None:
    known = {title: value for title, value in values.items() if value is not None}
    if not known:
        return
    colour = template.COLOURS[6] if name == "published" else template.MUTED
    chart.add_scatter(
        y=list(known),
        x=list(known.values()),
        mode="markers",
        name=name,
        cliponaxis=False,
        marker={"color": colour, **marker, "line": {"color": colour, **marker["line"]}},
        hovertemplate=f"{name}: %{{x:.3f}}<extra></extra>",
    )
