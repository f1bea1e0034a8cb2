"""Curves of scores against a number: the charts side by side under one legend, and every number in a table."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import learning_curve, template
from medcore.labs.labels import family
from medcore.labs.score_curves import Measured, Point
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import results

METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "f1_macro": "F1 (macro)",
    "auc": "ROC AUC",
}
UNSHARED = ("F1 (macro)", "ROC AUC")
"""Titles of those that are no shares of images."""


def measured(records: Sequence[Record]) -> list[Measured]:
    """Those that have a figure."""
    return [
        Measured(record.label, RunSpec.from_dict(record.spec), record.result)
        for record in records
        if record.result and record.result.get("test") and not record.result.get("diverged_at")
    ]


def colours(records: Sequence[Record]) -> dict[str, str]:
    """By line, in the order of the runs."""
    return {line: template.colour(i) for i, line in enumerate(dict.fromkeys(family(r.label) for r in records))}


def draw(charts: Mapping[str, go.Figure], colours: Mapping[str, str], key: str) -> None:
    """The charts two in a row, under one legend.

    Args:
        charts: by title, without legends of their own.
        colours: by line.
        key: start of the charts' keys.
    """
    st.html(_legend(colours))
    titles = list(charts)
    for start in range(0, len(titles), 2):
        for column, title in zip(st.columns(2, gap="medium"), titles[start : start + 2], strict=False):
            with column:
                st.plotly_chart(
                    charts[title],
                    width="stretch",
                    key=f"{key}_{title}",
                    config=template.CONFIG,
                    alt=f"{title} on the test set of each way to learn, with 95% intervals over the seeds",
                )


def _legend(colours: Mapping[str, str]) -> str:
    """The lines' names, each with its colour."""
    names = "".join(
        f'<span style="white-space:nowrap"><span style="color:{colour}">&#9632;</span> {escape(line)}</span>'
        for line, colour in colours.items()
    )
    return f'<div style="display:flex;flex-wrap:wrap;column-gap:1.2em">{names}</div>'


@st.cache_resource(max_entries=64, show_spinner=False)
def figure(
    points: tuple[Point, ...],
    colours: tuple[tuple[str, str], ...],
    x_title: str,
    title: str,
    logarithmic: bool,
    x_percent: bool,
    baseline: tuple[tuple[float, float], ...],
    legend: bool,
) -> go.Figure:
    """One metric; see `charts.learning_curve.figure`.

    Args:
        colours, baseline: as pairs, so that the cache can tell two apart.
    """
    return learning_curve.figure(
        pd.DataFrame(list(points)),
        dict(colours),
        x_title,
        title,
        logarithmic=logarithmic,
        x_percent=x_percent,
        y_percent=title not in UNSHARED,
        baseline=dict(baseline),
        legend=legend,
    )


def table(
    points_of: Callable[[str], Sequence[Point]], words: Callable[[Point], str], key: str, value: str = "Value"
) -> None:
    """Every mean with its interval.

    Args:
        points_of: the points of a metric, a key of `METRICS`.
        words: a point's value, as people read it.
        key: of the table.
        value: title of that column.
    """
    rows: dict[tuple[str, float], dict[str, Any]] = {}
    for name, title in METRICS.items():
        for point in points_of(name):
            row = rows.setdefault((point.line, point.value), {"Run": point.line, value: words(point)})
            row["Seeds"] = point.n
            row[title] = _text(point, "{:.1%}" if name in results.SHARES else "{:.3f}")
    with st.expander("Every number"):
        st.dataframe(pd.DataFrame(list(rows.values())), hide_index=True, width="stretch", key=key)
        st.caption(
            "Mean over the seeds with its 95% interval, on the test set. For teaching and research, not for diagnosis."
        )


def _text(point: Point, form: str) -> str:
    mean = form.format(point.mean)
    return mean if point.n < 2 else f"{mean} [{form.format(point.low)} to {form.format(point.high)}]"
