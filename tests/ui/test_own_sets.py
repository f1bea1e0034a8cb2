"""The data sets of a session go with it."""

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.data import session_sets
from medcore.runs.store import Store
from medcore.spec import AdaptationSpec, DataSpec, RunSpec, TransferSpec
from medcore.ui import own_sets, session
from tests.data.test_session_sets import CLASSES, archive
from tests.ui import made_runs


@pytest.fixture
def resources(home, monkeypatch):
    """What a session keeps, without Streamlit."""
    present = session._Resources()
    monkeypatch.setattr(session, "_present", lambda owner: (owner, present))
    monkeypatch.setattr(session.state, "owner", lambda: "somebody")
    yield present
    present.close()


def test_they_are_listed_the_newest_first_and_removed_with_the_session(resources):
    names = [session_sets.keep(archive(seed), CLASSES) for seed in range(2)]
    for name in names:
        own_sets.add(name)
    assert [entry.name for entry in own_sets.entries()] == names[::-1]
    resources.close()
    assert own_sets.entries() == []
    for name in names:
        with pytest.raises(FileNotFoundError):
            session_sets.entry(name)


def test_one_can_be_removed_before(resources):
    names = [session_sets.keep(archive(seed), CLASSES) for seed in range(2)]
    for name in names:
        own_sets.add(name)
    own_sets.forget(names[0])
    assert [entry.name for entry in own_sets.entries()] == names[1:]


def test_one_that_is_gone_is_left_out(resources):
    name = session_sets.keep(archive(), CLASSES)
    own_sets.add(name)
    session_sets.forget(name)
    assert own_sets.entries() == []


SECRET = f"session-{'0' * 32}"
PUBLIC = RunSpec(data=DataSpec("digits"))
BASE = "1" * 32


@pytest.mark.parametrize(
    "spec",
    [
        RunSpec(data=DataSpec(SECRET)),
        RunSpec(task="adapt", adaptation=AdaptationSpec("dann", DataSpec(SECRET))),
        RunSpec(task="transfer", transfer=TransferSpec(pretraining=DataSpec(SECRET))),
        RunSpec(task="transfer", transfer=TransferSpec("run"), base=BASE),
    ],
)
def test_what_learned_from_a_sessions_images_is_for_that_session_alone(resources, monkeypatch, spec):
    stored = {BASE: made_runs.ended("base", RunSpec(data=DataSpec(SECRET)), None)}
    store = SimpleNamespace(find=lambda ids: [stored[run] for run in ids])
    monkeypatch.setattr(own_sets.state, "store", lambda: store)
    assert own_sets.may_use(PUBLIC.to_dict())
    assert not own_sets.may_use(spec.to_dict())
    own_sets.add(SECRET)
    assert own_sets.may_use(spec.to_dict())


def test_a_run_of_an_older_version_has_no_second_place(resources):
    assert own_sets.may_use({"data": {"name": "digits"}})
    assert not own_sets.may_use({"data": {"name": SECRET}})


PANEL = """
import streamlit as st
from medcore.data import sources
from medcore.ui.explorer import browse_panel, preparation_panel
entry = sources.find(st.session_state["name"])
{panel}.show(entry, {{}})
"""


@pytest.mark.parametrize("panel", ["browse_panel", "preparation_panel"])
def test_it_can_be_looked_at_and_prepared_and_nothing_reaches_the_disk(home, panel):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    name = session_sets.keep(archive(), CLASSES)
    page = AppTest.from_string(PANEL.format(panel=panel), default_timeout=60)
    page.session_state["name"] = name
    page.run()
    while not page.get("button_group"):  # the images are being read
        page.run()
    assert not page.exception
    assert not page.get("link_button")
    store.close()
    session_sets.forget(name)
    assert {path.name.partition(".")[0] for path in home.rglob("*") if path.is_file()} <= {"runs"}
