"""The panel without a browser: a store of its own, no engine."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import optimizers
from medcore.runs.store import Store
from tests.pages.conftest import finish

PAGE = """
import streamlit as st
from medcore.ui.optimizers import landscape_panel
from medcore.ui import state
records = state.store().find(st.query_params["runs"].split(","))
landscape_panel.show(records, {r.id: "#4477AA" for r in records})
"""
RESULT = {
    "seconds": 3.21,
    "x": [0.0, 1.0],
    "y": [0.0, 1.0],
    "loss": [[1.0, 2.0], [3.0, None]],
    "explained": [0.7, 0.2],
    "images": 64,
}


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


@pytest.fixture
def trained(store):
    """Makes finished runs: two optimizers, two seeds."""

    def trained(**settings) -> list[str]:
        specs = optimizers.runs(dataset="digits", optimizers=["momentum", "adam"], epochs=1, seeds=2, **settings)
        ids = store.create(specs, "somebody")
        for run_id in ids:
            store.claim("small")
            finish(store, run_id, 0.9)
        return ids

    return trained


def opened(ids, **query) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in {"runs": ",".join(ids), **query}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def test_runs_without_paths_say_how_to_get_them(trained):
    page = opened(trained())
    assert "Record the path" in page.info[0].value
    assert not page.button


def test_the_first_seed_of_each_group_is_surveyed_and_found_again(trained, store):
    ids = trained(record_path=True)
    page = opened(ids)
    page.button(key="survey").click().run()
    assert not page.exception
    (survey,) = store.find([page.query_params["surface"]])
    labels = {r.id: r.label for r in store.find(ids)}
    assert [labels[base] for base in survey.spec["base"].split(",")] == ["Momentum · seed 0", "Adam · seed 0"]
    assert "waits for a free training slot" in page.markdown[-1].value

    store.claim("small")
    paths = [
        {"run": base, "steps": [0, 9], "x": [0, 1], "y": [1, 0], "loss": [2, 1]}
        for base in survey.spec["base"].split(",")
    ]
    store.finish(survey.id, "done", result=RESULT | {"paths": paths})
    again = opened(ids, surface=survey.id)
    assert "The plane holds 90.0% of the paths' variance (70.0% and 20.0%)" in again.caption[0].value
    assert "64 training images" in again.caption[0].value


def test_a_survey_that_failed_says_why_and_may_be_repeated(trained, store):
    ids = trained(record_path=True)
    page = opened(ids)
    page.button(key="survey").click().run()
    store.claim("small")
    store.finish(page.query_params["surface"], "failed", error="The run kept no path on this machine.")
    again = opened(ids, surface=page.query_params["surface"])
    assert "kept no path" in again.markdown[-1].value
    assert again.button(key="survey").label == "Measure it again"


def test_the_survey_of_other_runs_is_not_shown(trained, store):
    ids, others = trained(record_path=True), trained(record_path=True)
    page = opened(ids)
    page.button(key="survey").click().run()
    other = opened(others, surface=page.query_params["surface"])
    assert other.button(key="survey").label == "Measure the loss surface"


def test_runs_that_differ_in_loss_are_refused_in_a_sentence(trained):
    page = opened(trained(record_path=True, vary="loss"))
    page.button(key="survey").click().run()
    assert "need the same loss" in page.error[0].value
