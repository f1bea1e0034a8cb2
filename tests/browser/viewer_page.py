"""A page with nothing but the viewer, what Python hears from it, and a button that runs the page again."""

import streamlit as st

from medcore.ui import viewer
from tests.browser.viewer_views import VIEWS

st.session_state["reruns"] = st.session_state.get("reruns", -1) + 1
st.button("Run again", key="again")
if st.button("Close", key="close"):
    viewer.close("viewer")
    st.stop()
kind = st.segmented_control("View", list(VIEWS), default="gray", required=True, key="view", bind="query-params")
state = viewer.show(VIEWS[kind](), key="viewer", classes=("", "Liver", "Spleen"))
st.text(f"heard: {state}")
st.text(f"reruns: {st.session_state['reruns']}")
