"""Values with their intervals, beside the baseline and the published figure."""

from collections.abc import Mapping

import plotly.graph_objects as go

from medcore.charts import template

NEAR = 0.4
"""Share of the axis between two lines that leaves too little room for their names side by side."""
Interval = tuple[float | None, float | None, float | None]


def figure(
    values: Mapping[str, Interval],
    colours: Mapping[str, str],
    baseline: float | None,
    published: float | None,
    title: str = "Test accuracy",
    form: str = "{:.1%}",
) -> go.Figure:
    """One row a run: the value as a dot, its interval as a bar, and its number in a column on the right.

    Args:
        values: label to (value, low, high), each 0 to 1 or None.
        colours: label to colour.
        baseline: value of always answering the largest class.
        published: value of a published model.
        title: of the horizontal axis.
        form: of a value as text, which also says whether the axis is in percent.
    """
    chart = go.Figure()
    for label, (value, low, high) in values.items():
        if value is None:
            continue
        spread = None if low is None else {"type": "data", "symmetric": False, "array": [high - value]}
        if spread:
            spread |= {"arrayminus": [value - low], "thickness": 2, "width": 5}
        chart.add_scatter(
            x=[value],
            y=[label],
            error_x=spread,
            mode="markers",
            cliponaxis=False,
            marker={"size": 11, "color": colours[label]},
            name=label,
            showlegend=False,
        )
        # Beside the panel, where no bar and no line can cross it.
        chart.add_annotation(
            text=form.format(value), x=1, xref="paper", xanchor="left", xshift=8, y=label, showarrow=False
        )
    _line(chart, baseline, "largest class", "dot")
    _line(chart, published, "published", "dash")
    _part(chart, baseline, published, *_range(values, baseline, published))
    template.apply(chart)
    chart.update_layout(height=90 + 55 * len(values), margin={"l": 10, "r": 60, "t": 25, "b": 45})
    ticks, hover = (".0%", ".1%") if "%" in form else (".2~f", ".3f")
    chart.update_xaxes(title=title, tickformat=ticks, hoverformat=hover, range=_range(values, baseline, published))
    chart.update_yaxes(range=(len(values) - 0.5, -0.5))
    return chart


def _line(chart: go.Figure, value: float | None, text: str, dash: str) -> None:
    if value is not None:
        chart.add_vline(x=value, line={"dash": dash, "width": 1.5, "color": template.MUTED}, annotation_text=text)
        chart.layout.annotations[-1].update(yref="paper", y=1.0, yanchor="bottom", font={"size": 11})


def _part(chart: go.Figure, baseline: float | None, published: float | None, low: float, high: float) -> None:
    """Lets the names of two lines that stand close together point away from each other."""
    if baseline is None or published is None or abs(published - baseline) > NEAR * (high - low):
        return
    first, second = chart.layout.annotations[-2:]
    left, right = (first, second) if baseline <= published else (second, first)
    left.update(xanchor="right", xshift=2)
    right.update(xanchor="left", xshift=-2)


def _range(values: Mapping[str, Interval], *marks: float | None) -> tuple[float, float]:
    known = [v for triple in values.values() for v in triple if v is not None] + [m for m in marks if m is not None]
    return max(0.0, min(known, default=0.0) - 0.05), min(1.02, max(known, default=1.0) + 0.05)
