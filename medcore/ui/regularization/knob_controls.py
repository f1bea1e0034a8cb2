"""The sidebar of the knob lab: everything that a comparison of regularizers can be told."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.labs import regularization as lab
from medcore.ui import controls
from medcore.ui.chosen import Chosen, choose
from medcore.ui.explorer import recipe
from medcore.ui.optimizers import optimizer_controls
from medcore.ui.regularization import sample_controls

OPTIMIZERS = ("adam", "momentum", "minibatch")
MOST_EPOCHS = 300
L1_STEPS = {"proximal": "Proximal", "subgradient": "Subgradient", "both": "Both"}


def show() -> Chosen:
    """Writes the controls where it is called, and makes the runs that they ask for."""
    entry = controls.dataset("classification")
    settings: dict[str, Any] = {"dataset": entry.card.name}
    settings["images"] = sample_controls.images(entry.sizes.get("train"), lab.IMAGES)
    settings["sample"] = {"label_noise": sample_controls.label_noise(lab.WRONG_LABELS)}
    model = settings["model"] = controls.model()
    settings |= _knobs(model)
    settings["epochs"] = controls.epochs(lab.EPOCHS, MOST_EPOCHS)
    settings["seeds"] = controls.seeds()
    settings["classics"] = sample_controls.classics()
    settings |= _training()
    with st.expander("Rare classes"):
        settings["sample"] |= sample_controls.rare()
    settings["preparation"] = recipe.section(entry.card.title)
    settings["data_options"] = options = controls.data_options(entry)
    return choose(entry, options, settings, lab.runs)


def _knobs(model: str) -> dict[str, Any]:
    """Picks the knobs and how far each is turned."""
    knobs = {name: choice for name, choice in catalog.KNOBS.items() if _fits(name, model)}
    swept = {name: choice.label for name, choice in knobs.items() if choice.parameters}
    vary = _vary(swept)
    settings: dict[str, Any] = {"vary": vary}
    if vary == lab.EACH:
        names = _several("Knobs", knobs, "knobs", lab.DEFAULT, "Each is turned alone; a run without any is beside it.")
        settings["together"] = st.toggle(
            "And all together",
            key="together",
            bind=controls.URL,
            help="Another run with every chosen knob turned at once.",
        )
    else:
        settings["values"] = _values(vary)
        others = {name: choice for name, choice in knobs.items() if name != vary}
        names = _several("Turned in every run", others, "fixed", (), "Other knobs, the same in all runs.")
    settings["knobs"] = names
    used = [*names, *([] if vary == lab.EACH else [vary])]
    settings["settings"] = _settings(used, vary)
    if any(name in lab.L1_KNOBS for name in used):
        help = "Keras follows the slope of L1 and hardly ever reaches 0; the proximal step (soft threshold) does."
        settings["l1_step"] = controls.named("L1 by", L1_STEPS, "l1_step", "proximal", help)
    return settings


def _fits(name: str, model: str) -> bool:
    """Whether a network has such a knob."""
    options = {option for choice in catalog.NETWORKS.values() for option in choice.parameters}
    return name not in options or name in catalog.NETWORKS[model].parameters


def _vary(swept: dict[str, str]) -> str:
    """Picks whether knobs are compared, or which one's values."""
    names = {"Several knobs": lab.EACH, **{f"{label}: values": name for name, label in swept.items()}}
    chosen = st.selectbox(
        "Compare",
        list(names),
        key="vary",
        bind=controls.URL,
        help="Several knobs beside a run without any, or one knob turned further and further.",
    )
    return names[chosen]


def _several(label: str, choices: dict[str, catalog.Choice], key: str, default: Sequence[str], help: str) -> list[str]:
    names = {choice.label: name for name, choice in choices.items()}
    chosen = st.pills(
        label,
        list(names),
        selection_mode="multi",
        default=[choices[name].label for name in default if name in choices],
        key=key,
        bind=controls.URL,
        help=help,
        wrap=True,
    )
    return [names[text] for text in chosen]


def _values(vary: str) -> list[float]:
    """Picks what the swept knob takes."""
    parameter = next(iter(catalog.KNOBS[vary].parameters.values()))
    labels = {f"{value:g}": value for value in parameter.steps if value > 0}
    chosen = st.pills(
        f"{catalog.KNOBS[vary].label}: {parameter.label.lower()}",
        list(labels),
        selection_mode="multi",
        default=list(labels)[:8],
        key=f"values_{vary}",
        bind=controls.URL,
        help=parameter.help,
        wrap=True,
    )
    return sorted(labels[text] for text in chosen)


def _settings(names: Sequence[str], vary: str) -> dict[str, float]:
    """Sliders of the knobs in use, in the lab's way of writing; the swept parameter has its pills instead."""
    values = {}
    turned = {name: catalog.KNOBS[name] for name in names if catalog.KNOBS[name].parameters}
    if not turned:
        return values
    with st.expander("How far each is turned", expanded=True):
        for name, choice in turned.items():
            for i, (key, parameter) in enumerate(choice.parameters.items()):
                if name != vary or i > 0:
                    title = f"{choice.label} · {parameter.label.lower()}"
                    values[f"{name}.{key}"] = controls.parameter(parameter, f"{name}_{key}", title)
    return values


def _training() -> dict[str, Any]:
    with st.expander("Optimizer"):
        labels = {name: catalog.OPTIMIZERS[name].label for name in OPTIMIZERS}
        help = "The same for every run; with weight decay Adam becomes AdamW."
        name = controls.named("Optimizer", labels, "optimizer", "adam", help)
        return {
            "optimizer": name,
            "learning_rate": optimizer_controls.learning_rates([name])[name],
            "batch_size": controls.batch_size(),
            "class_weights": controls.class_weights(),
            "seed": controls.seed(),
        }
