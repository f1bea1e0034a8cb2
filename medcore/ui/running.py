"""What trains on this machine now, whoever asked for it, and what this session did last; each with its link."""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from medcore import catalog
from medcore.runs.store import Record
from medcore.ui import run_line, state
from medcore.ui.plain import plain


def show() -> None:
    """Lists the active runs, looking again every two seconds, and this session's latest."""
    active = state.store().active(limit=20)
    st.fragment(_active, run_every=2 if active else None)(bool(active))
    if latest := [r for r in state.store().latest(state.owner(), limit=12) if r.state not in run_line.ACTIVE]:
        st.subheader("Your last runs")
        _comparisons(latest)


def _active(was_active: bool) -> None:
    active = state.store().active(limit=20)
    if was_active and not active:
        st.rerun()
    if not active:
        st.caption("Nothing trains at the moment.")
    _comparisons(active)


def _comparisons(records: Sequence[Record]) -> None:
    """Runs that were asked for together stand together, under a link that shows them."""
    progress = state.store().progress([r.id for r in records])
    together = sorted(records, key=lambda r: -r.created)
    for _, group in groupby(together, key=lambda r: (r.created, r.owner)):
        runs = list(group)
        lines = [_link(runs), *(run_line.markdown(r, progress.get(r.id)) for r in runs)]
        st.markdown("  \n".join(lines))


def _link(runs: Sequence[Record]) -> str:
    model = catalog.MODELS[runs[0].spec["model"]["name"]].label
    images = plain(runs[0].spec["data"]["name"])
    return f"[{model} on {images}](/optimizer_comparison?runs={','.join(r.id for r in runs)})"
