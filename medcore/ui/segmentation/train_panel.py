"""Train a network to draw masks and watch it: the runs that the controls ask for, and what they came to."""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore.data import checks
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import data_card, lesson, live_panel, setup_table, tabs, take_home
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.plain import plain
from medcore.ui.segmentation import (
    cases_panel,
    compared,
    loss_panel,
    measures_panel,
    outcome,
    segmentation_controls,
    segmentation_guess,
    size_line,
    watch_panel,
)
from medcore.ui.transfer import imagenet_weights


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen = segmentation_controls.show()
    st.caption(
        "A network learns to say of every pixel what it is. Press Train: simulated CT slices with a lesion in the "
        "liver, and masks that grow from epoch to epoch. Nothing is needed beside this page."
    )
    _warn(chosen)
    specs = imagenet_weights.trainable(trainable(chosen))
    records = live_panel.shown(tasks=live_panel.MASKS)
    segmentation_guess.ask(specs, records)
    live_panel.buttons(specs, records, tasks=live_panel.MASKS)
    if records:
        live_panel.progress(records)
        watch_panel.show(records)
        outcome.show(records)
        compared.show(records)
        segmentation_guess.reveal(records)
    else:
        images = chosen.entry.sizes_for(chosen.options).get("train")
        setup_table.show(chosen.specs, images)
        size_line.show(chosen.specs, chosen.entry, images)
    _about(chosen, records)


def _about(chosen: Chosen, records: Sequence[Record]) -> None:
    """What stands behind the runs, in tabs; only the open one is computed."""
    panels: dict[str, Callable[[], None]] = {
        "Lesson": lambda: lesson.show("segmentation"),
        "Cases": lambda: cases_panel.show(records),
        "Measures": lambda: measures_panel.show(records),
        "Losses": lambda: _losses(chosen, records),
        "Training curves": lambda: _curves(records),
        "Settings": lambda: setup_table.of_runs(records, chosen.specs),
        "The data set": lambda: _data(chosen),
        "Take it home": lambda: take_home.show("segmentation", chosen.specs, records, _charts(records)),
    }
    tabs.show(panels, "about")


def _warn(chosen: Chosen) -> None:
    """What stands in the way of learning, where a reading of the set has found it, and sets that are left out."""
    if marked := [note for note in chosen.entry.card.notes if note.startswith(checks.NO_MASK)]:
        st.warning(plain(" ".join(marked)))
    if left := [entry.name for entry in data_card.unusable()]:
        st.caption(plain(f"Not among the data sets, why stands under The data set: {', '.join(left)}."))


def _data(chosen: Chosen) -> None:
    data_card.show(chosen.entry)
    data_card.unreadable()


def _charts(records: Sequence[Record]) -> dict[str, go.Figure]:
    """Every chart of the runs shown that is finished, by title."""
    found = {"Training curves": live_panel.chart(records), outcome.TITLE: outcome.figure(records)}
    return {title: chart for title, chart in found.items() if chart} | measures_panel.charts(records)


def _losses(chosen: Chosen, records: Sequence[Record]) -> None:
    """What the losses of the runs shown, or of those asked for, say of an overlap."""
    specs = [RunSpec.from_dict(record.spec) for record in records] or list(chosen.specs.values())
    height, width, _ = chosen.entry.shape
    pixels = height * width or loss_panel.PIXELS
    loss_panel.show([spec.loss for spec in specs], loss_panel.shares_of_classes(records), pixels)


def _curves(records: Sequence[Record]) -> None:
    if records:
        live_panel.show(records)
    else:
        st.caption("There are training curves once there are runs.")
