import pytest

from medcore.runs import pulse
from medcore.runs.pulse import Pulse


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(pulse.time, "monotonic", lambda: now[0])
    return now


def test_a_sign_that_changes_keeps_alive(clock):
    watch = Pulse(patience=5)
    for beat in range(10):
        assert watch.dead({"a": float(beat)}) == []
        clock[0] += 4


def test_a_sign_that_does_not_change_means_death(clock):
    watch = Pulse(patience=5)
    watch.dead({"a": 1.0, "b": 1.0})
    clock[0] += 5.1
    assert watch.dead({"a": 1.0, "b": 2.0}) == ["a"]


def test_an_old_sign_is_watched_first(clock):
    """A wall clock that jumped, or a laptop that slept, kills nobody."""
    watch = Pulse(patience=5)
    assert watch.dead({"a": -1e9}) == []
    clock[0] += 4
    assert watch.dead({"a": -1e9}) == []


def test_who_went_is_forgotten(clock):
    watch = Pulse(patience=5)
    watch.dead({"a": 1.0})
    watch.dead({})
    clock[0] += 6
    assert watch.dead({"a": 1.0}) == []
