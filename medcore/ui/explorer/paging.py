"""Which page of many things is shown; it stands in the URL."""

import streamlit as st

from medcore.ui import controls


def span(count: int, on_a_page: int, key: str) -> tuple[int, int]:
    """Numbers of the first thing on the page and of the first after it; a control where there are several pages.

    Args:
        count: of all things.
        on_a_page: at most.
        key: of the control.
    """
    pages = -(-count // on_a_page)
    if st.session_state.get(key, 1) > pages:  # of another set, or of wider filters
        st.session_state[key] = 1
    page = st.pagination(pages, key=key, bind=controls.URL) if pages > 1 else 1
    return (page - 1) * on_a_page, min(page * on_a_page, count)
