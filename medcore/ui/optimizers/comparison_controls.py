"""The sidebar of the network lab: everything that a comparison of optimizers can be told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.labs import optimizers as lab
from medcore.ui import controls
from medcore.ui.chosen import Chosen, choose
from medcore.ui.explorer import recipe
from medcore.ui.optimizers import optimizer_controls, schedule_preview

DEFAULT = ("minibatch", "momentum", "adam")
VARY = {
    "optimizer": "Optimizer",
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "schedule": "Schedule",
    "loss": "Loss",
}
_VALUES = {
    "learning_rate": {rate: f"{rate:g}" for rate in optimizer_controls.RATES},
    "batch_size": {batch: str(batch) for batch in (*controls.BATCHES, "all")},
    "schedule": controls.labels(catalog.SCHEDULES),
    "loss": controls.losses(),
}
MOST_EPOCHS = 50


def show() -> Chosen:
    """Writes the controls where it is called, and makes the runs that they ask for."""
    entry = controls.dataset("classification")
    settings: dict[str, Any] = {"dataset": entry.card.name, "model": controls.model()}
    names = optimizer_controls.optimizers(DEFAULT)
    vary = controls.named("What varies", VARY, "vary", "optimizer", "What differs between the runs of one optimizer.")
    settings |= {"optimizers": names, "vary": vary, "values": _values(vary), "seeds": controls.seeds()}
    settings |= _loss(vary, settings["values"])
    settings["epochs"] = controls.epochs()
    if vary != "batch_size":
        settings["batch_size"] = controls.batch_size()
    if vary != "learning_rate":
        with st.expander("Learning rates", expanded=True):
            settings["learning_rate"] = optimizer_controls.learning_rates(names)
    preview = st.expander("Schedule of the learning rate", expanded=vary == "schedule")
    with preview:
        settings |= _schedule(vary, settings["values"])
    settings |= _more(names)
    settings["preparation"] = recipe.section(entry.card.title)
    settings["data_options"] = options = controls.data_options(entry)
    chosen = choose(entry, options, settings, lab.runs)
    with preview:
        schedule_preview.show(chosen.specs, entry.sizes_for(options).get("train") if chosen.specs else None)
    return chosen


def _values(vary: str) -> list[float | str] | None:
    """Picks what it varies over; None where the optimizer alone differs."""
    if vary == "optimizer":
        return None
    labels = {text: value for value, text in _VALUES[vary].items()}
    chosen = st.pills(
        f"{VARY[vary]}: values",
        list(labels),
        selection_mode="multi",
        default=[_VALUES[vary][value] for value in lab.VALUES[vary]],
        key=f"values_{vary}",
        bind=controls.URL,
        help="Each chosen optimizer trains once, and once for every seed, with each of these.",
    )
    return [labels[label] for label in chosen]


def _loss(vary: str, values: Sequence[float | str] | None) -> dict[str, Any]:
    if vary != "loss":
        return dict(zip(("loss", "delta"), controls.loss(), strict=True))
    return {"delta": controls.delta()} if "huber" in (values or ()) else {}


def _schedule(vary: str, values: Sequence[float | str] | None) -> dict[str, Any]:
    """Picks the schedule, unless that is what varies, its options, and the warm-up."""
    names = list(values or ())
    settings: dict[str, Any] = {}
    if vary != "schedule":
        help = "How the learning rate changes from the first update to the last."
        name = controls.named("Schedule", controls.labels(catalog.SCHEDULES), "schedule", "constant", help)
        settings, names = {"schedule": name}, [name]
    parameters = {
        key: replace(parameter, high=min(parameter.high, MOST_EPOCHS))
        for name in names
        for key, parameter in catalog.SCHEDULES[str(name)].parameters.items()
    }
    settings["schedule_options"] = {
        key: controls.parameter(parameter, f"schedule_{key}") for key, parameter in parameters.items()
    }
    settings["warmup"] = st.slider(
        "Warm-up (epochs)",
        0.0,
        10.0,
        0.0,
        0.5,
        key="warmup",
        bind=controls.URL,
        help="Epochs in which the learning rate grows to what was set, update by update.",
    )
    return settings


def _more(names: Sequence[str]) -> dict[str, Any]:
    with st.expander("More"):
        return {
            "weight_decay": optimizer_controls.weight_decays(names),
            "options": optimizer_controls.optimizer_options(names),
            "weights": controls.evaluated_weights(),
            "class_weights": controls.class_weights(),
            "record_path": st.toggle(
                "Record the path",
                key="record_path",
                bind=controls.URL,
                help="Keeps up to 40 snapshots of each run's weights, to draw its way across the loss surface.",
            ),
            "seed": controls.seed(),
        }
