"""The runs of a cross-validation, one line each: how many strengths are walked, and what became of it."""

from collections.abc import Sequence

import streamlit as st

from medcore.runs import status
from medcore.runs.store import Record
from medcore.ui import run_line
from medcore.ui.plain import plain
from medcore.ui.regularization import path_study
from medcore.ui.regularization.path_study import Study
from medcore.ui.run_line import ACTIVE


def show(study: Study) -> None:
    """How far the folds and the whole set are; in short once all is done."""
    if any(run.state in ACTIVE for run in study.runs):
        _whole(study)
    lines(study.runs, len(study.strengths))
    if not any(run.state in ACTIVE for run in study.runs):
        for said in left_out(study.folds):
            st.caption(said)


def _whole(study: Study) -> None:
    """How much of the study is done, and what it waits for before the first network is there."""
    there, networks = sum(map(path_study.reached, study.runs)), len(study.runs) * len(study.strengths)
    st.progress(there / networks, f"{there} of {networks} networks")
    if not there:
        st.caption(
            "Each fold first loads its images and compiles its network, which takes longer than the networks that "
            "follow; the first of all also waits for TensorFlow. On a busy machine that can be half a minute."
        )


def lines(runs: Sequence[Record], strengths: int) -> None:
    """One line a run; one for all of them where they are done."""
    _engine(runs)
    if runs and all(run.state == "done" for run in runs):
        seconds = sum(run.result["seconds"] for run in runs)
        st.markdown(f":green-badge[done] **{len(runs)} runs** of {strengths} strengths · {seconds:.1f} s of work")
        return
    st.markdown("  \n".join(_line(run, strengths) for run in runs))


def _line(run: Record, strengths: int) -> str:
    badge = run_line.badge(run)
    return f"{badge} **{plain(run.label)}** · {_words(run, strengths)}"


def _words(run: Record, strengths: int) -> str:
    if run.state in ("queued", "failed"):
        return run_line.words(run, None)
    if run.spec["task"] != "path":
        return plain(run.status) if run.state == "running" and run.status else run_line.words(run, None)
    walked = path_study.reached(run)
    far = f"{walked} of {strengths} strengths"
    if run.state == "running":
        return far if walked else plain(run.status or "starts")
    if run.state == "cancelled":
        return f"stopped after {far}" if walked else "stopped before it began"
    return f"{far} in {run.result['seconds']:.1f} s"


def left_out(folds: Sequence[Record]) -> list[str]:
    """Which folds the curve does without, and why, in sentences."""
    done = [fold for fold in folds if fold.state == "done"]
    said = []
    for state, why in (("failed", "failed"), ("cancelled", "was stopped")):
        names = [fold.label for fold in folds if fold.state == state]
        if names:
            who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
            verb = why if len(names) == 1 else why.replace("was", "were")
            said.append(f"{who} {verb}.")
    if said and done:
        kept = "1 finished fold is" if len(done) == 1 else f"{len(done)} finished folds are"
        said.append(f"The {kept} kept, and the curve is drawn from {'it' if len(done) == 1 else 'them'}.")
    elif said:
        said.append("No fold has walked the whole grid, so there is no mean to choose by.")
    return [" ".join(said)] if said else []


def _engine(runs: Sequence[Record]) -> None:
    """Why runs that wait do not start, where that is known."""
    if all(run.state != "queued" for run in runs) or any(run.state == "running" for run in runs):
        return
    now = status.read()
    if now is not None and now.problem:
        st.error(plain(now.problem), icon=":material/power_off:")
    elif now is None or not now.ready:
        st.caption("The training engine is starting; the first start takes some seconds.")
