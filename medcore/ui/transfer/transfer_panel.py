"""What to train of a network that has learned elsewhere: curves that grow while runs end, and what they say."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore.labs import score_curves, transfer_findings
from medcore.labs import transfer as lab
from medcore.labs.labels import family
from medcore.labs.score_curves import Point
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import controls, data_card, lesson, live_panel, results, score_charts, setup_table, tabs, take_home
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.evaluation import evaluation_panel
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE
from medcore.ui.transfer import imagenet_weights, transfer_controls, transfer_guess, transfer_picture

X_TITLE = "Labelled images (logarithmic)"
EVERY = 2.0
"""Seconds between two looks at what has ended."""
SHOWN = ("balanced_accuracy", "auc")
"""The metrics that are drawn; the table has all."""


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen = transfer_controls.show()
    st.caption(
        "A network that has learned from many images elsewhere meets few of yours: its head alone is trained, or its "
        "last blocks with it, or all of it from scratch. Same images, same number of updates; the bands say how much "
        "is chance."
    )
    specs = imagenet_weights.trainable(trainable(chosen))
    records = live_panel.shown()
    transfer_guess.ask(specs, records)
    live_panel.buttons(specs, records)
    active = any(record.state in ACTIVE for record in records)
    if active:
        live_panel.progress(records)
    if records:
        st.fragment(_curves, run_every=EVERY if active else None)()
    else:
        st.markdown(_plan(chosen.specs))
        imagenet_weights.offer()
    shown = {record.label: RunSpec.from_dict(record.spec) for record in records} or chosen.specs
    transfer_picture.show(shown)
    if records and not active:
        live_panel.progress(records)
    _about(chosen, records, {} if active else _charts(records))


def _plan(specs: Mapping[str, RunSpec]) -> str:
    """What Train would do."""
    if not specs:
        return ""
    lines = ", ".join(dict.fromkeys(family(label) for label in specs))
    numbers = score_curves.listed(sorted({lab.images_of(spec) for spec in specs.values()}))
    seeds = len({spec.seed for spec in specs.values()})
    again = f", each with {seeds} seeds" if seeds > 1 else ""
    return plain(f"{len(specs)} runs: {lines}; with {numbers}{again}. {_before(specs)}")


def _before(specs: Mapping[str, RunSpec]) -> str:
    """What the network learns first, where it does."""
    first = next((spec for spec in specs.values() if lab.is_transferred(spec)), None)
    if first is None or first.transfer.source != "set":
        return ""
    data = first.transfer.pretraining
    entry = next((entry for entry in controls.listing() if entry.name == data.name), None)
    title = entry.card.title if entry else data.name
    differing = [
        f"{name} {first.data.options.get(name, option.default)} instead of {data.options.get(name, option.default)}"
        for name, option in (entry.options if entry and data.name == first.data.name else {}).items()
        if first.data.options.get(name, option.default) != data.options.get(name, option.default)
    ]
    here = f"; here the images have {', '.join(differing)}" if differing else ""
    return f"Before, the network learns from {title}, once for every seed{here}."


def _curves() -> None:
    """What the runs that have ended say so far."""
    records = live_panel.shown()
    done = score_charts.measured(records)
    if not done:
        return
    if not any(record.state in ACTIVE for record in records):
        for sentence in transfer_findings.sentences(done):
            st.markdown(plain(sentence))
        transfer_guess.reveal(done)
    score_charts.draw(_charts(records, legend=False), score_charts.colours(records), "transfer")
    st.caption(
        "Test set. Lines: means over the seeds; bands: 95% intervals of the mean (Student), none where one seed has "
        "ended. Gray and dashed: without learning. For teaching and research, not for diagnosis."
    )
    score_charts.table(lambda name: _points(records, name), lambda p: lab.words(p.value), "transfer_table", "Labelled")
    results.notes(records)


def _points(records: Sequence[Record], metric: str) -> list[Point]:
    return transfer_findings.points(score_charts.measured(records), lambda result: result["test"].get(metric))


def _charts(records: Sequence[Record], legend: bool = True) -> dict[str, go.Figure]:
    """By title."""
    done = score_charts.measured(records)
    colours = tuple(score_charts.colours(records).items())
    found = {}
    for metric in SHOWN:
        title = score_charts.METRICS[metric]
        if points := tuple(_points(records, metric)):
            level = 0.5 if metric == "auc" else 1 / len(done[0].result["data"]["classes"])
            baseline = tuple((value, level) for value in sorted({point.value for point in points}))
            found[title] = score_charts.figure(points, colours, X_TITLE, title, True, False, baseline, legend)
    return found


def _about(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    """What stands behind the curves, in tabs; only the open one is computed."""
    panels = {
        "Lesson": lambda: lesson.show("transfer", opened="Frozen, fine-tuned, or from scratch"),
        "Evaluation": lambda: evaluation_panel.show(records),
        "Training curves": lambda: _training(records),
        "Settings": lambda: setup_table.of_runs(records, chosen.specs),
        "The data set": lambda: data_card.show(chosen.entry),
        "Take it home": lambda: take_home.show(
            "transfer", chosen.specs, records, {**charts, **evaluation_panel.charts(records)}
        ),
    }
    tabs.show(panels, "about")


def _training(records: Sequence[Record]) -> None:
    if records:
        live_panel.show(records)
    else:
        st.caption("There are training curves once there are runs.")
