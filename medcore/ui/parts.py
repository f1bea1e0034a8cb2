"""A page of several parts, of which one is shown at a time; the URL says which."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from medcore import ui
from medcore.ui import controls

STYLE = Path(ui.__file__).with_name("part_switch.css")


def show(title: str, parts: Mapping[str, Callable[[], None]], help: str) -> None:
    """Writes the title, the switch, and the part that is chosen, the first one at first.

    Args:
        title: the question that the page asks.
        parts: by name what writes a part, its sidebar and its main area.
        help: one sentence on what the parts are.
    """
    st.html(STYLE)
    st.title(title)
    part = st.segmented_control(
        "Part",
        list(parts),
        default=next(iter(parts)),
        required=True,
        key="part",
        bind=controls.URL,
        label_visibility="collapsed",
        help=help,
    )
    parts[part]()
