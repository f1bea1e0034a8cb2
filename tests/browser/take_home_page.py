"""A page with nothing but what can be taken home of the runs in the address."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import intervals, template, training
from medcore.labs import optimizers
from medcore.ui import state, take_home

st.html(template.STYLE)
ids = [run for run in st.query_params.get("runs", "").split(",") if run]
records = state.store().find(ids)
labels = {record.id: record.label for record in records}
grid = np.arange(6, dtype=np.float32).reshape(2, 3)
heat = go.Figure(go.Heatmap(x=[0.1, 0.2, 0.3], y=[1, 2], z=grid, colorbar={"title": {"text": "loss"}}))
accuracies = {
    record.label: (value := record.result["test"]["accuracy"], value - 0.05, value + 0.03) for record in records
}
charts = {
    "Training <curves>": training.figure(state.store().history(ids), labels),
    "A map": template.apply(heat).update_xaxes(title_text="rate").update_yaxes(title_text="depth"),
    "Accuracies": intervals.figure(accuracies, dict.fromkeys(accuracies, "#4477AA"), 0.1, None),
}
specs = optimizers.runs(dataset=st.query_params.get("dataset", "digits"), model="mlp", epochs=1)
take_home.show("lab", specs, records, charts if records else None)
