"""Controls of different kinds in one row: their labels level, their fields of one height."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

STYLE = Path(__file__).with_name("rows.css")


def row(key: str) -> DeltaGenerator:
    """A container whose controls stand in a row; what does not fit goes on in the next."""
    st.html(STYLE)
    return st.container(horizontal=True, vertical_alignment="bottom", key=f"row_{key}")
