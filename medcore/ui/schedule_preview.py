"""The learning rate over a run that is about to be made, small, beside the controls."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import schedule, template
from medcore.optimization.schedules import factors
from medcore.spec import RunSpec, ScheduleSpec

UPDATES = 400
"""In the picture; the run has its own number."""

_Line = tuple[str, str, float, tuple[tuple[str, float], ...]]


def show(specs: Mapping[str, RunSpec]) -> None:
    """Draws every schedule of the runs, unless the learning rate of all of them stays the same."""
    schedules = {catalog.SCHEDULES[spec.schedule.name].label: spec.schedule for spec in specs.values()}
    if all(one == ScheduleSpec() for one in schedules.values()):
        return
    lines = tuple((label, s.name, s.warmup, tuple(s.options.items())) for label, s in schedules.items())
    epochs = next(iter(specs.values())).training.epochs
    st.plotly_chart(
        _chart(lines, epochs),
        width="stretch",
        key="schedule_preview",
        config=template.CONFIG | {"displayModeBar": False},
        alt="Share of the learning rate that is in force over the epochs of the run",
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(lines: tuple[_Line, ...], epochs: int) -> go.Figure:
    return schedule.preview({label: _shares(*line, epochs) for label, *line in lines})


def _shares(
    name: str, warmup: float, options: tuple[tuple[str, float], ...], epochs: int
) -> tuple[np.ndarray, np.ndarray]:
    decay = catalog.resolve(catalog.SCHEDULES[name].target)
    updates = np.arange(UPDATES + 1)
    passed = updates * epochs / UPDATES
    return passed, factors(decay, dict(options), warmup, updates, UPDATES / epochs, epochs)
