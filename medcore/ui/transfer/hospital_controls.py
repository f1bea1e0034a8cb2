"""The sidebar of two hospitals: what shifts between them, what is done about it, and how it is trained."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.data import sources
from medcore.labs import two_hospitals as lab
from medcore.ui import controls
from medcore.ui.chosen import Chosen, choose
from medcore.ui.optimizers import optimizer_controls
from medcore.ui.plain import plain

FRONT = ("scanner", "dose", "kernel", "contrast")
"""Options of the simulator that are about the machine; the others stand behind them."""
SHARED = ("images",)
"""Options that are the same in both hospitals."""
WORSE_STAGES = ("corruption", "window")
SIDES = (None, 16, 24, 28, 32, 48, 64)
WEIGHTS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
LABELLED = (5, 10, 20, 50, 100, 200)
IMAGES = (None, 50, 100, 200, 500, 1000, 2000, 5000)
MOST_EPOCHS = 50


def show() -> Chosen:
    """Writes the controls where it is called, and makes the runs that they ask for."""
    help = "What differs between the place that the network learns from and the place that it is used at."
    shift = controls.named("What shifts", lab.SHIFTS, "shift", "scanner", help)
    entry, options, settings = _SHIFTS[shift]()
    settings |= {"shift": shift, "data_options": options} | _methods()
    settings |= _training(shift)
    return choose(entry, options, settings, lab.runs)


def _scanner() -> tuple[sources.Entry, dict[str, Any], dict[str, Any]]:
    """The simulator twice."""
    entry = _entry(lab.SIMULATOR)
    source = _hospital("Source hospital", "source", entry.options, lab.BOTH)
    inherited = {name: option.default for name, option in entry.options.items()} | source
    shown = {name: option for name, option in entry.options.items() if name not in SHARED}
    target = _hospital("Target hospital", "target", shown, lab.TARGET_OPTIONS)
    defaults = {name: option.default for name, option in shown.items()}
    changed = {name: value for name, value in (defaults | target).items() if value != inherited[name]}
    return entry, source, {"target_options": changed}


def _hospital(
    title: str, of: str, options: Mapping[str, catalog.Parameter | catalog.Selection], start: Mapping[str, Any]
) -> dict[str, Any]:
    """Controls of one hospital; returns what differs from the simulator's defaults.

    Args:
        of: start of the controls' keys.
        start: values at first, where they are not the simulator's.
    """
    begun = {name: replace(option, default=start.get(name, option.default)) for name, option in options.items()}
    front = {name: begun[name] for name in FRONT}
    st.markdown(f"**{title}**")
    values = controls.source_options(front, of)
    with st.expander(f"More of the {title.lower()}"):
        values |= controls.source_options({name: o for name, o in begun.items() if name not in front}, of)
    values = {name: value for name, value in start.items() if name in options} | values
    return {name: value for name, value in values.items() if value != options[name].default}


def _corruption() -> tuple[sources.Entry, dict[str, Any], dict[str, Any]]:
    """One set, whose images come worse to the target."""
    entry = controls.dataset("classification")
    options = _options(entry)
    choices = {choice.label: name for name, choice in catalog.PREPARATIONS.items() if choice.stage in WORSE_STAGES}
    chosen = st.pills(
        "At the target",
        list(choices),
        selection_mode="multi",
        default=[catalog.PREPARATIONS[name].label for name in lab.CORRUPTION],
        key="worse",
        bind=controls.URL,
        help="What happens to every image of the target, in training and in test; the source's stay as they are.",
        wrap=True,
    )
    steps = {choices[label]: _step(choices[label]) for label in chosen}
    return entry, options, {"dataset": entry.card.name, "corruption": {"steps": steps}}


def _step(name: str) -> dict[str, Any]:
    choice = catalog.PREPARATIONS[name]
    return controls.source_options(choice.parameters, f"worse_{name}", choice.label)


def _sets() -> tuple[sources.Entry, dict[str, Any], dict[str, Any]]:
    """Two sets with the same classes."""
    entry = controls.dataset("classification")
    options = _options(entry)
    partners = {other.card.title: other.card.name for other in lab.partners(entry.card.name, controls.listing())}
    if not partners:
        st.caption(
            f"No other set on this machine has the classes of {plain(entry.card.title)}. Class names must match, in "
            "any order: put a second one into a folder of MEDCORE_DATA."
        )
        return entry, options, {"dataset": entry.card.name}
    title = st.selectbox(
        "Target",
        list(partners),
        key="target_set",
        bind=controls.URL,
        help="Sets whose class names are those of the source, in any order.",
    )
    return entry, options, {"dataset": entry.card.name, "target": partners[title]}


def _digits() -> tuple[sources.Entry, dict[str, Any], dict[str, Any]]:
    """MNIST, and the digits that come with scikit-learn."""
    return _entry("mnist"), {}, {}


_SHIFTS = {"scanner": _scanner, "corruption": _corruption, "sets": _sets, "digits": _digits}


def _entry(name: str) -> sources.Entry:
    return next(entry for entry in controls.listing() if entry.card.name == name)


def _options(entry: sources.Entry) -> dict[str, Any]:
    """What the source of a set lets one set; the simulator makes as many images as in two hospitals."""
    if entry.card.name != lab.SIMULATOR:
        return controls.data_options(entry)
    options = entry.options | {"images": replace(entry.options["images"], default=lab.BOTH["images"])}
    with st.expander(entry.card.title):
        return dict(lab.BOTH) | controls.source_options(options, "source")


def _methods() -> dict[str, Any]:
    """Picks what is done about the shift."""
    names = {label: name for name, label in lab.METHODS.items()}
    chosen = st.pills(
        "Methods",
        list(names),
        selection_mode="multi",
        default=list(names),
        key="methods",
        bind=controls.URL,
        help="“Source only” does nothing; “Trained on target” has all labels of the target and says what could be "
        "reached. AdaBN, Deep CORAL and DANN see the target's images without their labels.",
        wrap=True,
    )
    methods = [names[label] for label in chosen]
    found: dict[str, Any] = {"methods": methods}
    for name in lab.WEIGHTED:
        if name in methods:
            found[f"{name}_weight"] = controls.stepped(
                f"Weight · {lab.METHODS[name]}",
                WEIGHTS,
                lab.WEIGHTS[name],
                "{:g}".format,
                f"{name}_weight",
                "How much bringing the two places together counts beside the labels of the source.",
            )
    if "fine_tune" in methods:
        help = "Target images whose labels fine-tuning may see; they are drawn by the seed."
        found["target_labels"] = controls.stepped("Labels · Fine-tuned", LABELLED, lab.LABELS, str, "labelled", help)
    found["seeds"] = st.slider(
        "Seeds",
        1,
        10,
        lab.SEEDS,
        key="hospital_seeds",
        bind=controls.URL,
        help="Each has other first weights and another order of the images: the intervals are over them.",
    )
    found["choose_on_target"] = st.toggle(
        "Choose by target labels (a mistake)",
        key="choose_on_target",
        bind=controls.URL,
        help="Takes the epoch that is best on the target's test images, whose labels nobody has; shows by how much "
        "that flatters.",
    )
    return found


def _training(shift: str) -> dict[str, Any]:
    with st.expander("Network and training"):
        model = controls.model()
        found: dict[str, Any] = {"model": model}
        found["batch_norm"] = st.toggle(
            "Batch normalisation",
            value=True,
            key="hospital_batch_norm",
            bind=controls.URL,
            disabled="batch_norm" not in catalog.NETWORKS[model].parameters,
            help="Scales each filter by mean and spread of its batch; AdaBN replaces these by those of the target.",
        )
        if shift != "digits":
            help = "Longer side of every image, in both places; smaller trains faster."
            found["side"] = controls.stepped("Pixels", SIDES, lab.SIDE, _size, "hospital_side", help)
        found["images"] = _images(shift)
        if problem := controls.beyond("Epochs", "hospital_epochs", 1, MOST_EPOCHS):
            st.warning(plain(problem))
        help = "Passes over the training images."
        found["epochs"] = st.slider(
            "Epochs", 1, MOST_EPOCHS, lab.EPOCHS, key="hospital_epochs", bind=controls.URL, help=help
        )
        found["learning_rate"] = optimizer_controls.learning_rates(["adam"])["adam"]
        found["batch_size"] = controls.batch_size(lab.BATCH)
        found["seed"] = int(
            st.number_input(
                "First seed",
                0,
                2**31 - 1,
                1,
                key="hospital_seed",
                bind=controls.URL,
                help="Fixes the first weights and the order of the images; the others follow it.",
            )
        )
    return found


def _images(shift: str) -> int | None:
    help = "Labelled training images of the source; “all” takes every one."
    if shift == "digits":  # of 60,000, as many as the target has
        return controls.stepped("Source images", IMAGES[1:], lab.MNIST_IMAGES, _count, "mnist_count", help)
    return controls.stepped("Source images", IMAGES, None, _count, "source_count", help)


def _size(side: int | None) -> str:
    return "as they are" if side is None else str(side)


def _count(images: int | None) -> str:
    return "all" if images is None else f"{images:,}"
