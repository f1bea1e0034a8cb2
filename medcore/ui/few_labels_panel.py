"""Few and bad labels: curves that grow while the runs end, what was found, and every number."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import learning_curve, template
from medcore.labs import few_labels as lab
from medcore.labs import few_labels_findings as findings
from medcore.labs.labels import family, group
from medcore.labs.score_curves import Measured, Point
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import (
    data_card,
    few_labels_controls,
    few_labels_guess,
    lesson,
    live_panel,
    results,
    setup_table,
    tabs,
    take_home,
)
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

PARAM = "labels"
X_TITLES = {
    "images": "Training images (logarithmic)",
    "label_noise": "Wrong labels (share of training)",
    "imbalance": "Commonest to rarest class (logarithmic)",
    "missing_pixels": "Missing pixels (share of each image)",
}
METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "f1_macro": "F1 (macro)",
    "auc": "ROC AUC",
}
EVERY = 2.0
"""Seconds between two looks at what has ended."""


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen = few_labels_controls.show()
    st.caption(
        "One thing gets worse step by step: fewer images, wrong labels, a rare class, or lost pixels. Networks and "
        "classics meet the same images, several times over; the bands say how much is chance."
    )
    specs = trainable(chosen)
    records = live_panel.shown(PARAM)
    few_labels_guess.ask(specs, records)
    live_panel.buttons(specs, records, PARAM)
    if not records:
        st.markdown(_plan(chosen.specs))
        _about(chosen, records, {})
        return
    active = any(record.state in ACTIVE for record in records)
    live_panel.progress(records)
    st.fragment(_curves, run_every=EVERY if active else None)()
    _about(chosen, records, {} if active else _charts(records))


def _plan(specs: Mapping[str, RunSpec]) -> str:
    """What Train would do."""
    if not specs:
        return ""
    lines = ", ".join(dict.fromkeys(family(label) for label in specs))
    groups, seeds = len({group(label) for label in specs}), len({spec.seed for spec in specs.values()})
    again = f", each with {seeds} seeds" if seeds > 1 else ""
    return plain(f"{len(specs)} runs: {lines}; {groups} combinations{again}.{_unknown(specs)}")


def _unknown(specs: Mapping[str, RunSpec]) -> str:
    """A warning where the updates of a line that repeats images cannot be made those of the others."""
    first = next(iter(specs.values()))
    if not any(spec.sample.oversample for spec in specs.values()) or lab.classes(first.data):
        return ""
    return (
        " How many images of each class this set has shows only when it is read, so oversampling may train for more "
        "updates than the other lines."
    )


def _curves() -> None:
    """What the runs that have ended say so far."""
    records = live_panel.shown(PARAM)
    done = _measured(records)
    if not done:
        return
    question = lab.question_of([RunSpec.from_dict(record.spec) for record in records])
    said = findings.sentences(done, question)
    if said and not any(record.state in ACTIVE for record in records):
        st.markdown(plain(" ".join(said)))
        few_labels_guess.reveal(done, question)
    _drawn(records)
    _table(done, question)
    results.notes(records)


def _measured(records: Sequence[Record]) -> list[Measured]:
    """Those that have a figure."""
    return [
        Measured(record.label, RunSpec.from_dict(record.spec), record.result)
        for record in records
        if record.result and record.result.get("test") and not record.result.get("diverged_at")
    ]


def _colours(records: Sequence[Record]) -> dict[str, str]:
    """By line, in the order of the runs."""
    return {line: template.colour(i) for i, line in enumerate(dict.fromkeys(family(r.label) for r in records))}


def _drawn(records: Sequence[Record]) -> None:
    """The charts side by side, under one legend."""
    charts = _charts(records, legend=False)
    st.html(_legend(_colours(records)))
    titles = list(charts)
    for start in range(0, len(titles), 2):
        for column, title in zip(st.columns(2, gap="medium"), titles[start : start + 2], strict=False):
            with column:
                st.plotly_chart(
                    charts[title],
                    width="stretch",
                    key=f"few_{title}",
                    config=template.CONFIG,
                    alt=f"{title} on the test set of each way to learn, with 95% intervals over the seeds",
                )
    st.caption(
        "Test set. Lines: means over the seeds; bands: 95% intervals of the mean (Student), none where one seed has "
        "ended. Dotted with diamonds: classics. Gray and dashed: always the largest class."
    )


def _legend(colours: Mapping[str, str]) -> str:
    """The lines' names, each with its colour."""
    names = "".join(
        f'<span style="white-space:nowrap"><span style="color:{colour}">&#9632;</span> {escape(line)}</span>'
        for line, colour in colours.items()
    )
    return f'<div style="display:flex;flex-wrap:wrap;column-gap:1.2em">{names}</div>'


def _charts(records: Sequence[Record], legend: bool = True) -> dict[str, go.Figure]:
    """By title; those of a rare class with the recall of the classes at the ends."""
    done = _measured(records)
    if not done:
        return {}
    question = lab.question_of([RunSpec.from_dict(record.spec) for record in records])
    metrics: dict[str, Any] = {
        title: lambda result, name=name: result["test"].get(name) for name, title in METRICS.items()
    }
    if question == "imbalance" and (classes := findings.extremes(done)):
        of = dict(zip(("commonest", "rarest"), classes, strict=True))
        metrics |= {f"Recall of the {which} class": findings.recall_of(name) for which, name in of.items()}
    baselines = _baselines(done, question)
    found = {title: tuple(findings.points(done, question, metric)) for title, metric in metrics.items()}
    return {
        title: _figure(
            points,
            tuple(_colours(records).items()),
            question,
            title,
            tuple(sorted(baselines.get(title, {}).items())),
            legend,
        )
        for title, points in found.items()
        if points
    }


def _baselines(done: Sequence[Measured], question: str) -> dict[str, dict[float, float]]:
    """What always answering the largest class gives, by title and value."""
    place = findings.places(done, question)
    by_value = {place[lab.value_of(question, run.spec)]: run.result for run in done}
    return {
        "Accuracy": {value: result["baseline"]["accuracy"] for value, result in by_value.items()},
        "Balanced accuracy": {value: 1 / len(result["data"]["classes"]) for value, result in by_value.items()},
        "ROC AUC": dict.fromkeys(by_value, 0.5),
    }


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(
    points: tuple[Point, ...],
    colours: tuple[tuple[str, str], ...],
    question: str,
    title: str,
    baseline: tuple[tuple[float, float], ...],
    legend: bool,
) -> go.Figure:
    return learning_curve.figure(
        pd.DataFrame(list(points)),
        dict(colours),
        X_TITLES[question],
        title,
        logarithmic=question in ("images", "imbalance"),
        x_percent=question in ("label_noise", "missing_pixels"),
        y_percent=title not in ("F1 (macro)", "ROC AUC"),
        baseline=dict(baseline),
        legend=legend,
    )


def _table(done: Sequence[Measured], question: str) -> None:
    """Every mean with its interval."""
    rows: dict[tuple[str, float], dict[str, Any]] = {}
    for name, title in METRICS.items():
        for point in findings.points(done, question, lambda result, name=name: result["test"].get(name)):
            row = rows.setdefault((point.line, point.value), {"Run": point.line, "Value": _words(question, point)})
            row["Seeds"] = point.n
            row[title] = _text(point, "{:.1%}" if name in results.SHARES else "{:.3f}")
    with st.expander("Every number"):
        st.dataframe(pd.DataFrame(list(rows.values())), hide_index=True, width="stretch", key="few_table")
        st.caption(
            "Mean over the seeds with its 95% interval, on the test set. For teaching and research, not for diagnosis."
        )


def _words(question: str, point: Point) -> str:
    return f"{point.value:g} to 1" if question == "imbalance" else lab.words(question, point.value)


def _text(point: Point, form: str) -> str:
    mean = form.format(point.mean)
    return mean if point.n < 2 else f"{mean} [{form.format(point.low)} to {form.format(point.high)}]"


def _about(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    """What stands behind the curves, in tabs; only the open one is computed."""
    panels = {
        "Lesson": lambda: lesson.show("regularization", opened="Few and bad labels"),
        "Settings": lambda: _settings(chosen, records),
        "Training curves": lambda: _training(records),
        "The data set": lambda: data_card.show(chosen.entry),
        "Take it home": lambda: take_home.show("few-labels", chosen.specs, records, charts),
    }
    tabs.show(panels, "few_about")


def _settings(chosen: Chosen, records: Sequence[Record]) -> None:
    shown = {record.label: RunSpec.from_dict(record.spec) for record in records}
    setup_table.show(shown or chosen.specs, None)


def _training(records: Sequence[Record]) -> None:
    networks = [record for record in records if record.spec["task"] != "classic"]
    if networks:
        live_panel.show(networks, PARAM)
    else:
        st.caption("Networks have training curves, once there are runs.")
