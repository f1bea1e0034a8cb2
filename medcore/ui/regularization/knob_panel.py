"""The knob lab: the comparison that the controls ask for, trained, drawn and explained."""

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore.labs.labels import group
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import data_card, lesson, live_panel, results, setup_table, tabs, take_home, verdict
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.evaluation import evaluation_panel
from medcore.ui.optimizers import layer_panel, prediction
from medcore.ui.regularization import gap_panel, knob_controls, pruning_panel, turned_panel, weights_panel, zeros_panel

MOST_BESIDE, LONGEST_BESIDE = 8, 24
"""Groups, and letters of their names, whose chart leaves room for the numbers beside it."""


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen = knob_controls.show()
    st.caption(
        "A network that learns its few training images by heart knows nothing of others. "
        f"{_wrong(chosen.settings['sample']['label_noise'])}Same images, same first weights: only the knob differs."
    )
    specs = trainable(chosen)
    records = live_panel.shown()
    prediction.ask(specs, records)
    live_panel.buttons(specs, records)
    charts = {}
    if records:
        charts = _runs(records)
    else:
        setup_table.show(chosen.specs, _train_images(chosen))
    _about(chosen, records, charts)


def _wrong(share: float) -> str:
    """What wrong labels do, where there are any."""
    if not share:
        return ""
    return f"{share:.0%} of the labels are wrong, as happens in archives; the network learns those by heart, too. "


def _train_images(chosen: Chosen) -> int | None:
    there = chosen.entry.sizes_for(chosen.options).get("train")
    asked = chosen.settings["images"]
    return min(asked, there) if asked and there else asked or there


def _runs(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The runs shown; returns their charts by title."""
    groups = {group(record.label) for record in records}
    wide = len(groups) > MOST_BESIDE or max(map(len, groups)) > LONGEST_BESIDE
    chart, numbers = (st.container(), st.container()) if wide else st.columns([3, 2], gap="medium")
    with chart:
        networks = [record for record in records if record.spec["task"] != "classic"]
        training = live_panel.show(networks) if networks else None
    with numbers:
        live_panel.progress(records)
        accuracies = results.accuracies(records)
    gaps = gap_panel.show(records)
    ahead = verdict.show(records)
    prediction.reveal(records)
    charts = {"Training curves": training, "Test accuracy": accuracies, **gaps, "Differences": ahead}
    charts |= turned_panel.show(records)
    results.table(records)
    with st.expander("Settings of these runs"):
        setup_table.show({r.label: RunSpec.from_dict(r.spec) for r in records}, None)
    return {title: figure for title, figure in charts.items() if figure}


def _about(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    """What stands behind the comparison, in tabs; only the open one is computed."""
    panels: dict[str, Callable[[], None]] = {
        "Lesson": lambda: lesson.show("regularization"),
        "Evaluation": lambda: evaluation_panel.show(records),
        "Why L1 gives zeros": zeros_panel.show,
        "Weights": lambda: _weights(records),
        "Layers": lambda: layer_panel.show(records),
        "The data set": lambda: _data(chosen),
        "Take it home": lambda: _take_home(chosen, records, charts),
    }
    tabs.show(panels, "about")


def _weights(records: Sequence[Record]) -> None:
    weights_panel.show(records)
    if records:
        pruning_panel.show(records)


def _data(chosen: Chosen) -> None:
    data_card.show(chosen.entry)
    data_card.unreadable()


def _take_home(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    inside = {**weights_panel.charts(records), **pruning_panel.charts_of(records), **layer_panel.charts(records)}
    inside |= evaluation_panel.charts(records)
    take_home.show("regularization", chosen.specs, records, {**charts, **inside, **zeros_panel.charts()})
