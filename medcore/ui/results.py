"""Test metrics of finished runs: a chart of accuracies with their intervals, and a table."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import intervals, template
from medcore.runs.store import Record

METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "auc": "ROC AUC",
    "f1_macro": "F1 (macro)",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
}


def accuracies(records: Sequence[Record]) -> None:
    """Chart of test accuracies beside the baseline and the published figure; nothing before a run has one."""
    done = _tested(records)
    if not done:
        return
    first = done[0].result
    baseline, published = first["baseline"], first["published"]
    colours = {r.label: template.colour(i) for i, r in enumerate(records)}
    rows = tuple((r.label, colours[r.label], _value(r, "accuracy")) for r in done)
    st.plotly_chart(
        _chart(rows, baseline["accuracy"], published.get("accuracy")),
        width="stretch",
        key="test_accuracy",
        config=template.CONFIG,
        alt="Test accuracy of each run with its 95 % interval",
    )
    st.caption(_sentence(first["test"]["n"], baseline, published))


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(
    rows: tuple[tuple[str, str, intervals.Interval], ...], baseline: float, published: float | None
) -> go.Figure:
    values = {label: value for label, _, value in rows}
    return intervals.figure(values, {label: colour for label, colour, _ in rows}, baseline, published)


def table(records: Sequence[Record]) -> None:
    """Every test metric of every finished run, with its interval."""
    if done := _tested(records):
        st.dataframe(_table(done), hide_index=True, width="stretch", key="test_table")
        st.caption("Test set; brackets are 95 % intervals. For teaching and research, not for diagnosis.")


def _tested(records: Sequence[Record]) -> list[Record]:
    return [r for r in records if r.result and r.result.get("test")]


def _sentence(n: int, baseline: dict[str, Any], published: dict[str, Any]) -> str:
    text = f"Test set: {n:,} images. Always answering “{baseline['class']}” is right in {baseline['accuracy']:.1%}."
    if published:
        text += f" Published {published['model']}: {published['accuracy']:.1%} ({published['source']})."
    return text


def _value(record: Record, metric: str) -> tuple[float | None, float | None, float | None]:
    test = record.result["test"]
    low, high = test["intervals"].get(metric) or (None, None)
    return test.get(metric), low, high


def _table(records: Sequence[Record]) -> pd.DataFrame:
    present = [m for m in METRICS if any(r.result["test"].get(m) is not None for r in records)]
    return pd.DataFrame(
        [
            {"Run": r.label}
            | {METRICS[m]: _text(*_value(r, m)) for m in present}
            | {"Seconds": f"{r.result['seconds']:.1f}", "Weights": _weights(r.result)}
            for r in records
        ]
    )


def _text(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.3f}" if low is None else f"{value:.3f} [{low:.2f}–{high:.2f}]"


def _weights(result: dict[str, Any]) -> str:
    return f"epoch {result['best_epoch']} (best)" if result["evaluated"] == "best" else "last epoch"
