"""Two hospitals: what differs between them, what that costs, and how much of it each method gives back."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore.labs import two_hospitals as lab
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import data_card, lesson, live_panel, results, setup_table, tabs, take_home
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.evaluation import evaluation_panel
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE
from medcore.ui.transfer import features_panel, hospital_controls, hospital_guess, hospital_images, recovery_panel

PARAM = "hospitals"


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen = hospital_controls.show()
    st.caption(
        "A network that learned in one hospital is used in another, whose images differ a little. Here is what that "
        "costs, and what each way to repair it gives back. For teaching and research, not for diagnosis."
    )
    specs = trainable(chosen)
    records = live_panel.shown(PARAM)
    hospital_guess.ask(specs, records)
    live_panel.buttons(specs, records, PARAM)
    shown = [RunSpec.from_dict(record.spec) for record in records] or list(specs.values())
    if shown:
        hospital_images.show(shown[0])
    if not records:
        st.markdown(_plan(specs))
    charts = _runs(records) if records else {}
    _about(chosen, records, charts)


def _plan(specs: Mapping[str, RunSpec]) -> str:
    """What Train would do."""
    if not specs:
        return ""
    methods = list(dict.fromkeys(lab.label_of(spec.adaptation) for spec in specs.values()))
    seeds = len({spec.seed for spec in specs.values()})
    again = f", each with {seeds} seeds" if seeds > 1 else ""
    return plain(f"Train makes {len(specs)} runs: {', '.join(methods)}{again}.")


def _runs(records: Sequence[Record]) -> dict[str, go.Figure]:
    """What the runs shown measured, then how they trained; returns their charts by title."""
    live_panel.progress(records)
    charts = recovery_panel.show(records)
    st.subheader("How they trained", anchor=False)
    training = live_panel.show(records, PARAM)
    st.caption(
        "The target's accuracy is there to look at: no epoch is chosen by it, unless the switch for that mistake is on."
    )
    return charts | ({"Training curves": training} if training else {})


def _about(chosen: Chosen, records: Sequence[Record], charts: Mapping[str, go.Figure]) -> None:
    """What stands behind it, in tabs; only the open one is computed."""
    over = bool(records) and not any(record.state in ACTIVE for record in records)
    features = features_panel.charts(records) if over else {}
    panels = {
        "Features": lambda: features_panel.show(records),
        "Evaluation": lambda: evaluation_panel.show(records),
        "Lesson": lambda: lesson.show("transfer", opened="Two hospitals"),
        "Every number": lambda: _numbers(records),
        "Settings": lambda: _settings(chosen, records),
        "The data set": lambda: data_card.show(chosen.entry),
        "Take it home": lambda: take_home.show(
            "two-hospitals", chosen.specs, records, {**charts, **features, **evaluation_panel.charts(records)}
        ),
    }
    tabs.show(panels, "hospital_about")


def _numbers(records: Sequence[Record]) -> None:
    if any(record.result for record in records):
        results.table(records)
    else:
        st.caption("Every metric on the target's test images, once a run has ended.")


def _settings(chosen: Chosen, records: Sequence[Record]) -> None:
    shown = {record.label: RunSpec.from_dict(record.spec) for record in records} or chosen.specs
    if shown:
        source, target = lab.places(next(iter(shown.values())))
        st.markdown(f"**Source:** {plain(source)}. **Target:** {plain(target)}.")
    setup_table.show(shown, None)
