"""Predict, then reveal, on the page on transfer learning: asked before, kept meanwhile, told afterwards."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import transfer, two_hospitals
from medcore.runs.store import Store
from tests.ui import guess_page, made_runs

LEARNED = {"source": "run", "trainable": 10}
PAGE = """
import streamlit as st
from medcore.ui import score_charts, state
from medcore.ui.transfer import MODULE
records = state.store().find(st.session_state["ids"])
MODULE.ask(st.session_state["specs"], records)
if records and all(record.ended for record in records):
    MODULE.reveal(READ(records))
"""


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


def opened(module: str, read: str, specs, ids=(), **query) -> AppTest:
    return guess_page.opened(PAGE.replace("MODULE", module).replace("READ", read), specs, ids, **query)


def told(page) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_a_guess_outlasts_the_training_and_is_told_in_the_end(store):
    specs = transfer.runs("digits", pretraining="digits", images=[20, 50], seeds=2, size=None, data_options={})
    page = opened("transfer_guess", "score_charts.measured", specs)
    page.button_group(key="ahead_guess").set_value("From scratch").run()
    page.button_group(key="catching_up_guess").set_value("50 images").run()
    ids = page.session_state["ids"] = store.create(specs, "somebody")
    page.run()
    assert not page.button_group(key="ahead_guess").disabled
    assert told(page) == ""
    for run_id, (label, spec) in zip(ids, specs.items(), strict=True):
        store.claim("small")
        score = (0.8 if spec.sample.images == 50 else 0.4) if label.startswith("From scratch") else 0.75
        result = made_runs.result(score, score, parameters=650)
        result["test"]["balanced_accuracy"] = score
        store.finish(run_id, "done", result=result | ({"transfer": LEARNED} if spec.task == "transfer" else {}))
    page.run()
    assert not page.exception
    assert page.button_group(key="ahead_guess").disabled
    assert "**Your guess: From scratch.** No: Frozen features has the highest mean, 75.0%" in told(page)
    assert "**Your guess: 50 images.** Right. On average it has caught up with 50 images" in told(page)
    assert "650 parameters had to be learned from 20 images" in told(page)


@pytest.mark.parametrize(
    ("methods", "asked"),
    [
        (["source_only", "adabn", "dann", "target"], ["lost_guess", "back_guess"]),
        (["source_only", "adabn", "dann"], ["back_guess"]),
        (["source_only", "adabn", "target"], ["lost_guess"]),
        (["adabn", "dann", "target"], []),
    ],
)
def test_two_hospitals_ask_for_what_their_runs_can_answer(store, methods, asked):
    page = opened("hospital_guess", "list", two_hospitals.runs("corruption", "digits", methods=methods))
    assert [control.key for control in page.get("button_group")] == asked


def test_guesses_of_nothing_that_was_asked_are_none(store):
    specs = two_hospitals.runs("corruption", "digits", seeds=1)
    page = opened("hospital_guess", "list", specs, lost_guess="<b>x</b>", back_guess="Source only")
    assert page.button_group(key="lost_guess").value is page.button_group(key="back_guess").value is None


def test_runs_of_another_lab_are_asked_for_nothing(store):
    specs = two_hospitals.runs("corruption", "digits", seeds=1)
    assert not opened("transfer_guess", "list", specs).get("button_group")


def test_next_runs_have_questions_of_their_own(store):
    specs = two_hospitals.runs("corruption", "digits", seeds=1)
    ids = store.create(two_hospitals.runs("corruption", "digits", seeds=2), "somebody")
    page = opened("hospital_guess", "list", specs, ids, lost_guess="5 to 15")
    assert page.button_group(key="next_back_guess").label == "Next runs: which method will give most of it back?"
    page.button_group(key="next_lost_guess").set_value("over 30").run()
    assert (page.query_params["lost_guess"], page.query_params["next_lost_guess"]) == ("5 to 15", "over 30")
    page.session_state["ids"] = store.create(specs, "somebody")
    page.run()
    assert page.query_params["lost_guess"] == "over 30"
    assert "next_lost_guess" not in page.query_params
