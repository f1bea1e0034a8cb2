"""What trains on this machine now, whoever asked for it, and what this session did last; each with its link."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from medcore import catalog
from medcore.data import session_sets
from medcore.labs import few_labels, transfer
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import controls, own_sets, run_line, state
from medcore.ui.plain import plain

QUESTIONS = ("explain", "predict", "segment_image")
SHOWN, MOST = 12, 100
"""Runs listed, and looked through for them."""


def show() -> None:
    """Lists the active comparisons, looking again every two seconds, and this session's latest."""
    active = _trainings(state.store().active(limit=MOST))
    st.fragment(_active, run_every=2 if active else None)(bool(active))
    busy = {_comparison(r) for r in active}
    latest = [r for r in _trainings(state.store().latest(state.owner(), limit=MOST)) if _comparison(r) not in busy]
    if latest:
        st.subheader("Your last runs")
        _show(latest[:SHOWN])


def _trainings(records: Sequence[Record]) -> list[Record]:
    """Without the questions about single images, of which each click is one."""
    return [record for record in records if record.spec["task"] not in QUESTIONS]


def _active(was_active: bool) -> None:
    active = _trainings(state.store().active(limit=MOST))
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
    spec = runs[0].spec
    model, ids = catalog.MODELS[spec["model"]["name"]].label, ",".join(r.id for r in runs)
    what = f"{model} on {plain(_images(spec['data']['name']))}"
    match spec["task"]:
        case "robustness":
            titles = {entry.name: entry.card.title for entry in controls.listing()}
            name = spec["data"]["name"]
            dataset = titles.get(name, session_sets.title(name))
            where = urlencode({"tab": "Preparation", "dataset": dataset, "tests": ids})
            return f"[Test of {_article(model)} {what}](/data_explorer?{where})"
        case "landscape":
            where = urlencode({"runs": spec["base"], "surface": ids, "about": "Loss surface"})
            return f"[Loss surface of {_article(model)} {what}](/optimizer_comparison?{where})"
        case "prune":
            where = urlencode({"runs": spec["base"], "pruned": ids, "about": "Weights"})
            return f"[Pruning of {_article(model)} {what}](/regularization_lab?{where})"
        case "path" | "nested_fold" | "path_test":
            parent = runs[0].parent or spec["base"] or runs[-1].id
            where = urlencode({"part": "Choosing lambda", "path": parent})
            return f"[Choosing lambda for {_article(model)} {what}](/regularization_lab?{where})"
        case "adapt":
            where = urlencode({"part": "Two hospitals", "hospitals": ids})
            return f"[Two hospitals: {what}](/transfer_learning?{where})"
        case "segment":
            return f"[Masks: {what}](/segmentation_demo?runs={ids})"
    if any(run.spec["task"] == "transfer" for run in runs) or all(transfer.is_label(run.label) for run in runs):
        return f"[What to train of {_article(model)} {what}](/transfer_learning?runs={ids})"
    if all(few_labels.is_label(run.label) for run in runs):
        where = urlencode({"part": "Few and bad labels", "labels": ids})
        return f"[Few and bad labels: {what}](/regularization_lab?{where})"
    page = "regularization_lab" if any(map(_held_back, runs)) else "optimizer_comparison"
    return f"[{what}](/{page}?runs={ids})"


def _held_back(run: Record) -> bool:
    """Whether a run is about few images, penalties or classics, which the regularization lab shows."""
    spec = RunSpec.from_dict(run.spec)
    return bool(spec.sample or spec.regularization) or spec.task == "classic"


def _images(name: str) -> str:
    """What a set of images is called; nobody else's are "your own"."""
    return session_sets.title(name) if own_sets.may_see(name) else "images of another session"


def _article(model: str) -> str:
    return "an" if model.startswith(("MLP", "SVM", "E")) else "a"
