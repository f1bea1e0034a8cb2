"""Choosing lambda: a cross-validation over a grid of strengths, which grows while its folds are walked.

The id of the parent stands in the URL (`?path=`), so a reload, a second tab and a shared link find it again.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from medcore.charts.strengths import text
from medcore.data import sources
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import data_card, lesson, state, tabs, take_home
from medcore.ui.chosen import Chosen, trainable
from medcore.ui.plain import plain
from medcore.ui.regularization import (
    coefficients_panel,
    flattery_panel,
    lambda_guess,
    nested_panel,
    path_choice,
    path_controls,
    path_curve,
    path_progress,
    path_study,
    path_test_panel,
)
from medcore.ui.regularization.path_controls import Reading
from medcore.ui.regularization.path_study import PARAM, Study
from medcore.ui.run_line import ACTIVE

EVERY = 0.7
"""Seconds between two looks at what is walking."""


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        chosen, reading = path_controls.show()
    st.caption(
        "Every fold is left out once and judges networks that never saw it, one for each strength of the penalty: "
        "the strength is chosen by what other images say of it."
    )
    specs = trainable(chosen)
    study = path_study.shown()
    path = study.spec.path if study else next(iter(specs.values())).path if specs else None
    lambda_guess.ask(path.strengths if path else (), study if study and not _differ(specs, study) else None)
    _buttons(specs, study)
    if study is None:
        _plan(specs)
    else:
        _live(study, reading)
    _about(chosen, study, reading)


def _differ(specs: Mapping[str, RunSpec], study: Study) -> bool:
    """Whether the controls ask for another study than the one shown."""
    return bool(specs) and _hashes(specs) != {run.spec_hash for run in study.runs}


def _buttons(specs: Mapping[str, RunSpec], study: Study | None) -> None:
    active = [run.id for run in study.runs if run.state in ACTIVE] if study else []
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Cross-validate",
            type="primary",
            icon=":material/play_arrow:",
            key="path_start",
            disabled=not specs or bool(active),
            on_click=_start,
            args=(specs,),
            help="Walks the grid once a fold; you may leave this page and come back.",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            key="path_stop",
            disabled=not active,
            on_click=_stop,
            args=(active,),
            help="Stops what walks and what waits; folds that have ended are kept, and the curve is drawn from them.",
        )
        if study and _differ(specs, study):
            st.caption("The controls differ from the study shown: press Cross-validate to run them.")
    if problem := st.session_state.pop("path_error", None):
        st.error(plain(problem))


def _hashes(specs: Mapping[str, RunSpec]) -> set[str]:
    return {spec.hash for spec in specs.values()}


def _start(specs: Mapping[str, RunSpec]) -> None:
    try:
        entry = sources.find(next(iter(specs.values())).data.name)
        if not entry.available:
            raise FileNotFoundError(f"{entry.card.title} is not on this machine yet: {entry.how}")
        *_, parent = state.store().create_family(specs, state.owner())
        st.query_params[PARAM] = parent
    except (OSError, ValueError) as error:
        st.session_state["path_error"] = sentence(error)


def _stop(ids: list[str]) -> None:
    state.store().cancel(ids)


def _plan(specs: Mapping[str, RunSpec]) -> None:
    """What a click would do."""
    if not specs:
        return
    path = next(iter(specs.values())).path
    grid = ", ".join(text(strength) for strength in path.strengths)
    st.markdown(
        f"**{path.folds} folds x {len(path.strengths)} strengths, and all images once more: "
        f"{(path.folds + 1) * len(path.strengths)} networks.** Lambda is {grid}."
    )


def _live(study: Study, reading: Reading) -> None:
    """The curve, the folds and the choice, looked at again and again while a run of the study walks."""
    active = any(run.state in ACTIVE for run in study.runs)
    st.fragment(_draw, run_every=EVERY if active else None)(study.parent.id, reading, active)


def _draw(parent: str, reading: Reading, was_active: bool) -> None:
    study = path_study.find(parent)
    if study is None:
        return
    if was_active and not any(run.state in ACTIVE for run in study.runs):
        st.rerun()
    curve, words = st.columns([3, 2], gap="medium")
    with curve:
        path_curve.show(study, reading.score)
    with words:
        path_progress.show(study)
        path_choice.show(study, reading)
        lambda_guess.reveal(study, reading)


def _about(chosen: Chosen, study: Study | None, reading: Reading) -> None:
    """What belongs to the choice, in tabs; only the open one is computed."""
    panels: dict[str, Callable[[], None]] = {
        "How good is it really?": lambda: _judged(study, reading),
        "Weights and pixels": lambda: coefficients_panel.show(study, reading),
        "What if I cheat?": lambda: flattery_panel.show(study, reading),
        "Lesson": lambda: lesson.show("regularization"),
        "The data set": lambda: _data(chosen),
        "Take it home": lambda: _take_home(chosen, study, reading),
    }
    tabs.show(panels, "path_about")


def _judged(study: Study | None, reading: Reading) -> None:
    """Both ways to learn what the chosen network is worth."""
    found = study and path_study.validate(study.folds, len(study.strengths), reading.score)
    if found is None or found.choice is None or any(run.state in ACTIVE for run in study.runs):
        st.info("There is something to judge when the cross-validation has ended.", icon=":material/hourglass_top:")
        return
    nested, test = st.columns(2, gap="large")
    with nested:
        nested_panel.show(study, found, reading)
    with test:
        path_test_panel.show(study, found, reading)


def _take_home(chosen: Chosen, study: Study | None, reading: Reading) -> None:
    """With the charts of a study that has ended."""
    if study is None or any(run.state in ACTIVE for run in study.runs):
        take_home.show("choosing-lambda", chosen.specs, study.runs if study else [])
        return
    charts = {"Cross-validation": path_curve.figure(study, reading.score), **coefficients_panel.views(study, reading)}
    take_home.show("choosing-lambda", chosen.specs, study.runs, charts)


def _data(chosen: Chosen) -> None:
    data_card.show(chosen.entry)
    data_card.unreadable()
