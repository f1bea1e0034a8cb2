"""Data sets that are read in the background, while the page says so and stays alive."""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from medcore import settings

AT_ONCE = 0.5
"""Seconds that a page waits, so that what is known already shows without a detour."""
EVERY = 1.0
KEPT = 60.0
"""Seconds that an answer waits for those who asked: a visitor who left must not leave a stale one to the next."""

T = TypeVar("T")
Question = Callable[[str, Mapping[str, Any]], T]


@dataclass
class _Asked:
    answer: Future = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)
    until: float = math.inf

    def find(self, look: Callable[[], Any]) -> None:
        try:
            answer = look()
        except Exception as error:  # noqa: BLE001 - raised again where the answer is asked for
            self.until = time.monotonic() + KEPT
            self.answer.set_exception(error)
        else:
            self.until = time.monotonic() + KEPT
            self.answer.set_result(answer)


_asked: dict[tuple[str, ...], _Asked] = {}
_lock = threading.Lock()


def soon(question: Question[T], name: str, options: Mapping[str, Any], sentence: str) -> T | None:
    """The answer, or None while a thread looks for it: then the page says `sentence` and runs again with the answer.

    Whoever asks the same meanwhile waits for the same thread.

    Args:
        question: slow the first time and fast from then on, such as `sources.snapshot`.
        name: of the data set.
        options: of the data set.
        sentence: what a person who waits is told, ending in "…".

    Raises:
        Exception: what the question raises.
    """
    key = (question.__name__, str(settings.home()), name, json.dumps(options, sort_keys=True))
    asked = _ask(key, lambda: question(name, options))
    try:
        answer = asked.answer.result(timeout=AT_ONCE)
    except TimeoutError:
        if not asked.answer.done():
            st.fragment(_wait, run_every=EVERY)(asked, sentence)
            return None
        answer = asked.answer.result()
    finally:
        _forget_if_done(key, asked)
    return answer


def _ask(key: tuple[str, ...], look: Callable[[], Any]) -> _Asked:
    with _lock:
        for stale in [other for other, asked in _asked.items() if time.monotonic() > asked.until]:
            del _asked[stale]
        if key not in _asked:
            _asked[key] = _Asked()
            threading.Thread(target=_asked[key].find, args=(look,), daemon=True).start()
        return _asked[key]


def _forget_if_done(key: tuple[str, ...], asked: _Asked) -> None:
    """The next one asks again: the set may have changed."""
    with _lock:
        if asked.answer.done() and _asked.get(key) is asked:
            del _asked[key]


def _wait(asked: _Asked, sentence: str) -> None:
    if asked.answer.done():
        st.rerun()
    seconds = int(time.monotonic() - asked.since)
    st.info(f"{sentence} {seconds} s" if seconds > 1 else sentence, icon=":material/hourglass_top:")
