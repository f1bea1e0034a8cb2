"""What is offered to take home, and what is said of it."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.spec import DataSpec, RunSpec
from medcore.ui import take_home
from tests.pages.conftest import finish


def app(specs, ids):
    from medcore.spec import RunSpec
    from medcore.ui import state, take_home

    take_home.show("lab", {label: RunSpec.from_dict(spec) for label, spec in specs.items()}, state.store().find(ids))


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


def shown(specs, ids=()) -> AppTest:
    plain = {label: spec.to_dict() for label, spec in specs.items()}
    page = AppTest.from_function(app, args=(plain, list(ids)), default_timeout=60).run()
    assert not page.exception
    return page


def offered(page: AppTest) -> set[str]:
    return {button.label for button in page.get("download_button")}


def said(page: AppTest) -> str:
    return " ".join(part.value for part in (*page.markdown, *page.caption, *page.info, *page.warning))


def test_the_controls_are_offered_before_a_run(store):
    page = shown(optimizers.runs(dataset="digits", epochs=1))
    assert offered(page) == {"Script", "Notebook", "Specs (JSON)"}
    assert "what the controls say" in said(page)
    assert "drawn anew" not in said(page)


def test_the_runs_shown_are_offered_with_their_numbers(store):
    specs = optimizers.runs(dataset="digits", optimizers=["momentum", "adam"], epochs=1)
    ids = store.create(specs, "me")
    assert offered(shown(specs, ids)) == {"Script", "Notebook", "Specs (JSON)"}
    for number, run in enumerate(ids):
        store.claim("small")
        finish(store, run, 0.8 + number / 10)
    page = shown(specs, ids)
    assert offered(page) == {"Script", "Notebook", "Specs (JSON)", "History (CSV)", "Results (CSV)"}
    assert "the runs shown" in said(page)


def test_nothing_is_offered_of_nothing(store):
    assert offered(shown({})) == set()


def test_what_is_no_training_has_specs_alone(store):
    page = shown({"Shift": RunSpec(task="robustness", base="0" * 32)})
    assert offered(page) == {"Specs (JSON)"}
    assert page.info[0].value.startswith("A script trains runs of the task classification.")


def test_images_drawn_anew_and_images_of_patients_are_told_of(store):
    page = shown(optimizers.runs(dataset="digits", epochs=1, preparation={"flip": True}))
    assert "drawn anew for every epoch" in said(page)
    page = shown({"a": RunSpec(data=DataSpec("session-" + "0" * 32))})
    assert page.warning[0].value == take_home.OWN_IMAGES


def test_the_precision_of_a_run_is_the_one_it_was_computed_in(store):
    specs = optimizers.runs(dataset="digits", optimizers=["adam"], epochs=1)
    (run,) = store.create(specs, "me")
    store.claim("small")
    assert take_home._precision(store.find([run])[0]) is None
    store.say(run, plan={"device": {"precision": "bfloat16"}})
    assert take_home._precision(store.find([run])[0]) == "bfloat16"
