"""What is about to be compared, said in full: the settings of every run side by side."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from medcore import catalog
from medcore.labs import robustness, two_hospitals
from medcore.labs.labels import group
from medcore.runs.store import Record
from medcore.spec import LossSpec, RunSpec
from medcore.ui import run_column


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
    frame = _differing_first(pd.DataFrame(rows).fillna("—"))
    st.dataframe(frame, hide_index=True, width="stretch", key="setup", column_config=run_column.config(frame["Run"]))


def of_runs(records: Sequence[Record], specs: Mapping[str, RunSpec]) -> None:
    """Shows the settings of the runs shown, or what the controls say while there are none.

    Args:
        records: the runs shown.
        specs: what the controls say, by label.
    """
    show({record.label: RunSpec.from_dict(record.spec) for record in records} or specs, None)


def _differing_first(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns in which the runs differ before those that are the same for all: on a narrow page the last are out
    of sight.
    """
    return frame[sorted(frame, key=lambda column: column != "Run" and frame[column].nunique() == 1)]


def _row(group: Sequence[RunSpec], train_images: int | None, with_loss: bool) -> dict[str, str]:
    spec = group[0]
    if spec.task == "classic":
        return _classic(group)
    whole = spec.training.batch_size == "all"
    row = _masks(spec) | {
        "Learning rate": f"{spec.optimizer.learning_rate:g}",
        "Weight decay": f"{spec.optimizer.weight_decay:g}",
        "Batch": "all images" if whole else str(spec.training.batch_size),
        "Options": ", ".join(_option(spec, name, value) for name, value in spec.optimizer.options.items()) or "—",
    }
    if with_loss:
        row["Loss"] = loss(spec.loss)
    if schedule := _schedule(spec):
        row["Schedule"] = schedule
    row |= _held_back(spec)
    row |= _of_images(group) | _learned_before(spec) | _adapted(spec)
    if train_images:
        steps = 1 if whole else -(-train_images // spec.training.batch_size)
        row["Updates"] = f"{steps * spec.training.epochs:,}"
    return row


def _masks(spec: RunSpec) -> dict[str, str]:
    """Of a run that learns masks what is chosen first: the network with its size, the loss, and the slices it sees."""
    if spec.task != "segment":
        return {}
    model, context = catalog.SEGMENTERS[spec.model.name], spec.segmentation.context
    options = [_said(model.parameters[name], value) for name, value in spec.model.options.items()]
    seen = {"Slices seen": f"{2 * context + 1}"} if context else {}
    network = ", ".join(filter(None, (model.label, *options)))
    return {"Network": network, "Loss": loss(spec.loss), "Epochs": str(spec.training.epochs), **seen}


def _said(parameter: catalog.Parameter, value: float) -> str:
    """An option in words; "" of what is off, or as it usually is."""
    name = parameter.label.lower()
    if parameter.integer and (parameter.low, parameter.high) == (0, 1):
        return "" if value == parameter.default else f"{'with' if value else 'without'} {name}"
    return f"{name} {value:g}" if value else ""


def _adapted(spec: RunSpec) -> dict[str, str]:
    """What a run of two places does about the shift."""
    asked = spec.adaptation
    if spec.task != "adapt":
        return {}
    labels = {"fine_tune": f"{asked.target_labels:,}", "target": "all"}.get(asked.method, "none")
    by = "target's test labels" if asked.choose_on_target else "validation"
    weight = f"{asked.weight:g}" if asked.method in two_hospitals.WEIGHTED else "—"
    return {"Target labels seen": labels, "Weight of the second loss": weight, "Epoch chosen by": by}


def _classic(group: Sequence[RunSpec]) -> dict[str, str]:
    """A row of scikit-learn's classifiers, which have options and nothing else of a network."""
    model = group[0].model
    parameters = catalog.MODELS[model.name].parameters
    options = [f"{parameters[name].label} {value:g}" for name, value in model.options.items()]
    return dict.fromkeys(("Learning rate", "Weight decay", "Batch"), "—") | {
        "Options": ", ".join(options),
        **_of_images(group),
    }


def _of_images(group: Sequence[RunSpec]) -> dict[str, str]:
    """What is done to the images and labels, and the seeds that it is done with."""
    spec, sample = group[0], group[0].sample
    words = [f"{sample.images:,}"] if sample.images else []
    words += [f"{sample.imbalance:g} to 1 ({sample.imbalanced})"] if sample.imbalance else []
    words += [f"{sample.label_noise:.0%} wrong"] if sample.label_noise else []
    words += ["oversampled"] if sample.oversample else []
    found = {
        "Training images": ", ".join(words),
        "Class weights": "yes" if spec.training.class_weights else "",
        "Preparation": robustness.words(spec.preparation) if spec.preparation else "",
        "Seeds": f"{spec.seed} to {group[-1].seed}" if len(group) > 1 else "",
    }
    return {title: text for title, text in found.items() if text}


def loss(spec: LossSpec) -> str:
    """A loss in words, "Huber with delta 0.3" say; what is 0 is left out."""
    choice = catalog.EVERY_LOSS[spec.name]
    options = [f"{choice.parameters[name].label.lower()} {value:g}" for name, value in spec.options.items() if value]
    return f"{choice.label} with {', '.join(options)}" if options else choice.label


def _held_back(spec: RunSpec) -> dict[str, str]:
    """What keeps the network from learning by heart, by title of the column."""
    model, training = catalog.MODELS[spec.model.name], spec.training
    options = [
        f"{model.parameters[name].label.lower()} {value:g}"
        for name, value in spec.model.options.items()
        if value != model.parameters[name].default
    ]
    penalty = spec.regularization
    parts = [f"L1 {penalty.l1:g} ({penalty.l1_step})"] if penalty.l1 else []
    parts += [f"L2 {penalty.l2:g}"] if penalty.l2 else []
    stops = f"after {training.patience} epochs without a lower validation loss" if training.patience else ""
    network = "" if spec.task == "segment" else ", ".join(options)
    found = {"Penalty": ", ".join(parts), "Network": network, "Stops": stops}
    return {title: words for title, words in found.items() if words}


def _learned_before(spec: RunSpec) -> dict[str, str]:
    """Where the weights of a transfer run come from, and its second stage, by title of the column."""
    if spec.task != "transfer":
        return {}
    asked = spec.transfer
    sources = {"imagenet": "ImageNet", "set": f"{asked.pretraining.name}, {asked.pretraining_epochs} epochs"}
    found = {"Learned from": sources.get(asked.source, f"run {spec.base[:8]}"), "Unfrozen blocks": str(asked.unfrozen)}
    if asked.unfrozen:
        found["Fine-tuning"] = f"{asked.epochs} epochs at {asked.learning_rate:g}"
        found["Fine-tuning"] += ", batch norm follows the batches" if asked.batch_norm_trains else ""
    return found


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
