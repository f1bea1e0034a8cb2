"""What trains on this machine now, whoever asked for it, and what this session did last."""

from collections.abc import Sequence

import streamlit as st

from medcore.runs.store import Record
from medcore.ui import live_panel, state


def show() -> None:
    """Lists the active runs, looking again every two seconds, and this session's latest."""
    active = state.store().active(limit=20)
    st.fragment(_active, run_every=2 if active else None)(bool(active))
    if latest := [r for r in state.store().latest(state.owner(), limit=6) if r.state not in live_panel.ACTIVE]:
        st.subheader("Your last runs")
        _rows(latest)


def _active(was_active: bool) -> None:
    active = state.store().active(limit=20)
    if was_active and not active:
        st.rerun()
    if not active:
        st.caption("Nothing trains at the moment.")
    _rows(active)


def _rows(records: Sequence[Record]) -> None:
    progress = state.store().progress([r.id for r in records])
    for record in records:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(record.state, color=live_panel.BADGES[record.state])
            what = f"{record.spec['model']['name'].upper()} on {record.spec['data']['name']}"
            st.markdown(f"**{record.label}** · {what} · {live_panel.words(record, progress.get(record.id))}")
