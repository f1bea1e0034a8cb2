"""A page with nothing but the live chart, text around it, and a button that runs the page again."""

import streamlit as st

from medcore import web
from medcore.charts import training
from medcore.ui import state
from medcore.ui.components.live_chart import live_chart

ids = st.query_params["runs"].split(",")
records = state.store().find(ids)
labels = {record.id: record.label for record in records}

st.session_state["reruns"] = st.session_state.get("reruns", -1) + 1
st.button("Run again", key="again")
st.markdown(f"reruns: {st.session_state['reruns']}")
for line in range(12):
    st.markdown(f"Above the chart, line {line}")
if any(record.ended is None for record in records):
    live_chart(training.figure(training.EMPTY, labels), web.stream_url(ids), key="live")
else:
    st.markdown("finished")
    st.plotly_chart(training.figure(state.store().history(ids), labels), key="finished", config=training.CONFIG)
for line in range(12):
    st.markdown(f"Below the chart, line {line}")
