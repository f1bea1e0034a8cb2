"""Test metrics of finished runs: a chart of accuracies with their intervals, and a table.

Where a comparison repeats its runs with several seeds, both speak of the groups: mean and standard deviation over
the seeds; the table shows every single run on demand.
"""

from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import intervals, template
from medcore.labs.labels import family, group
from medcore.runs.store import Record
from medcore.ui import controls, run_colours, run_column, run_line
from medcore.ui.plain import plain

METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "auc": "ROC AUC",
    "f1_macro": "F1 (macro)",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
}
SHARES = ("accuracy", "balanced_accuracy", "sensitivity", "specificity")
"""Metrics that are shares of the images, written in percent."""
SECONDS = {"Updates (s)": "update_seconds", "In all (s)": "seconds"}
"""By title of the column, what a result calls them."""
MOST_ROWS = 12
"""Of the chart of accuracies; more are for the table."""


def accuracies(records: Sequence[Record]) -> go.Figure | None:
    """Chart of test accuracies beside the baseline and the published figure; nothing before a run has one.

    Returns:
        The chart, None where there is none, or too much for one.
    """
    groups = _groups(_tested(records))
    if not groups:
        return None
    first = next(iter(groups.values()))[0].result
    baseline, published = first["baseline"], first["published"]
    colours = run_colours.of(records)
    rows = tuple((label, colours[runs[0].id], _interval(runs)) for label, runs in groups.items())
    chart = _chart(rows, baseline["accuracy"], published.get("accuracy")) if len(rows) <= MOST_ROWS else None
    if chart:
        st.plotly_chart(
            chart,
            width="stretch",
            key="test_accuracy",
            config=template.CONFIG,
            alt="Test accuracy of each run with its 95% interval, or of each group with its standard deviation",
        )
    words = _sentence(first["test"]["n"], baseline, published)
    if chart and any(len(runs) > 1 for runs in groups.values()):
        words += " Bars: one standard deviation over the seeds to each side."
    st.caption(words)
    return chart


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(
    rows: tuple[tuple[str, str, intervals.Interval], ...], baseline: float, published: float | None
) -> go.Figure:
    values = {label: value for label, _, value in rows}
    return intervals.figure(values, {label: colour for label, colour, _ in rows}, baseline, published)


def _interval(runs: Sequence[Record]) -> intervals.Interval:
    """Accuracy of a run with its 95% interval, or mean of several less and plus their standard deviation."""
    if len(runs) == 1:
        return _value(runs[0], "accuracy")
    found = _found(runs, "accuracy")
    if len(found) < 2:
        return (found[0] if found else None), None, None
    mean, sd = fmean(found), stdev(found)
    return mean, mean - sd, mean + sd


def table(records: Sequence[Record]) -> None:
    """Every test metric of every finished run with its interval, or of every group over its seeds."""
    done = _tested(records)
    if not done:
        return
    groups = _groups(done)
    several = len(groups) < len(done)
    single = several and st.toggle(
        "Every single run", key="single_runs", bind=controls.URL, help="Shows each seed instead of their mean."
    )
    over_seeds = several and not single
    frame = _over_seeds(groups, records) if over_seeds else _table(done, seeds=several)
    columns = run_column.config(frame["Run"])
    st.dataframe(frame, hide_index=True, width="stretch", key="test_table", column_config=columns)
    words = "mean ± standard deviation over the seeds" if over_seeds else "brackets are 95% intervals"
    words += "; seconds of the updates alone, and of the whole run with start, compiling and evaluation"
    st.caption(f"Test set; {words}. For teaching and research, not for diagnosis.")
    notes(records)


def notes(records: Sequence[Record]) -> None:
    """What of a run differs from what was asked for, or from what one takes a figure for; each sentence once."""
    said: dict[str, dict[str, None]] = {}
    for record in _tested(records):
        for note in record.result.get("notes") or ():
            said.setdefault(note, {})[family(record.label)] = None
    if said:
        st.caption("  \n".join(plain(f"{', '.join(who)}: {note}") for note, who in said.items()))


def _groups(records: Sequence[Record]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(group(record.label), []).append(record)
    return groups


def _tested(records: Sequence[Record]) -> list[Record]:
    return [r for r in records if r.result and r.result.get("test")]


def _sentence(n: int, baseline: dict[str, Any], published: dict[str, Any]) -> str:
    share = f"{baseline['accuracy']:.1%}"
    text = f"Test set: {n:,} images. Always answering “{plain(baseline['class'])}” is right in {share}."
    if published:
        text += f" Published {published['model']}: {published['accuracy']:.1%} ({published['source']})."
    return text


def _value(record: Record, metric: str) -> tuple[float | None, float | None, float | None]:
    test = record.result["test"]
    low, high = test["intervals"].get(metric) or (None, None)
    return test.get(metric), low, high


def _found(runs: Sequence[Record], metric: str) -> list[float]:
    """Its values, without those of runs that have none."""
    return [value for run in runs if (value := run.result["test"].get(metric)) is not None]


def _present(records: Sequence[Record]) -> list[str]:
    return [metric for metric in METRICS if _found(records, metric)]


def _table(records: Sequence[Record], seeds: bool) -> pd.DataFrame:
    """A row a run; `seeds` tell apart what has one name."""
    present = _present(records)
    return pd.DataFrame(
        [
            {"Run": group(r.label)}
            | ({"Seed": str(r.spec["seed"])} if seeds else {})
            | {METRICS[m]: text(m, *_value(r, m)) for m in present}
            | _zeros([r], records)
            | {title: _clocked([r], key) for title, key in SECONDS.items()}
            | {"Weights": _weights(r)}
            for r in records
        ]
    )


def _over_seeds(groups: dict[str, list[Record]], records: Sequence[Record]) -> pd.DataFrame:
    present = _present([run for runs in groups.values() for run in runs])
    asked = {label: len(runs) for label, runs in _groups(records).items()}
    rows = []
    for label, runs in groups.items():
        diverged = sum(bool(run.result.get("diverged_at")) for run in runs)
        rows.append(
            {"Run": label, "Seeds": f"{len(runs)} of {asked[label]}"}
            | {METRICS[m]: _mean(_found(runs, m), _form(m)) for m in present}
            | _zeros(runs, records)
            | {title: _clocked(runs, key) for title, key in SECONDS.items()}
            | {"Diverged": str(diverged) if diverged else "—"}
        )
    return pd.DataFrame(rows)


def _zeros(runs: Sequence[Record], records: Sequence[Record]) -> dict[str, str]:
    """Which share of their weights is exactly 0, where that is so of any of the records."""
    shares = {r.id: (r.result.get("zeros") or {}).get("share") for r in records if r.result}
    if not any(shares.values()):
        return {}
    return {"Exact zeros": _mean([shares[r.id] for r in runs if shares[r.id] is not None], "{:.1%}")}


def _mean(values: Sequence[float], form: str) -> str:
    if len(values) < 2:
        return form.format(values[0]) if values else "—"
    return f"{form.format(fmean(values))} ± {form.format(stdev(values))}"


def _form(metric: str) -> str:
    return "{:.1%}" if metric in SHARES else "{:.3f}"


def text(metric: str, value: float | None, low: float | None, high: float | None) -> str:
    """A metric with its 95% interval, as a cell of a table; a dash where there is none."""
    if value is None:
        return "—"
    number = _form(metric).format(value)
    if low is None:
        return number
    return f"{number} [{100 * low:.0f}–{100 * high:.0f}]" if metric in SHARES else f"{number} [{low:.2f}–{high:.2f}]"


def _clocked(runs: Sequence[Record], key: str) -> str:
    """Mean of the runs that were clocked so: an older version did not."""
    found = [run.result[key] for run in runs if key in run.result]
    if len(found) < 2:
        return run_line.seconds(found[0]) if found else "—"
    return f"{run_line.seconds(fmean(found))} ± {run_line.seconds(stdev(found))}"


def _weights(record: Record) -> str:
    result = record.result
    if not result["epochs"]:  # a classic
        return "—"
    if words := run_line.stopping(result, record.spec["training"]):
        return words
    return f"epoch {result['best_epoch']} (best)" if result["evaluated"] == "best" else "last epoch"
