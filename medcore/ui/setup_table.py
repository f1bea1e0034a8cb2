"""What is about to be compared, said in full: the settings of every run side by side."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from medcore import catalog
from medcore.labs import robustness
from medcore.labs.labels import group
from medcore.spec import RunSpec


def show(specs: Mapping[str, RunSpec], train_images: int | None) -> None:
    """One row a run, or a group of runs that differ by their seed alone.

    Args:
        specs: by label.
        train_images: to count the updates; None where unknown.
    """
    groups: dict[str, list[RunSpec]] = {}
    for label, spec in specs.items():
        groups.setdefault(group(label), []).append(spec)
    losses = len({str(spec.loss) for spec in specs.values()})
    rows = [{"Run": label} | _row(runs, train_images, losses > 1) for label, runs in groups.items()]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="setup")


def _row(group: Sequence[RunSpec], train_images: int | None, with_loss: bool) -> dict[str, str]:
    spec = group[0]
    whole = spec.training.batch_size == "all"
    row = {
        "Learning rate": f"{spec.optimizer.learning_rate:g}",
        "Weight decay": f"{spec.optimizer.weight_decay:g}",
        "Batch": "all images" if whole else str(spec.training.batch_size),
        "Options": ", ".join(_option(spec, name, value) for name, value in spec.optimizer.options.items()) or "—",
    }
    if with_loss:
        row["Loss"] = _loss(spec)
    if schedule := _schedule(spec):
        row["Schedule"] = schedule
    if spec.preparation:
        row["Preparation"] = robustness.words(spec.preparation)
    if len(group) > 1:
        row["Seeds"] = f"{spec.seed} to {group[-1].seed}"
    if train_images:
        steps = 1 if whole else -(-train_images // spec.training.batch_size)
        row["Updates"] = f"{steps * spec.training.epochs:,}"
    return row


def _loss(spec: RunSpec) -> str:
    options = [f"{name} {value:g}" for name, value in spec.loss.options.items()]
    return " ".join([catalog.LOSSES[spec.loss.name].label, *options])


def _schedule(spec: RunSpec) -> str:
    """The schedule in words; "" where the learning rate stays the same."""
    schedule = spec.schedule
    choice = catalog.SCHEDULES[schedule.name]
    words = [f"warm-up {schedule.warmup:g} epochs"] if schedule.warmup else []
    words += [f"{choice.parameters[name].label.lower()} {value:g}" for name, value in schedule.options.items()]
    if not words:
        return ""
    return f"{choice.label}: {', '.join(words)}"


def _option(spec: RunSpec, name: str, value: float) -> str:
    return f"{catalog.OPTIMIZERS[spec.optimizer.name].parameters[name].label.lower()} {value:g}"
