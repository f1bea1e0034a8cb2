"""The column of a table that names its runs: wide enough for what tells them apart, which is the end of the name."""

from collections.abc import Iterable

import streamlit as st

LETTER, MARGIN = 7, 24
"""Pixels of a letter at most, and beside the text."""
NARROWEST, WIDEST = 80, 360


def config(labels: Iterable[str]) -> dict[str, object]:
    """Column settings of `st.dataframe` for the column "Run"."""
    longest = max(map(len, labels), default=0)
    return {"Run": st.column_config.TextColumn(width=min(WIDEST, max(NARROWEST, longest * LETTER + MARGIN)))}
