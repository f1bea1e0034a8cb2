"""What if I cheat? Each mistake beside the right way, and by how many points it flatters.

The runs belong to the study shown, so its address finds them again; `?cheat=` says which mistake is looked at.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from medcore.data import class_counts
from medcore.evaluation import flattery
from medcore.labs import flattery as lab
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import controls, state
from medcore.ui.plain import plain
from medcore.ui.regularization import choosing_by_test_panel, flattery_words, path_progress, path_study
from medcore.ui.regularization.path_controls import Reading
from medcore.ui.regularization.path_study import Study
from medcore.ui.run_line import ACTIVE

EVERY = 1.0
RIGHT, WRONG = "Right", "Wrong"
BLIND = {"own": "The study's own", "blind": "Simulated, nothing to find"}
Studies = Mapping[str, RunSpec]
"""Spec of the "Whole set" by "Right" and "Wrong"."""


def show(study: Study | None, reading: Reading) -> None:
    """Picks a mistake, runs it, and says by how much it flatters."""
    if study is None or any(run.state in ACTIVE for run in study.runs):
        st.info("Cheating needs an honest study beside it: cross-validate first.", icon=":material/hourglass_top:")
        return
    titles = {name: mistake.title for name, mistake in lab.MISTAKES.items()}
    name = controls.named("Mistake", titles, "cheat", "test", "Each is run for real beside the right way.")
    st.markdown(lab.MISTAKES[name].what)
    score = "accuracy" if reading.score == "loss" else reading.score
    if problem := st.session_state.pop("cheat_error", None):
        st.error(plain(problem))
    if name == "test":
        choosing_by_test_panel.show(study, reading, score)
    else:
        _measuring(study, name, score)


def _measuring(study: Study, name: str, score: str) -> None:
    help = "In the simulator's images of contrast 0 lesions cannot be seen: every score above chance is flattery."
    images = controls.named("Images", BLIND, f"cheat_images_{name}", "blind" if name == "screen" else "own", help)
    spec = lab.blind(study.spec) if images == "blind" else study.spec
    if images == "blind":
        st.caption("Lesions as bright as the liver around them: an honest score is that of guessing, about 50%.")
    if name == "patients" and not _patients(spec):
        st.info(
            "This set does not say which images are of one patient, so nothing can be kept together. The CT simulator "
            "does: four slices of each.",
            icon=":material/person_off:",
        )
        return
    studies = dict(zip((RIGHT, WRONG), lab.ways(spec, name), strict=True))
    runs = _runs(study, studies)
    missing = study.missing(lab.runs(studies))
    active = [run.id for run in (*runs[RIGHT], *runs[WRONG]) if run.state in ACTIVE]
    with st.container(horizontal=True):
        st.button(
            "Cheat, and do it right",
            key="cheat_start",
            icon=":material/visibility_off:",
            disabled=bool(active) or not missing,
            on_click=_start,
            args=(study.parent.id, missing),
            help="Walks the grid once for every fold of either way; what is there already is not walked again.",
        )
        if active:
            st.button("Stop", key="cheat_stop", icon=":material/stop:", on_click=_stop, args=(active,))
    if any(runs.values()):
        st.fragment(_result, run_every=EVERY if active else None)(study.parent.id, name, studies, score, bool(active))


def _patients(spec: RunSpec) -> int | None:
    """How many there are; None where they are not known."""
    try:
        counts = class_counts.count(spec.data.name, spec.data.options)
    except (ValueError, OSError):
        return None
    return counts and counts.patients


def _runs(study: Study, studies: Studies) -> dict[str, list[Record]]:
    """The folds of either way; the study's own are the right way's where it did it right."""
    return {way: study.like(spec) for way, spec in studies.items()}


def _start(parent: str, specs: Mapping[str, RunSpec]) -> None:
    try:
        state.store().create(specs, state.owner(), parent=parent)
    except (OSError, ValueError) as error:
        st.session_state["cheat_error"] = sentence(error)


def _stop(ids: Sequence[str]) -> None:
    state.store().cancel(ids)


def _result(parent: str, name: str, studies: Studies, score: str, was_active: bool) -> None:
    study = path_study.find(parent)
    runs = _runs(study, studies)
    every = [*runs[RIGHT], *runs[WRONG]]
    if was_active and not any(run.state in ACTIVE for run in every):
        st.rerun()
    chart, words = st.columns([3, 2], gap="medium")
    read = {way: path_study.validate(folds, len(study.strengths), score) for way, folds in runs.items()}
    with chart:
        curves = tuple((way, tuple(of.mean), tuple(of.error)) for way, of in read.items())
        flattery_words.chart(study.strengths, curves, score, "cheat_chart")
    with words:
        path_progress.lines(every, len(study.strengths))
        right, wrong = (path_study.table(of) for of in read.values())
        if len(right) and len(wrong):
            same = lab.MISTAKES[name].same_folds and len(right) == len(wrong) == study.spec.path.folds
            flattery_words.say(flattery.of_measuring(right, wrong, same), score)
            st.caption(lab.MISTAKES[name].remark)
