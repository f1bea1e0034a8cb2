"""A page with nothing but the viewer, what Python hears from it, and buttons that disturb it."""

import streamlit as st

from medcore.ui import viewer
from tests.browser.viewer_views import VIEWS

st.set_page_config(layout="wide")
st.session_state["reruns"] = st.session_state.get("reruns", -1) + 1
with st.container(horizontal=True):
    st.button("Run again", key="again")
    lose = st.button("Lose", key="lose")
    kind = st.segmented_control("View", list(VIEWS), default="gray", required=True, key="view", bind="query-params")
    hide = st.toggle("Hide", key="hide")
if hide:
    st.text("hidden")
    st.stop()
state = viewer.show(VIEWS[kind](), key="test", classes=("Nothing", "Liver", "Spleen"))
st.text(f"heard: {state}")
st.text(f"reruns: {st.session_state['reruns']}")
if lose:
    viewer.close("test")
    st.text("lost")
