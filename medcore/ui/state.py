"""What a page may ask for: the run store, and who is asking."""

import uuid

import streamlit as st

from medcore import settings
from medcore.runs.store import Store


@st.cache_resource(show_spinner=False)
def _open(url: str) -> Store:
    return Store(url)


def store() -> Store:
    """The run store, opened once a process.

    Raises:
        OSError: with one sentence, if it cannot be opened.
    """
    return _open(settings.database_url())


def owner() -> str:
    """This browser session: runs are served fairly between owners."""
    return st.session_state.setdefault("owner", uuid.uuid4().hex)
