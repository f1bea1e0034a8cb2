"""Train, stop, progress, and the chart that grows while runs train: the same for every lab.

The ids of the runs shown stand in the URL (`?runs=`), so a reload, a second tab and a
shared link find them again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from medcore import web
from medcore.charts import training
from medcore.data import sources
from medcore.runs.store import Progress, Record
from medcore.spec import RunSpec
from medcore.ui import state
from medcore.ui.components.live_chart import live_chart

ACTIVE = ("queued", "running")
BADGES = {"queued": "gray", "running": "blue", "done": "green", "failed": "red", "cancelled": "orange"}


def shown() -> list[Record]:
    """The runs that the URL names."""
    ids = st.query_params.get("runs", "").split(",")
    return state.store().find([i for i in ids if i][:64])


def buttons(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """The Train and Stop buttons. Train submits and returns; nothing here waits."""
    active = [r.id for r in records if r.state in ACTIVE]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            key="train",
            disabled=not specs,
            on_click=_train,
            args=(specs,),
            help="Trains every chosen run; you may leave this page and come back.",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            key="stop",
            disabled=not active,
            on_click=lambda: state.store().cancel(active),
            help="Stops what runs and what waits; what was measured so far is kept.",
        )
        if records and specs and {s.hash for s in specs.values()} != {r.spec_hash for r in records}:
            st.caption("The controls differ from the runs shown: press Train to run them.")
    if sentence := st.session_state.pop("train_error", None):
        st.error(sentence)


def _train(specs: Mapping[str, RunSpec]) -> None:
    try:
        for name in {spec.data.name for spec in specs.values()}:
            entry = sources.find(name)
            if not entry.available:
                raise FileNotFoundError(f"{entry.card.title} is not on this machine yet: {entry.how}")
        ids = state.store().create(specs, state.owner())
        st.query_params["runs"] = ",".join(ids)
    except (OSError, ValueError) as error:
        st.session_state["train_error"] = str(error)


def show(records: Sequence[Record]) -> None:
    """The chart of the runs: live while any is active, from the store afterwards. Same skeleton, so nothing jumps."""
    ids = [r.id for r in records]
    labels = tuple((r.id, r.label) for r in records)
    if any(r.state in ACTIVE for r in records):
        live_chart(_skeleton(labels), web.stream_url(ids), key=f"live-{'-'.join(ids)}")
    else:
        st.plotly_chart(
            _finished(labels),
            width="stretch",
            key="finished",
            config=training.CONFIG,
            alt="Training loss, validation loss and validation accuracy of each run against updates",
        )


# Building a figure takes Plotly a tenth of a second; a rerun that changes none of its runs must not.
@st.cache_resource(max_entries=128, show_spinner=False)
def _skeleton(labels: tuple[tuple[str, str], ...]) -> go.Figure:
    return training.figure(training.EMPTY, dict(labels))


@st.cache_resource(max_entries=32, show_spinner=False)
def _finished(labels: tuple[tuple[str, str], ...]) -> go.Figure:
    return training.figure(state.store().history([run_id for run_id, _ in labels]), dict(labels))


def progress(records: Sequence[Record]) -> None:
    """One line a run: its state and how far it is. Looks again every second while any run is active."""
    active = any(r.state in ACTIVE for r in records)
    st.fragment(_progress, run_every=1 if active else None)([r.id for r in records], active)


def _progress(ids: Sequence[str], was_active: bool) -> None:
    records = state.store().find(ids)
    progress = state.store().progress(ids)
    st.markdown("  \n".join(line(record, progress.get(record.id)) for record in records))
    if was_active and not any(r.state in ACTIVE for r in records):
        st.rerun()


def line(record: Record, progress: Progress | None, what: str = "") -> str:
    """State, name and words of a run as one line of Markdown."""
    badge = f":{BADGES[record.state]}-badge[{record.state}]"
    return " · ".join(part for part in (f"{badge} **{record.label}**", what, words(record, progress)) if part)


def words(record: Record, progress: Progress | None) -> str:
    """Where a run is, for a person who waits."""
    if record.state == "failed":
        return record.error or "failed without a reason"
    if record.state == "queued":
        return "waits for a free training slot"
    if record.state == "cancelled":
        return "stopped; what was measured so far is kept"
    if record.state == "done":
        return _outcome(record.result or {})
    steps = record.plan.get("steps")
    if not steps or progress is None:
        return record.status or "starts"
    left = progress.seconds / progress.step * (steps - progress.step)
    return f"update {progress.step:,} of {steps:,}" + (f", about {left:.0f} s left" if left >= 1 else "")


def _outcome(result: Mapping[str, Any]) -> str:
    if result.get("diverged_at"):
        return f"diverged at update {result['diverged_at']:,}: the loss is no longer a number"
    stopped = f"; {result['stopped']}" if result.get("stopped") else ""
    return f"{result['steps']:,} updates in {result['seconds']:.1f} s{stopped}"
