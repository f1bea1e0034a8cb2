"""Work that a button starts: in a thread of its own, so that a rerun of the page neither stops nor repeats it."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from medcore.sentences import sentence
from medcore.ui import session
from medcore.ui.plain import plain

EVERY = 0.5
FAILED = "It could not be made; try again."

Progress = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""


class _StoppedError(Exception):
    """Raised in the work, which nobody wants any more."""


class Work:
    """One piece of work.

    Args:
        of: what it is made of: its result is offered for nothing else.
        do: the work; it may raise ValueError or OSError with a sentence for people.
    """

    def __init__(self, of: Hashable, do: Callable[[Progress], Any]) -> None:
        self.of = of
        self.share = 0.0
        self.result: Any = None
        self.problem = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(do,), daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Waits for its end; says whether it has come."""
        self._thread.join(seconds)
        return not self.running

    def stop(self) -> None:
        """Ends it where it tells next how far it is."""
        self._stopped.set()

    def _run(self, do: Callable[[Progress], Any]) -> None:
        self.problem = FAILED
        try:
            self.result = do(self._tell)
            self.problem = ""
        except (ValueError, OSError) as error:
            self.problem = sentence(error)
        except _StoppedError:
            self.problem = ""

    def _tell(self, share: float) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        self.share = min(1.0, max(0.0, share))


def kept() -> dict[str, Work]:
    """This session's work by key; stopped and let go when the session is gone.

    Taken before a button's callback runs and given to it: a callback that touches the session's state may be
    given up there for the next rerun, and its click is lost.
    """
    works = st.session_state.setdefault("work", {})
    return session.kept("work", lambda: works, _let_go)


def _let_go(works: dict[str, Work]) -> None:
    while works:
        works.popitem()[1].stop()


def show(key: str, of: Hashable, waiting: str) -> Any:
    """The result of the work kept under `key`, if it was made of this; while it runs, how far it is.

    Args:
        key: in `kept`, where a button's callback has put a `Work`.
        of: what the result must have been made of.
        waiting: said while it runs.

    Returns:
        The result, or None: there is none, not yet, or not of this. A problem is said.
    """
    work = kept().get(key)
    if work is None:
        return None
    if work.running and not work.wait(EVERY):
        st.fragment(_progress, run_every=EVERY)(work, waiting)
        return None
    if work.of != of:
        return None
    if work.problem:
        st.error(plain(work.problem))
    return work.result


def _progress(work: Work, waiting: str) -> None:
    if not work.running:
        st.rerun()
    st.progress(work.share, waiting)
