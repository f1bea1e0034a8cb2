"""Which colour stands for which class of the masks."""

from collections.abc import Sequence
from html import escape

import streamlit as st


def show(classes: Sequence[str], colours: Sequence[str]) -> None:
    """Writes the names in a row, each with its colour.

    Args:
        classes: what is nothing first, which has no colour.
        colours: "#rrggbb" of each class.
    """
    names = "".join(
        f'<span style="white-space:nowrap"><span style="color:{colour}">&#9632;</span> {escape(name)}</span>'
        for name, colour in list(zip(classes, colours, strict=True))[1:]
    )
    st.html(f'<div style="display:flex;flex-wrap:wrap;column-gap:1.2em;font-size:.875rem">{names}</div>')
