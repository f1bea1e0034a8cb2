"""The test set of a study, opened on purpose: the choice is written down before, and every look is counted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from medcore.charts.strengths import text
from medcore.labs import choosing_lambda as lab
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.ui import results, run_line, state
from medcore.ui.plain import plain
from medcore.ui.regularization.path_controls import RULES, Reading
from medcore.ui.regularization.path_study import SCORES, Study, Validated
from medcore.ui.results import METRICS
from medcore.ui.run_line import ACTIVE

EVERY = 1.0


def show(study: Study, found: Validated, reading: Reading) -> None:
    """The choice so far, the button that opens the test set, and what was found there.

    Args:
        found: what the folds of the study say; there is a choice.
    """
    st.subheader("The test set")
    if problem := st.session_state.pop("path_test_error", None):
        st.error(plain(problem))
    tests = [test for test in study.of("path_test") if test.state != "failed"]
    strength = study.strengths[found.chosen(reading.rule)]
    if study.parent.state != "done":
        st.info("The whole set was not walked to its end, so there is no network to test.")
        return
    _open(study, strength, tests, reading)
    active = any(test.state in ACTIVE for test in tests)
    st.fragment(_opened, run_every=EVERY if active else None)([test.id for test in tests], active)


def _open(study: Study, strength: float, tests: Sequence[Record], reading: Reading) -> None:
    before = [lab.chosen_before(test.label) for test in tests]
    if not tests:
        st.markdown(
            f"Never looked at so far. You chose **lambda {text(strength)}** ({RULES[reading.rule].lower()}, by "
            f"{SCORES[reading.score].title.lower()}): the network that learned with it from all other images is tested."
        )
    else:
        times = "once" if len(tests) == 1 else f"{len(tests)} times"
        chosen = ", ".join(text(value) for value in before)
        st.warning(
            f"The test set of this study was opened {times}, with lambda {chosen}. From now on its images have been "
            "seen: whatever you choose after looking is chosen with the test set, and its score is no longer honest.",
            icon=":material/visibility:",
        )
    if strength in before:
        return
    st.button(
        f"Open it again for lambda {text(strength)}" if tests else "Use the test set, once",
        key="open_test",
        type="secondary" if tests else "primary",
        icon=":material/lock_open:",
        on_click=_start,
        args=(study, strength),
        help="The choice is written down before the images are looked at.",
    )


def _start(study: Study, strength: float) -> None:
    try:
        specs = lab.test(study.parent.id, study.spec, strength)
        state.store().create(specs, state.owner(), parent=study.parent.id)
    except (OSError, ValueError) as error:
        st.session_state["path_test_error"] = sentence(error)


def _opened(ids: Sequence[str], was_active: bool) -> None:
    tests = state.store().find(ids)
    if was_active and not any(test.state in ACTIVE for test in tests):
        st.rerun()
    for test in tests:
        if test.state != "done":
            st.markdown(run_line.markdown(test, None))
    if done := [test for test in tests if test.result]:
        st.dataframe(_table(done), width="stretch", key="tested")
        baseline, n = done[0].result["baseline"], done[0].result["test"][0]["n"]
        st.caption(
            f"{n:,} test images, 95% intervals. Always answering “{plain(baseline['class'])}” is right in "
            f"{baseline['accuracy']:.1%}."
        )


def _table(tests: Sequence[Record]) -> pd.DataFrame:
    """A row a metric, a column a look at the test set; of the chosen network alone, the others stay unseen."""
    return pd.DataFrame({f"Lambda {text(lab.chosen_before(test.label))}": _metrics(test) for test in tests})


def _metrics(test: Record) -> dict[str, str]:
    metrics = test.result["test"][test.result["strengths"].index(lab.chosen_before(test.label))]
    intervals = metrics["intervals"]
    loss = {"Loss": f"{metrics['loss']:.3f}"} if "loss" in metrics else {}
    return loss | {
        title: results.text(name, metrics[name], *intervals.get(name, (None, None)))
        for name, title in METRICS.items()
        if metrics.get(name) is not None
    }
