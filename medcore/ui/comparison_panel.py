"""The network lab: the comparison that the controls ask for, trained, drawn and explained."""

from collections.abc import Sequence

import streamlit as st

from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import comparison_controls, data_card, lesson, live_panel, results, setup_table, take_home
from medcore.ui.comparison_controls import Chosen
from medcore.ui.plain import plain

TABS = ("Lesson", "The data set", "Take it home")


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen = comparison_controls.show()
    st.caption("Same network, same first weights, same order of images: only the update rule and its settings differ.")
    if chosen.problem:
        st.error(plain(chosen.problem))
    if not chosen.entry.available:
        data_card.offer_download(chosen.entry)
    records = live_panel.shown()
    live_panel.buttons(chosen.specs if chosen.entry.available else {}, records)
    if records:
        _runs(records)
    else:
        setup_table.show(chosen.specs, chosen.entry.sizes_for(chosen.options).get("train"))
    _about(chosen, records)


def _runs(records: Sequence[Record]) -> None:
    chart, numbers = st.columns([3, 2], gap="medium")
    with chart:
        live_panel.show(records)
    with numbers:
        live_panel.progress(records)
        results.accuracies(records)
    results.table(records)
    with st.expander("Settings of these runs"):
        setup_table.show({r.label: RunSpec.from_dict(r.spec) for r in records}, None)


def _about(chosen: Chosen, records: Sequence[Record]) -> None:
    tabs = dict(zip(TABS, st.tabs(TABS, on_change="rerun", key="about", bind="query-params"), strict=True))
    if tabs["Lesson"].open:
        with tabs["Lesson"]:
            lesson.show("optimizers")
    if tabs["The data set"].open:
        with tabs["The data set"]:
            data_card.show(chosen.entry)
            data_card.unreadable()
    if tabs["Take it home"].open:
        with tabs["Take it home"]:
            take_home.show("optimizers", chosen.specs, records)
