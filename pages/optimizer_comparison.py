"""Which optimizer learns fastest?"""

from pathlib import Path

import streamlit as st

from medcore import ui
from medcore.ui import comparison_panel, mistakes_panel, surface_panel

PARTS = {
    "On a real network": comparison_panel.show,
    "On a surface": surface_panel.show,
    "Common mistakes": mistakes_panel.show,
}
STYLE = Path(ui.__file__).with_name("part_switch.css")

st.html(STYLE)
st.title("Which optimizer learns fastest?")
part = st.segmented_control(
    "Part",
    list(PARTS),
    default=next(iter(PARTS)),
    required=True,
    key="part",
    bind="query-params",
    label_visibility="collapsed",
    help="Real images and a real network, a landscape of two weights that one can see, or what often goes wrong.",
)
PARTS[part]()
