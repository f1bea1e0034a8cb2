"""The learning rate over the runs that are about to be made, small, beside the controls."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import schedule, template
from medcore.labs.labels import group
from medcore.optimization.schedules import factors
from medcore.spec import RunSpec, ScheduleSpec

POINTS = 400
"""Of a line, at most; and updates of a run while its images are not counted."""
FEW = 50
"""Updates of a run whose line differs from that of a run of many."""


def show(specs: Mapping[str, RunSpec], images: int | None) -> None:
    """Draws every schedule of the runs, unless the learning rate of all of them stays the same.

    Args:
        specs: by label.
        images: to train on; None where unknown.
    """
    if all(spec.schedule == ScheduleSpec() for spec in specs.values()):
        return
    st.plotly_chart(
        _chart(tuple(spec.hash for spec in specs.values()), images, specs),
        width="stretch",
        key="schedule_preview",
        config=template.CONFIG | {"displayModeBar": False},
        alt="Share of the learning rate that is in force over the epochs of the run",
    )
    cold = {group(label): None for label, spec in specs.items() if 0 < _warm_up(spec, images) <= 1}
    if cold:
        st.caption(f"The warm-up does nothing for {', '.join(cold)}: it ends with the first update.")


def lines(specs: Mapping[str, RunSpec], images: int | None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of each schedule the epochs passed before an update, and the share of the learning rate that it takes.

    Runs of many updates share a line; those of `FEW` or less have their own, with a point an update.
    """
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for spec in specs.values():
        updates = round(_updates_an_epoch(spec, images) * spec.training.epochs)
        label = catalog.SCHEDULES[spec.schedule.name].label
        if updates <= FEW:
            label += f" · {updates} update" + "s" * (updates > 1)
        if label not in found:
            found[label] = _shares(spec, updates)
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(hashes: tuple[str, ...], images: int | None, _specs: Mapping[str, RunSpec]) -> go.Figure:  # noqa: ARG001
    return schedule.preview(lines(_specs, images))


def _shares(spec: RunSpec, updates: int) -> tuple[np.ndarray, np.ndarray]:
    decay, epochs = catalog.resolve(catalog.SCHEDULES[spec.schedule.name].target), spec.training.epochs
    shown = np.unique(np.linspace(0, updates - 1, POINTS).round())
    options, warmup = spec.schedule.options, spec.schedule.warmup
    return shown * epochs / updates, factors(decay, options, warmup, shown, updates / epochs, epochs)


def _updates_an_epoch(spec: RunSpec, images: int | None) -> float:
    if spec.training.batch_size == "all":
        return 1
    return -(-images // spec.training.batch_size) if images else POINTS / spec.training.epochs


def _warm_up(spec: RunSpec, images: int | None) -> float:
    """Length in updates."""
    return spec.schedule.warmup * _updates_an_epoch(spec, images)
