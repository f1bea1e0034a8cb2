"""What is offered to take home, and what is said of it."""

import uuid

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import choosing_lambda, optimizers
from medcore.runs import files
from medcore.runs.store import Store
from medcore.spec import AdaptationSpec, DataSpec, RunSpec, TransferSpec
from medcore.ui import take_home
from tests.pages.conftest import finish
from tests.ui.test_work import endless

SECRET = "session-" + "0" * 32
PRIVATE = {"a": RunSpec(data=DataSpec(SECRET))}


def app(specs, ids, own):
    from medcore.spec import RunSpec
    from medcore.ui import own_sets, state, take_home

    for name in own:
        own_sets.add(name)
    take_home.show("lab", {label: RunSpec.from_dict(spec) for label, spec in specs.items()}, state.store().find(ids))


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


def shown(specs, ids=(), owner="", own=()) -> AppTest:
    """The page of a session: who it is, and the data sets it has made."""
    plain = {label: spec.to_dict() for label, spec in specs.items()}
    page = AppTest.from_function(app, args=(plain, list(ids), list(own)), default_timeout=60)
    page.session_state["owner"] = owner or uuid.uuid4().hex
    page.run()
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
    assert page.info[0].value.startswith(
        "A script trains runs of the tasks classification, classic, transfer, adapt, segment, or all of a path."
    )


def test_images_drawn_anew_and_images_of_patients_are_told_of(store):
    page = shown(optimizers.runs(dataset="digits", epochs=1, preparation={"flip": True}))
    assert "drawn anew for every epoch" in said(page)
    page = shown(PRIVATE, own=[SECRET])
    assert page.warning[0].value == take_home.OWN_IMAGES


@pytest.mark.parametrize(("mine", "own"), [(True, True), (True, False), (False, False), (False, True)])
def test_a_sessions_own_images_are_packed_for_it_alone(store, mine, own):
    """A link to the runs is no key to the images."""
    me = uuid.uuid4().hex
    page = shown({}, store.create(PRIVATE, me), me if mine else "", [SECRET] if own else [])
    assert {"Script", "Notebook", "Specs (JSON)"} <= offered(page)
    may = mine and own
    assert ("Make the ZIP" in {button.label for button in page.button}) == may
    assert (take_home.NOT_YOURS in said(page)) == (not may)


@pytest.mark.parametrize(
    "run",
    [
        RunSpec(task="transfer", transfer=TransferSpec(pretraining=DataSpec(SECRET))),
        RunSpec(task="adapt", adaptation=AdaptationSpec(target=DataSpec(SECRET))),
    ],
    ids=["learned from first", "the other place"],
)
def test_a_sessions_own_images_are_packed_for_it_alone_wherever_they_stand(store, run):
    me = uuid.uuid4().hex
    (run_id,) = store.create({"a": run}, me)
    assert take_home.NOT_YOURS in said(shown({}, [run_id]))
    assert "Make the ZIP" in {button.label for button in shown({}, [run_id], me, [SECRET]).button}


def test_a_network_that_learned_from_a_sessions_images_is_packed_for_it_alone(store):
    """Runs that go on with it are no key to it, either."""
    me = uuid.uuid4().hex
    (base,) = store.create(PRIVATE, me)
    files.folder(base).mkdir(parents=True)
    (files.folder(base) / "model.keras").write_bytes(b"a network")
    runs = store.create({"b": RunSpec(task="transfer", base=base, transfer=TransferSpec("run"))}, "another")
    assert take_home.NOT_YOURS in said(shown({}, runs, "another"))


def test_the_controls_pack_no_set_of_another_session(store):
    assert not shown(PRIVATE).button


def test_a_zip_that_is_being_made_is_not_made_twice_and_gives_way_to_another(store, monkeypatch):
    monkeypatch.setattr(take_home.bundle, "make", lambda runs, precisions, progress: endless(progress))
    page = shown(optimizers.runs(dataset="digits", epochs=1))
    assert not page.button(key="take_make").disabled
    page = page.button(key="take_make").click().run()
    assert page.button(key="take_make").disabled
    works = page.session_state["work"]
    first = works["take_zip"]
    take_home._make(works, "another", {}, {})
    assert first.wait(10)
    works["take_zip"].stop()
    assert works["take_zip"].wait(10)
    assert not page.run().button(key="take_make").disabled


def test_a_zip_that_fails_at_once_can_be_made_again(store, monkeypatch):
    def fail(runs, precisions, progress):
        raise ValueError("A sentence.")

    monkeypatch.setattr(take_home.bundle, "make", fail)
    page = shown(optimizers.runs(dataset="digits", epochs=1)).button(key="take_make").click().run()
    assert page.error[0].value == "A sentence."
    assert not page.button(key="take_make").disabled


def test_the_precision_of_a_run_is_the_one_it_was_computed_in(store):
    specs = optimizers.runs(dataset="digits", optimizers=["adam"], epochs=1)
    (run,) = store.create(specs, "me")
    store.claim("small")
    assert take_home._precision(store.find([run])[0]) is None
    store.say(run, plan={"device": {"precision": "bfloat16"}})
    assert take_home._precision(store.find([run])[0]) == "bfloat16"


def test_a_study_is_one_script_and_one_zip(store):
    page = shown(choosing_lambda.study("digits"))
    assert {"Script", "Notebook", "Specs (JSON)"} <= offered(page)
    assert not page.info
