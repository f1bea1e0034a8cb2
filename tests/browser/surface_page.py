"""A page with nothing but optimizers on a surface, and how often it was run."""

import streamlit as st

from medcore.ui.optimizers import surface_panel

st.set_page_config(layout="wide", initial_sidebar_state=330)
st.session_state["reruns"] = st.session_state.get("reruns", -1) + 1
surface_panel.show()
st.text(f"reruns: {st.session_state['reruns']}")
