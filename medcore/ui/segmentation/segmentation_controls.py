"""The sidebar of the segmentation lab: which images, network and loss, and what differs between the runs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.data import sources
from medcore.labs import segmentation as lab
from medcore.spec.segmentation import MAX_CONTEXT, MAX_WATCHED
from medcore.ui import controls
from medcore.ui.chosen import Chosen, choose
from medcore.ui.explorer import recipe
from medcore.ui.optimizers import optimizer_controls
from medcore.ui.regularization import sample_controls

LOSSES = {name: choice for name, choice in catalog.MASK_LOSSES.items() if not choice.mistake}
MOST_EPOCHS = 100
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "loss": tuple(LOSSES),
    "network": tuple(catalog.SEGMENTERS),
    "depth": (1, 2, 3, 4, 5),
    "width": (4, 8, 16, 24, 32),
    "dropout": (0.0, 0.1, 0.2, 0.3, 0.5),
    "context": tuple(range(MAX_CONTEXT + 1)),
    "images": (10, 20, 50, 100, 200, 500, 1000),
}
"""What may be compared; of all else both."""


def show() -> Chosen:
    """Writes the controls where it is called, and makes the runs that they ask for."""
    entry = controls.dataset("segmentation")
    options = data_options(entry)
    settings: dict[str, Any] = {"dataset": entry.card.name, "data_options": options}
    model = controls.named(
        "Network", controls.labels(catalog.SEGMENTERS), "segmenter", lab.MODEL, "What turns an image into a mask."
    )
    st.caption(catalog.SEGMENTERS[model].note)
    vary = _vary(model, entry.volumes)
    settings |= {"model": model, "vary": vary, "values": _values(vary)}
    with st.expander("Size of the network", expanded=True):
        settings["model_options"] = _network(model, vary, entry.name)
    if vary != "loss":
        settings |= _loss()
    settings["epochs"] = controls.epochs(lab.EPOCHS, MOST_EPOCHS)
    settings["seeds"] = controls.seeds()
    if vary != "images":
        there = entry.sizes_for(options).get("train")
        settings["images"] = sample_controls.images(there, key="mask_images")
    if vary != "context" and entry.volumes:
        settings["context"] = _context()
    settings["preparation"] = recipe.section(entry.card.title)
    with st.expander("More"):
        settings |= _more()
    return choose(entry, options, settings, lab.runs)


def data_options(entry: sources.Entry) -> dict[str, Any]:
    """What the source lets one set; the simulator starts from the lab's usual options."""
    if not entry.all_options:
        return {}
    usual = lab.SIMULATED if entry.name == "ct-simulator" else {}
    begun = {
        name: replace(option, default=usual.get(name, option.default)) for name, option in entry.all_options.items()
    }
    with st.expander(entry.card.title):
        return dict(usual) | controls.source_options(begun, "data")


def _vary(model: str, volumes: bool) -> str:
    """Picks what differs between the runs, of what the network has; only slices of volumes have neighbours."""
    labels = {
        label: name for name, label in lab.VARY.items() if lab.has(model, name) and (volumes or name != "context")
    }
    chosen = st.selectbox(
        "Compare",
        list(labels),
        key="vary",
        bind=controls.URL,
        help="One run, or several that differ in this alone: same images, same order, same first weights.",
    )
    return labels[chosen]


def _values(vary: str) -> list[Any] | None:
    """Picks what it takes; None where that is not to be chosen."""
    if vary not in CHOICES:
        return None
    texts = {lab.words(vary, value): value for value in CHOICES[vary]}
    chosen = st.pills(
        f"{lab.VARY[vary]}: values",
        list(texts),
        selection_mode="multi",
        default=[text for text, value in texts.items() if value in lab.VALUES[vary]],
        key=f"values_{vary}",
        bind=controls.URL,
        help="Each is a run of its own, and one for every seed.",
        wrap=True,
    )
    return [texts[text] for text in chosen]


def _network(model: str, vary: str, dataset: str) -> dict[str, float]:
    """What the network lets one set, but for what varies: switches for what is on or off."""
    values: dict[str, float] = {}
    for name, parameter in catalog.SEGMENTERS[model].parameters.items():
        if name == vary:
            continue
        default = lab.usual(dataset, model).get(name, parameter.default)
        key = f"{model}_{name}" if default == parameter.default or name == "width" else f"{model}_{name}_slices"
        if parameter.integer and (parameter.low, parameter.high) == (0, 1):
            values[name] = int(
                st.toggle(parameter.label, value=bool(default), key=key, bind=controls.URL, help=parameter.help)
            )
        else:
            values[name] = controls.parameter(replace(parameter, default=default), key)
    return values


def _loss() -> dict[str, Any]:
    labels = controls.labels(LOSSES)
    name = controls.named("Loss", labels, "mask_loss", lab.LOSS, "What the network is told to make small.")
    st.caption(LOSSES[name].note)
    return {"loss": name, "loss_options": controls.source_options(LOSSES[name].parameters, f"loss_{name}")}


def _context() -> int:
    return st.slider(
        "Neighbouring slices",
        0,
        MAX_CONTEXT,
        0,
        key="context",
        bind=controls.URL,
        help="Slices above and below that the network sees as further channels (2.5D).",
    )


def _more() -> dict[str, Any]:
    labels = controls.labels(catalog.OPTIMIZERS)
    names = {label: name for name, label in labels.items()}
    adam = list(labels).index("adam")
    label = st.selectbox(
        "Optimizer",
        list(names),
        index=adam,
        key="mask_optimizer",
        bind=controls.URL,
        help="The same for every run.",
    )
    return {
        "optimizer": names[label],
        "learning_rate": controls.stepped(
            "Learning rate",
            optimizer_controls.RATES,
            catalog.OPTIMIZERS[names[label]].learning_rate,
            "{:g}".format,
            f"lr_{names[label]}",
            "How far each update goes.",
        ),
        "batch_size": controls.batch_size(lab.BATCH),
        "weights": controls.evaluated_weights(),
        "watched": st.slider(
            "Images watched",
            0,
            MAX_WATCHED,
            lab.WATCHED,
            key="watched",
            bind=controls.URL,
            help="Validation images whose masks are kept after every epoch.",
        ),
        "seed": controls.seed(),
    }
