"""The nested estimate beside the flattering one: outer folds judge a lambda that was chosen without them."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

import streamlit as st

from medcore.charts.strengths import text
from medcore.labs import choosing_lambda as lab
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import state
from medcore.ui.plain import plain
from medcore.ui.regularization import path_progress, path_study
from medcore.ui.regularization.path_controls import Reading
from medcore.ui.regularization.path_study import SCORES, Study, Validated
from medcore.ui.run_line import ACTIVE

EVERY = 1.0


def show(study: Study, found: Validated, reading: Reading) -> None:
    """The button, the outer folds, and both estimates.

    Args:
        found: what the folds of the study say; there is a choice.
    """
    st.subheader("Nested cross-validation")
    st.markdown(
        "The lowest of several means is low partly by luck, so the score of the best lambda flatters. Here each outer "
        "fold judges **a lambda that was chosen without it**, by an inner cross-validation on the other folds."
    )
    folds = study.like(_spec(study, reading))
    active = [fold.id for fold in folds if fold.state in ACTIVE]
    missing = study.missing(_outer(study, reading))
    with st.container(horizontal=True):
        st.button(
            "Judge the choice",
            key="nested_start",
            icon=":material/balance:",
            disabled=bool(active) or not missing,
            on_click=_start,
            args=(study.parent.id, missing),
            help="Walks the grid once for every inner fold of every outer fold; what is done is not walked again.",
        )
        if active:
            st.button("Stop", key="nested_stop", icon=":material/stop:", on_click=_stop, args=(active,))
    if problem := st.session_state.pop("nested_error", None):
        st.error(plain(problem))
    if folds:
        st.fragment(_progress, run_every=EVERY if active else None)(study.parent.id, reading, bool(active))
    if not active:
        _estimates(found, reading, [fold for fold in folds if fold.result])


def _outer(study: Study, reading: Reading) -> dict[str, RunSpec]:
    return lab.nested(study.spec, reading.rule, reading.score)


def _spec(study: Study, reading: Reading) -> RunSpec:
    """What the outer folds have in common."""
    return path_study.without_fold(next(iter(_outer(study, reading).values())))


def _start(parent: str, specs: Mapping[str, RunSpec]) -> None:
    try:
        state.store().create(specs, state.owner(), parent=parent)
    except (OSError, ValueError) as error:
        st.session_state["nested_error"] = sentence(error)


def _stop(ids: Sequence[str]) -> None:
    state.store().cancel(ids)


def _progress(parent: str, reading: Reading, was_active: bool) -> None:
    study = path_study.find(parent)
    folds = study.like(_spec(study, reading))
    if was_active and not any(fold.state in ACTIVE for fold in folds):
        st.rerun()
    path_progress.lines(folds, len(study.strengths))


def _estimates(found: Validated, reading: Reading, outer: Sequence[Record]) -> None:
    """The two estimates beside each other, and what the outer folds chose."""
    score, place = SCORES[reading.score], found.chosen(reading.rule)
    st.metric("Chosen lambda, by the folds that chose it", _text(found.mean[place], found.error[place], score.form))
    values = [value for fold in outer if (value := _of(fold.result["score"], reading.score)) is not None]
    if values:
        error = stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
        st.metric(f"Nested, {len(values)} outer folds", _text(fmean(values), error, score.form))
    if values:
        chosen = ", ".join(text(fold.result["chosen"]) for fold in outer)
        st.caption(
            f"{score.title}, mean ± standard error. The outer folds chose lambda {chosen}: where they "
            "disagree the choice itself is uncertain. The nested estimate is one of the way to choose; its networks "
            "had fewer images than the final one."
        )


def _text(value: float, error: float, form: str) -> str:
    return format(value, form) + (f" ± {format(error, form)}" if math.isfinite(error) else "")


def _of(score: Mapping[str, Any] | None, name: str) -> float | None:
    return (score or {}).get(name)
