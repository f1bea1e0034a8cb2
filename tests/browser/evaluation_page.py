"""A page with nothing but the evaluation of the runs in the address."""

import streamlit as st

from medcore.charts import template
from medcore.ui import state
from medcore.ui.evaluation import evaluation_panel

st.html(template.STYLE)
evaluation_panel.show(state.store().find(st.query_params.get("runs", "").split(",")))
