"""Tabs of which only the open one is computed; the URL says which."""

from collections.abc import Callable, Mapping

import streamlit as st


def show(panels: Mapping[str, Callable[[], None]], key: str) -> None:
    """Writes one tab a panel.

    Args:
        panels: what writes each, by title.
        key: of the tabs, and in the URL.
    """
    tabs = st.tabs(list(panels), on_change="rerun", key=key, bind="query-params")
    for tab, panel in zip(tabs, panels.values(), strict=True):
        if tab.open:
            with tab:
                panel()
