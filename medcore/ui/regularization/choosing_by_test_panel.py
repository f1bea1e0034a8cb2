"""The first of the mistakes: lambda is chosen on the images that judge it, fold by fold and on the test set."""

import math
from collections.abc import Mapping

import numpy as np
import streamlit as st

from medcore.charts.strengths import text
from medcore.evaluation import flattery
from medcore.labs import choosing_lambda
from medcore.labs import flattery as lab
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import state
from medcore.ui.plain import plain
from medcore.ui.regularization import flattery_words, path_progress, path_study
from medcore.ui.regularization.path_controls import Reading
from medcore.ui.regularization.path_study import SCORES, Study, Validated
from medcore.ui.run_line import ACTIVE

EVERY = 1.0


def show(study: Study, reading: Reading, score: str) -> None:
    """Both measures of what choosing by the judge is worth.

    Args:
        score: a key of `SCORES`; not the loss, which points cannot be counted of.
    """
    found = path_study.validate(study.folds, len(study.strengths), score)
    folds, test = st.columns(2, gap="large")
    with folds:
        st.subheader("Fold by fold")
        _folds(found, score)
    with test:
        st.subheader("On the test set")
        tests = study.of("path_test")
        if measured := [test for test in tests if test.result]:
            _measured(study, found, measured[-1], score)
        else:
            _offer(study, found.chosen(reading.rule), tests)


def _folds(found: Validated, score: str) -> None:
    table = path_study.table(found)
    if len(table) < 2:
        st.info("This needs two folds or more that walked the whole grid.")
        return
    st.caption("Each fold plays the test set: its own best lambda, against the one that the other folds choose.")
    flattery_words.say(flattery.of_choosing(table), score)
    st.caption(lab.MISTAKES["test"].remark)


def _offer(study: Study, place: int | None, tests: list[Record]) -> None:
    waiting = any(test.state in ACTIVE for test in tests)
    specs = {}
    if place is not None:
        specs = choosing_lambda.test(study.parent.id, study.spec, study.strengths[place])
    st.caption("Opens the test set of this study. That is written down, as it cannot be undone.")
    st.button(
        "Choose by the test set",
        key="cheat_test",
        icon=":material/visibility_off:",
        disabled=waiting or not specs or study.parent.state != "done",
        on_click=_start,
        args=(study.parent.id, specs),
        help="Every network of the path meets the test images.",
    )
    if problem := st.session_state.pop("cheat_test_error", None):
        st.error(plain(problem))
    st.fragment(_progress, run_every=EVERY if waiting else None)(study.parent.id, waiting)


def _start(parent: str, specs: Mapping[str, RunSpec]) -> None:
    try:
        state.store().create(specs, state.owner(), parent=parent)
    except (OSError, ValueError) as error:
        st.session_state["cheat_test_error"] = sentence(error)


def _progress(parent: str, was_waiting: bool) -> None:
    tests = path_study.find(parent).of("path_test")
    if was_waiting and not any(test.state in ACTIVE for test in tests):
        st.rerun()
    path_progress.lines([test for test in tests if test.state != "done"], 0)


def _measured(study: Study, found: Validated, test: Record, score: str) -> None:
    """The best score on the test set beside that of the choice made before."""
    measured = [metrics.get(score) for metrics in test.result["test"]]
    scores = np.array([math.nan if value is None else value for value in measured])
    if not np.isfinite(scores).any():
        st.info("No network of the path could be tested: all of them diverged.")
        return
    chosen = choosing_lambda.chosen_before(test.label)
    best, honest = int(np.nanargmax(scores)), study.strengths.index(chosen)
    form, images = SCORES[score].form, test.result["test"][0]["n"]
    st.metric("Flattered by", f"{flattery_words.points(scores[best] - scores[honest])} points")
    st.markdown(
        f"Best of {len(scores)} on the {images:,} test images: **{format(scores[best], form)}** at lambda "
        f"{text(study.strengths[best])}. Chosen before by the folds: **{format(scores[honest], form)}** at lambda "
        f"{text(chosen)}. One test set gives one number, so this has no standard error; the folds have."
    )
    nothing = (math.nan,) * len(scores)
    curves = (("Mean of the folds", tuple(found.mean), tuple(found.error)), ("Test set", tuple(scores), nothing))
    flattery_words.chart(study.strengths, curves, score, "cheat_test_chart")
