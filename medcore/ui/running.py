"""What trains on this machine now, whoever asked for it, and what this session did last."""

from collections.abc import Sequence

import streamlit as st

from medcore import catalog
from medcore.runs.store import Record
from medcore.ui import run_line, state


def show() -> None:
    """Lists the active runs, looking again every two seconds, and this session's latest."""
    active = state.store().active(limit=20)
    st.fragment(_active, run_every=2 if active else None)(bool(active))
    if latest := [r for r in state.store().latest(state.owner(), limit=6) if r.state not in run_line.ACTIVE]:
        st.subheader("Your last runs")
        _rows(latest)


def _active(was_active: bool) -> None:
    active = state.store().active(limit=20)
    if was_active and not active:
        st.rerun()
    if not active:
        st.caption("Nothing trains at the moment.")
        return
    _rows(active)


def _rows(records: Sequence[Record]) -> None:
    progress = state.store().progress([r.id for r in records])
    st.markdown("  \n".join(run_line.markdown(r, progress.get(r.id), _what(r)) for r in records))


def _what(record: Record) -> str:
    model = catalog.MODELS[record.spec["model"]["name"]].label
    return f"{model} on {record.spec['data']['name']}"
