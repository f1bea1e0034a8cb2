"""A page with nothing but the live chart, text around it, and a button that runs the page again."""

import streamlit as st

from medcore import web
from medcore.charts import template, training
from medcore.ui import state
from medcore.ui.components.live_chart import live_chart

ids = st.query_params["runs"].split(",")
records = state.store().find(ids)
labels = {record.id: record.label for record in records}

st.html(template.STYLE)
st.session_state["reruns"] = st.session_state.get("reruns", -1) + 1
st.button("Run again", key="again")
by = st.segmented_control("Progress by", ["updates", "epochs", "seconds"], default="updates")
log_loss = st.toggle("Logarithmic loss")
steps_per_epoch = {record.id: record.plan["steps_per_epoch"] for record in records if record.plan}
options = {"steps_per_epoch": steps_per_epoch if by == "epochs" else None, "log_loss": log_loss}
options["seconds"] = by == "seconds"
st.markdown(f"reruns: {st.session_state['reruns']}")
for line in range(12):
    st.markdown(f"Above the chart, line {line}")
if any(record.ended is None for record in records):
    live_chart(training.figure(training.EMPTY, labels, **options), web.stream_url(ids), key="live")
else:
    st.markdown("finished")
    figure = training.figure(state.store().history(ids), labels, **options)
    st.plotly_chart(figure, key="finished", config=training.CONFIG)
for line in range(12):
    st.markdown(f"Below the chart, line {line}")
