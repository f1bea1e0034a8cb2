"""Which optimizer learns fastest?"""

from importlib import import_module
from importlib.util import find_spec

import streamlit as st

from medcore.ui import comparison_panel

NETWORK, SURFACE = "On a real network", "On a surface"

st.title("Which optimizer learns fastest?")
part = st.segmented_control(
    "Where",
    [NETWORK, SURFACE],
    default=NETWORK,
    required=True,
    key="part",
    bind="query-params",
    label_visibility="collapsed",
    help="Real images and a real network, or a landscape of two weights that one can see.",
)
if part == SURFACE and find_spec("medcore.ui.surface_panel"):
    import_module("medcore.ui.surface_panel").show()
else:
    comparison_panel.show()
