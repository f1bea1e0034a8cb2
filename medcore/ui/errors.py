"""The one place where an error of a page becomes a sentence."""

import logging

import streamlit as st

from medcore.sentences import sentence
from medcore.ui.plain import plain

_LOG = logging.getLogger(__name__)


def show(error: Exception) -> bool:
    """Says what is wrong: the error's own sentence if it may be meant for people, a plain one otherwise.

    Returns:
        True: nothing else is to be shown.
    """
    _LOG.error("A page failed", exc_info=error)
    if isinstance(error, (OSError, ValueError)):
        st.error(plain(sentence(error)))
    else:
        st.error("Something failed on this page that should not have. Your runs are safe; the server's log says more.")
    return True
