"""A download that is made on the click, and that says so where it cannot be made.

Streamlit asks for such a file beside the run of the page that the click starts, and tells nobody of an error: so that
run waits for what becomes of the file.
"""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

import streamlit as st

from medcore.sentences import sentence
from medcore.ui.plain import plain

BEGIN_SECONDS, SECONDS = 20, 600
FAILED = "The file could not be made; try again."


class Outcomes:
    """What becomes of the files of one button. Thread-safe: they are made in threads of their own."""

    def __init__(self) -> None:
        self._news: SimpleQueue[str | None] = SimpleQueue()  # of each file: None as it begins, then why it failed

    def made(self, make: Callable[[], bytes]) -> bytes:
        """The file.

        Raises:
            ValueError, OSError: as `make`.
        """
        self._news.put(None)
        why = FAILED
        try:
            made = make()
            why = ""
        except (ValueError, OSError) as error:
            why = sentence(error)
            raise
        finally:
            self._news.put(why)
        return made

    def why(self) -> str:
        """Waits for a file; "" if it was made, else the sentence that says why not."""
        try:
            why = self._news.get(timeout=BEGIN_SECONDS)
            while why is None:
                why = self._news.get(timeout=SECONDS)
        except Empty:
            return FAILED
        return why


def button(label: str, make: Callable[[], bytes], file: str, mime: str, *, key: str, **options: Any) -> Outcomes | None:
    """A button that downloads what `make` makes.

    Args:
        label: of the button.
        make: called on the click, in another thread.
        file: its name, which tells nothing of a patient.
        mime: its type.
        key: of the button.
        options: of `st.download_button`.

    Returns:
        After a click what becomes of the file, for `tell`; None otherwise.
    """
    outcomes = st.session_state.setdefault(f"{key}_outcomes", Outcomes())
    clicked = st.download_button(label, lambda: outcomes.made(make), file, mime, key=key, on_click="rerun", **options)
    return outcomes if clicked else None


def tell(*clicked: Outcomes | None) -> None:
    """Waits for the file of a click, and says why there is none."""
    for outcomes in filter(None, clicked):
        with st.spinner("Making the file…"):
            why = outcomes.why()
        if why:
            st.error(plain(why))
