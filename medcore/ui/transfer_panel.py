"""What to train of a network that has learned elsewhere: its head, some blocks, or all of it from scratch."""

import streamlit as st

from medcore.ui import controls, data_card


def show() -> None:
    """Writes the controls into the sidebar, and the lab."""
    with st.sidebar:
        entry = controls.dataset("classification")
    st.caption(
        "A network that has learned from many images elsewhere meets few of yours: its head alone is trained, some of "
        "its blocks too, or all of it from scratch."
    )
    data_card.show(entry)
