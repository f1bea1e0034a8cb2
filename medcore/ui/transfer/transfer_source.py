"""What the network has learned before: ImageNet, another set, or what a finished run learned."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.labs import transfer as lab
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import controls, state
from medcore.ui.plain import plain

SOURCES = {"imagenet": "ImageNet", "set": "Another set", "run": "A run"}
TRAINED = ("classification", "transfer", "adapt")
SIMULATOR = "ct-simulator"
MOST_EPOCHS = 50


def pick(model: str) -> str:
    """Picks where the weights come from."""
    deep = model in catalog.BACKBONES
    choices = {name: label for name, label in SOURCES.items() if deep or name != "imagenet"}
    key = "deep_source" if deep else "source"
    help = "Photographs of ImageNet; a set that the network learns from first; or what a finished run has learned."
    return controls.named("It has learned from", choices, key, "imagenet" if deep else "set", help)


def show(source: str, model: str) -> dict[str, Any]:
    """Writes the controls of that source; returns settings of the lab's `runs`."""
    found: dict[str, Any] = {"source": source}
    if source == "set":
        found |= _set()
    elif source == "run":
        found |= _run(model)
    return found


def _set() -> dict[str, Any]:
    """Picks the set that is learned from first."""
    entries = {e.card.title: e for e in controls.listing() if e.card.task == "classification" and e.available}
    title = st.selectbox(
        "Learned first",
        list(entries),
        key="pretraining",
        bind=controls.URL,
        help="The network learns from all of its training images first; what it learned is kept for the next runs.",
    )
    entry = entries[title]
    options: dict[str, Any] = {}
    if entry.options:
        with st.expander(f"First: {entry.card.title}"):
            options = dict(lab.ELSEWHERE) | controls.source_options(_begun(entry.options), "first")
    if problem := controls.beyond("Epochs of learning first", "first_epochs", 1, MOST_EPOCHS):
        st.warning(plain(problem))
    epochs = st.slider(
        "Epochs of learning first",
        1,
        MOST_EPOCHS,
        lab.FIRST_EPOCHS,
        key="first_epochs",
        bind=controls.URL,
        help="Passes over that set; the weights of the best one on its validation images are taken.",
    )
    return {"pretraining": entry.card.name, "pretraining_options": options, "pretraining_epochs": epochs}


def _begun(options: Mapping[str, Any]) -> dict[str, Any]:
    """The simulator's options as the lab starts with them."""
    return {name: replace(option, default=lab.ELSEWHERE.get(name, option.default)) for name, option in options.items()}


def _run(model: str) -> dict[str, Any]:
    """Picks a finished run of the same network."""
    runs = {_title(record): record for record in finished(model)}
    if not runs:
        st.caption(
            f"No finished run of this session has a {catalog.MODELS[model].label} to take over. Train one first."
        )
        return {"base": ""}
    title = st.selectbox(
        "Finished run",
        list(runs),
        key="base",
        bind=controls.URL,
        help="Its network, but for its last layer, is where the new one starts.",
    )
    return {"base": runs[title].id}


def finished(model: str) -> list[Record]:
    """This session's finished runs of a network whose weights are there, the newest first."""
    return [
        record
        for record in state.store().latest(state.owner(), limit=200)
        if record.state == "done"
        and record.spec["task"] in TRAINED
        and record.spec["model"]["name"] == model
        and (files.folder(record.id) / "model.keras").is_file()
    ]


def _title(record: Record) -> str:
    return f"{record.label} on {record.spec['data']['name']} ({record.id[:8]})"
