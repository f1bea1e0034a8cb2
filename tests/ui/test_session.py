import time

import pytest

from medcore.ui import session


@pytest.fixture
def owner(monkeypatch):
    """A session whose resources Streamlit keeps until `leave` is called."""
    present = {}

    def keep(owner):
        if owner not in present:
            present[owner] = session._present.__wrapped__(owner)
        return present[owner]

    monkeypatch.setattr(session, "_present", _Kept(keep, session._present))
    monkeypatch.setattr(session.state, "owner", lambda: "somebody")

    def leave():
        session._leave(present.pop("somebody"))

    return leave


class _Kept:
    def __init__(self, keep, original):
        self.keep, self.__wrapped__ = keep, original.__wrapped__

    def __call__(self, owner):
        return self.keep(owner)


def test_a_session_that_comes_back_finds_its_resource(owner):
    closed = []
    first = session.kept("shelf", object, closed.append)
    owner()
    assert session.kept("shelf", object, closed.append) is first
    assert closed == []


def test_a_session_that_stays_away_is_let_go(owner, monkeypatch):
    monkeypatch.setattr(session, "PATIENCE_SECONDS", 0.01)
    closed = []
    first = session.kept("shelf", object, closed.append)
    owner()
    deadline = time.monotonic() + 10
    while not closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed == [first]
    assert session.kept("shelf", object, closed.append) is not first
    owner()
