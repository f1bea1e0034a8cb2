"""The network lab: the comparison that the controls ask for, trained, drawn and explained."""

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore.labs.labels import group
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import data_card, lesson, live_panel, results, run_colours, setup_table, tabs, take_home, verdict
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.evaluation import evaluation_panel
from medcore.ui.optimizers import (
    comparison_charts,
    comparison_controls,
    landscape_panel,
    layer_panel,
    loss_panel,
    prediction,
)

CLASSES = 10
"""Of a data set that was not read yet."""
MOST_BESIDE = 8
"""Groups whose chart leaves room for the numbers beside it."""


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen = comparison_controls.show()
    st.caption("Same network, same first weights, same order of images: only what is compared differs.")
    specs = trainable(chosen)
    records = live_panel.shown()
    prediction.ask(specs, records)
    live_panel.buttons(specs, records)
    charts = {}
    if records:
        charts = _runs(records)
    else:
        setup_table.show(chosen.specs, chosen.entry.sizes_for(chosen.options).get("train"))
    _about(chosen, records, charts)


def _runs(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The runs shown; returns their charts by title."""
    wide = len({group(record.label) for record in records}) > MOST_BESIDE
    chart, numbers = (st.container(), st.container()) if wide else st.columns([3, 2], gap="medium")
    with chart:
        training = live_panel.show(records)
    with numbers:
        live_panel.progress(records)
        accuracies = results.accuracies(records)
    ahead = verdict.show(records)
    prediction.reveal(records)
    charts = {"Training curves": training, "Test accuracy": accuracies, "Differences": ahead}
    charts |= comparison_charts.show(records)
    results.table(records)
    with st.expander("Settings of these runs"):
        setup_table.show({r.label: RunSpec.from_dict(r.spec) for r in records}, None)
    return {title: figure for title, figure in charts.items() if figure}


def _about(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    """What stands behind the comparison, in tabs; only the open one is computed."""
    loss = _loss(chosen)
    panels: dict[str, Callable[[], None]] = {
        "Lesson": lambda: lesson.show("optimizers"),
        "Evaluation": lambda: evaluation_panel.show(records),
        "Losses": lambda: loss_panel.show(*loss),
        "Layers": lambda: layer_panel.show(records),
        "Loss surface": lambda: landscape_panel.show(records, run_colours.of(records)),
        "The data set": lambda: _data(chosen),
        "Take it home": lambda: _take_home(chosen, records, charts),
    }
    tabs.show(panels, "about")


def _data(chosen: Chosen) -> None:
    data_card.show(chosen.entry)
    data_card.unreadable()


def _loss(chosen: Chosen) -> tuple[str, float, int]:
    """The loss that the controls say, its delta, and how many classes it tells apart."""
    classes = len(chosen.entry.classes) or CLASSES
    return chosen.settings.get("loss", "cross_entropy"), chosen.settings.get("delta", 1.0), classes


def _take_home(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    """With every chart: those above the tabs, and those in them."""
    inside = {**layer_panel.charts(records), **landscape_panel.views(records, run_colours.of(records))}
    inside |= evaluation_panel.charts(records)
    every = {**charts, **inside, "Losses": loss_panel.chart(*_loss(chosen))}
    take_home.show("optimizers", chosen.specs, records, every)
