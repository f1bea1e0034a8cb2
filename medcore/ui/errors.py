"""The one place where an error of a page becomes a sentence."""

import logging

import streamlit as st

_LOG = logging.getLogger(__name__)


def show(error: Exception) -> bool:
    """Says what is wrong: the error's own sentence if it was meant for people, a plain one otherwise.

    Returns:
        True: nothing else is to be shown.
    """
    if isinstance(error, (OSError, ValueError)):
        st.error(str(error))
    else:
        _LOG.error("A page failed", exc_info=error)
        st.error("Something failed on this page that should not have. Your runs are safe; the server's log says more.")
    return True
