"""Few and bad labels: curves that grow while the runs end, what was found, and every number."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from medcore.labs import few_labels as lab
from medcore.labs import few_labels_findings as findings
from medcore.labs.labels import family, group
from medcore.labs.score_curves import Measured, Point
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import data_card, lesson, live_panel, results, score_charts, setup_table, tabs, take_home
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.evaluation import evaluation_panel
from medcore.ui.plain import plain
from medcore.ui.regularization import few_labels_controls, few_labels_guess
from medcore.ui.run_line import ACTIVE

PARAM = "labels"
X_TITLES = {
    "images": "Training images (logarithmic)",
    "label_noise": "Wrong labels (share of training)",
    "imbalance": "Commonest to rarest class (logarithmic)",
    "missing_pixels": "Missing pixels (share of each image)",
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
    done = score_charts.measured(records)
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


def _drawn(records: Sequence[Record]) -> None:
    """The charts side by side, under one legend."""
    score_charts.draw(_charts(records, legend=False), score_charts.colours(records), "few")
    st.caption(
        "Test set. Lines: means over the seeds; bands: 95% intervals of the mean (Student), none where one seed has "
        "ended. Dotted with diamonds: classics. Gray and dashed: always the largest class."
    )


def _charts(records: Sequence[Record], legend: bool = True) -> dict[str, go.Figure]:
    """By title; those of a rare class with the recall of the classes at the ends."""
    done = score_charts.measured(records)
    if not done:
        return {}
    question = lab.question_of([RunSpec.from_dict(record.spec) for record in records])
    metrics: dict[str, Any] = {
        title: lambda result, name=name: result["test"].get(name) for name, title in score_charts.METRICS.items()
    }
    if question == "imbalance" and (classes := findings.extremes(done)):
        of = dict(zip(("commonest", "rarest"), classes, strict=True))
        metrics |= {f"Recall of the {which} class": findings.recall_of(name) for which, name in of.items()}
    baselines = _baselines(done, question)
    found = {title: tuple(findings.points(done, question, metric)) for title, metric in metrics.items()}
    colours = tuple(score_charts.colours(records).items())
    return {
        title: score_charts.figure(
            points,
            colours,
            X_TITLES[question],
            title,
            logarithmic=question in ("images", "imbalance"),
            x_percent=question in ("label_noise", "missing_pixels"),
            baseline=tuple(sorted(baselines.get(title, {}).items())),
            legend=legend,
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


def _table(done: Sequence[Measured], question: str) -> None:
    """Every mean with its interval."""

    def points_of(name: str) -> list[Point]:
        return findings.points(done, question, lambda result: result["test"].get(name))

    score_charts.table(points_of, lambda point: _words(question, point), "few_table")


def _words(question: str, point: Point) -> str:
    return f"{point.value:g} to 1" if question == "imbalance" else lab.words(question, point.value)


def _about(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    """What stands behind the curves, in tabs; only the open one is computed."""
    panels = {
        "Lesson": lambda: lesson.show("regularization", opened="Few and bad labels"),
        "Evaluation": lambda: evaluation_panel.show(records),
        "Settings": lambda: setup_table.of_runs(records, chosen.specs),
        "Training curves": lambda: _training(records),
        "The data set": lambda: data_card.show(chosen.entry),
        "Take it home": lambda: take_home.show(
            "few-labels", chosen.specs, records, {**charts, **evaluation_panel.charts(records)}
        ),
    }
    tabs.show(panels, "few_about")


def _training(records: Sequence[Record]) -> None:
    networks = [record for record in records if record.spec["task"] != "classic"]
    if networks:
        live_panel.show(networks, PARAM)
    else:
        st.caption("Networks have training curves, once there are runs.")
