"""Inside the network: gradients and updates of each layer, live while a run trains."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore import web
from medcore.charts import layers, template, training
from medcore.runs.store import Record
from medcore.ui import controls, history, state
from medcore.ui.components.live_chart import live_chart
from medcore.ui.run_line import ACTIVE

LOOK = 4_000
"""Rows in which the names of the layers are looked for."""


def show(records: Sequence[Record]) -> None:
    """Picks a run and draws its layers."""
    if not records:
        st.info("Train first: every run measures its layers as it goes.", icon=":material/layers:")
        return
    by_label = {record.label: record for record in records}
    label = st.selectbox(
        "Run",
        list(by_label),
        key="layers_run",
        bind=controls.URL,
        help="Whose layers are drawn; each run has its own.",
    )
    record = by_label[label]
    if record.state in ACTIVE:
        _live(record)
    else:
        _finished(record)
    st.caption(
        "Above, the size of the loss gradient over all weights of a layer; below, by what share of its weights an "
        "update moves it. Far under a thousandth a layer hardly learns, far above it the steps tear at what is there."
    )


def charts(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The layers of the run picked last by title, to be taken home; none while it trains."""
    picked = [r for r in records if r.label == st.session_state.get("layers_run")] or list(records[:1])
    return {
        f"Layers of {r.label}": chart for r in picked if r.state not in ACTIVE and (chart := _chart(r.id)) is not None
    }


def _live(record: Record) -> None:
    found = _layers(record.id)
    if found:
        figure = layers.figure(training.EMPTY, record.id, found)
        live_chart(figure, web.stream_url([record.id]), key=f"layers-{record.id}")
    else:
        st.fragment(_await_layers, run_every=1)(record.id)


def _await_layers(run_id: str) -> None:
    """Runs the page again as soon as there is something to draw."""
    (record,) = state.store().find([run_id])
    if _layers(run_id) or record.state not in ACTIVE:
        st.rerun()
    st.caption("This run has not begun yet.")


def _layers(run_id: str) -> list[str]:
    return layers.names([metric for _, _, _, metric, _ in state.store().tail({run_id: 0}, limit=LOOK)])


def _finished(record: Record) -> None:
    figure = _chart(record.id)
    if figure is None:
        st.info("This run measured no layers.")
        return
    st.plotly_chart(
        figure,
        width="stretch",
        key="layers",
        config=template.CONFIG,
        alt="Gradient norm and update-to-weight ratio of each layer over the updates",
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(run_id: str) -> go.Figure | None:
    frame = history.of(state.store().find([run_id]))
    found = layers.names(frame["metric"].unique())
    return layers.figure(frame, run_id, found) if found else None
