"""The sidebar of few and bad labels: what gets worse and how far, and what learns from it."""

from typing import Any

import streamlit as st

from medcore import catalog
from medcore.labs import few_labels as lab
from medcore.ui import controls
from medcore.ui.chosen import Chosen, choose
from medcore.ui.optimizers import optimizer_controls
from medcore.ui.regularization import sample_controls

QUESTIONS = {
    "images": "Fewer images",
    "label_noise": "Wrong labels",
    "imbalance": "A rare class",
    "missing_pixels": "Missing pixels",
}
VALUES = {
    "images": (10, 20, 50, 100, 200, 500, 1000, 2000, 5000),
    "label_noise": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
    "imbalance": (1, 3, 5, 10, 30, 100),
    "missing_pixels": (0.0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.9, 0.95),
}
UPDATES = (50, 100, 200, 300, 500, 1000, 2000)
SEEDS = 10
OPTIMIZERS = ("adam", "momentum", "minibatch")
NO_KNOB = "Nothing"
CORRUPTED = {"all": "All images", "train": "Training and validation", "test": "Test images"}


def show() -> Chosen:
    """Writes the controls where it is called, and makes the runs that they ask for."""
    entry = controls.small_dataset()
    help = "What gets worse from run to run; everything else stays the same."
    question = controls.named("What gets worse", QUESTIONS, "question", "images", help)
    there = entry.sizes.get("train")
    settings: dict[str, Any] = {"dataset": entry.card.name, "question": question, "values": _values(question, there)}
    settings |= _learners(question)
    if question != "images":
        settings["images"] = sample_controls.images(there, lab.IMAGES)
    settings |= _training()
    settings["data_options"] = options = controls.data_options(entry)
    return choose(entry, options, settings, lab.runs)


def _values(question: str, there: int | None) -> list[float]:
    """Picks how bad it gets."""
    values = [n for n in VALUES[question] if question != "images" or there is None or n <= there]
    if question == "images" and there and there not in values and there < VALUES[question][-1]:
        values.append(there)
    labels = {lab.words(question, value): value for value in values}
    chosen = st.pills(
        QUESTIONS[question],
        list(labels),
        selection_mode="multi",
        default=[lab.words(question, value) for value in lab.VALUES[question] if value in values],
        key=f"values_{question}",
        bind=controls.URL,
        help="Everything that is chosen below trains once, for every seed, at each of these.",
        wrap=True,
    )
    return [labels[text] for text in chosen]


def _learners(question: str) -> dict[str, Any]:
    """Picks what learns, and what stands beside it."""
    names = {choice.label: name for name, choice in catalog.NETWORKS.items()}
    chosen = st.pills(
        "Networks",
        list(names),
        selection_mode="multi",
        default=[catalog.NETWORKS[name].label for name in lab.MODELS],
        key="models",
        bind=controls.URL,
        help="The CNN looks for local patterns; the MLP and the linear one see only single pixels.",
    )
    found: dict[str, Any] = {"models": [names[text] for text in chosen]}
    if question == "imbalance":
        found |= _remedies()
    else:
        knobs = {NO_KNOB: ""} | {choice.label: name for name, choice in catalog.KNOBS.items()}
        label = st.selectbox(
            "Held back by",
            list(knobs),
            index=list(knobs.values()).index(lab.KNOB),
            key="beside",
            bind=controls.URL,
            help="Each network is trained with this, too, as a line of its own.",
        )
        found["knob"] = knobs[label]
    if question == "missing_pixels":
        help = "Which images lose pixels; a network that never saw lost pixels knows nothing of them."
        found["corrupted"] = controls.named("Pixels are lost in", CORRUPTED, "corrupted", "all", help)
    key = "classics_beside_remedies" if question == "imbalance" else "classics"
    return found | {"classics": sample_controls.classics(lab.CLASSICS[question], key)}


def _remedies() -> dict[str, Any]:
    names = {"Nothing": "nothing"} | {
        words.capitalize(): name for name, words in lab.REMEDIES.items() if name != "nothing"
    }
    chosen = st.pills(
        "Remedies",
        list(names),
        selection_mode="multi",
        default=list(names),
        key="remedies",
        bind=controls.URL,
        help="Each is a line of its own: what a network does about the rare class.",
        wrap=True,
    )
    found: dict[str, Any] = {"remedies": [names[text] for text in chosen]}
    if "focal" in found["remedies"]:
        found["gamma"] = sample_controls.gamma()
    return found | {"imbalanced": sample_controls.imbalanced("train")}


def _training() -> dict[str, Any]:
    found: dict[str, Any] = {
        "updates": st.select_slider(
            "Updates",
            UPDATES,
            lab.UPDATES,
            format_func=lambda n: f"{n:,}",
            key="updates",
            bind=controls.URL,
            help="Steps of each network, as many for few images as for many: few are seen more often.",
        ),
        "seeds": st.slider(
            "Seeds",
            1,
            SEEDS,
            lab.SEEDS,
            key="few_seeds",
            bind=controls.URL,
            help="Each draws other images, other wrong labels and other first weights: the interval is over them.",
        ),
    }
    with st.expander("Optimizer"):
        labels = {name: catalog.OPTIMIZERS[name].label for name in OPTIMIZERS}
        name = controls.named("Optimizer", labels, "optimizer", "adam", "The same for every network.")
        found |= {
            "optimizer": name,
            "learning_rate": optimizer_controls.learning_rates([name])[name],
            "batch_size": controls.batch_size(lab.BATCH),
            "seed": controls.seed(),
        }
    return found
