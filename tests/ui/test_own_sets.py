"""The data sets of a session go with it."""

import pytest

from medcore.data import session_sets
from medcore.ui import own_sets, session
from tests.data.test_session_sets import CLASSES, archive


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
