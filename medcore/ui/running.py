"""What trains on this machine now, whoever asked for it, and what this session did last; each with its link."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from medcore import catalog
from medcore.data import session_sets
from medcore.runs.store import Record
from medcore.ui import controls, run_line, state
from medcore.ui.plain import plain


def show() -> None:
    """Lists the active comparisons, looking again every two seconds, and this session's latest."""
    active = state.store().active(limit=20)
    st.fragment(_active, run_every=2 if active else None)(bool(active))
    busy = {_comparison(r) for r in active}
    if latest := [r for r in state.store().latest(state.owner(), limit=12) if _comparison(r) not in busy]:
        st.subheader("Your last runs")
        _show(latest)


def _active(was_active: bool) -> None:
    active = state.store().active(limit=20)
    if was_active and not active:
        st.rerun()
    if not active:
        st.caption("Nothing trains at the moment.")
    _show(active)


def _comparison(record: Record) -> tuple[float, str]:
    """What runs that were asked for together share."""
    return record.created, record.owner


def _show(records: Sequence[Record]) -> None:
    """Each comparison whole and in its own order, under a link that shows it; the newest first."""
    for _, record in sorted({_comparison(r): r for r in records}.items(), reverse=True):
        runs = state.store().together(record)
        progress = state.store().progress([r.id for r in runs])
        st.markdown("  \n".join([_link(runs), *(run_line.markdown(r, progress.get(r.id)) for r in runs)]))


def _link(runs: Sequence[Record]) -> str:
    model = catalog.MODELS[runs[0].spec["model"]["name"]].label
    images = plain(session_sets.title(runs[0].spec["data"]["name"]))
    ids = ",".join(r.id for r in runs)
    if runs[0].spec["task"] == "robustness":
        titles = {entry.name: entry.card.title for entry in controls.listing()}
        name = runs[0].spec["data"]["name"]
        where = urlencode({"tab": "Preparation", "dataset": titles.get(name, session_sets.title(name)), "tests": ids})
        return f"[Test of a {model} on {images}](/data_explorer?{where})"
    if runs[0].spec["task"] == "landscape":
        where = urlencode({"runs": runs[0].spec["base"], "surface": ids, "about": "Loss surface"})
        return f"[Loss surface of a {model} on {images}](/optimizer_comparison?{where})"
    return f"[{model} on {images}](/optimizer_comparison?runs={ids})"
