"""Questions that are answered in the background."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from medcore.ui import reading


@pytest.fixture(autouse=True)
def nothing_asked_yet(monkeypatch):
    """Pages that other tests opened may have left before their answer came."""
    monkeypatch.setattr(reading, "_asked", {})


def test_who_asks_meanwhile_waits_for_the_same_answer(monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 20)
    real, calls, asked, answer = reading._ask, [], [], threading.Event()

    def slow(name, options):
        asked.append((name, options))
        answer.wait(20)
        return len(asked)

    def counted(key, look):
        found = real(key, look)
        calls.append(key)
        if len(calls) == 3:
            answer.set()
        return found

    monkeypatch.setattr(reading, "_ask", counted)
    with ThreadPoolExecutor(3) as sessions:
        found = list(sessions.map(lambda _: reading.soon(slow, "x", {"images": 40}, "Reading…"), range(3)))
    assert found == [1, 1, 1]
    assert asked == [("x", {"images": 40})]
    assert reading._asked == {}, "nothing is kept"


def test_other_options_are_another_question(monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 20)
    assert reading.soon(lambda name, options: options["n"], "x", {"n": 1}, "Reading…") == 1
    assert reading.soon(lambda name, options: options["n"], "x", {"n": 2}, "Reading…") == 2


def test_an_error_is_raised_where_the_answer_is_asked_for_and_then_asked_again(monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 20)
    answers = [ValueError("The file is damaged."), TimeoutError("The disk was too slow."), "whole"]

    def flaky(name, options):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="damaged"):
        reading.soon(flaky, "x", {}, "Reading…")
    with pytest.raises(TimeoutError, match="too slow"):
        reading.soon(flaky, "x", {}, "Reading…")
    assert reading.soon(flaky, "x", {}, "Reading…") == "whole"


def test_what_nobody_came_back_for_is_let_go(monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 20)
    left = reading._ask(("left",), lambda: "then")
    assert left.answer.result(20) == "then"
    assert reading._ask(("left",), lambda: "now") is left, "whoever asked finds it"
    left.until = 0.0
    assert reading.soon(lambda name, options: "now", "x", {}, "Reading…") == "now"
    assert reading._asked == {}
