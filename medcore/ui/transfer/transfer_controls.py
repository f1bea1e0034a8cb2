"""The sidebar of the transfer lab: which network, what it has learned before, and what of it is trained."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.data import sources
from medcore.labs import transfer as lab
from medcore.ui import controls
from medcore.ui.chosen import Chosen, choose
from medcore.ui.optimizers import optimizer_controls
from medcore.ui.transfer import transfer_source

NETWORKS = {name: choice for name, choice in (catalog.NETWORKS | catalog.BACKBONES).items() if choice.blocks}
SIDES = (16, 24, 28, 32, 48, 64, 96, 128)
HEAD = ("hidden", "alpha", "dense", "dropout")
"""Options of the networks that are asked for here, where a network has them."""
IMAGES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
UPDATES = (20, 50, 100, 150, 200, 300, 500, 1000)
RATES = (1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
OPTIMIZERS = ("adam", "momentum", "minibatch")
BACKBONE: Mapping[str, Any] = {"ways": ("frozen", "fine_tuned", "small"), "images": (20, 100), "seeds": 3}
"""Where a deep network starts from: from scratch it takes minutes a run on two cores."""


def show() -> Chosen:
    """Writes the controls where it is called, and makes the runs that they ask for."""
    entry = controls.dataset("classification")
    options = _options(entry, lab.TARGET, "data")
    source, settings = _network()
    settings |= transfer_source.show(source, settings["model"])
    model = settings["model"]
    with st.expander("Size and head"):
        settings |= _size(model, entry) | {"model_options": _head(model)}
    settings |= _trained(model)
    settings |= _images(entry, options, model)
    settings |= {"dataset": entry.card.name, "data_options": options}
    with st.expander("Optimizer"):
        settings |= _optimizer()
    return choose(entry, options, settings, lab.runs)


def _options(entry: sources.Entry, usual: Mapping[str, Any], of: str) -> dict[str, Any]:
    """What the source of a set lets one set; the simulator starts from the lab's usual options.

    Args:
        of: start of the controls' keys.
    """
    if not entry.options:
        return {}
    begun = {name: replace(option, default=usual.get(name, option.default)) for name, option in entry.options.items()}
    with st.expander(entry.card.title):
        return dict(usual) | controls.source_options(begun, of)


def _network() -> tuple[str, dict[str, Any]]:
    """Picks the network, and where its weights come from."""
    names = {choice.label: name for name, choice in NETWORKS.items()}
    label = st.selectbox(
        "Network",
        list(names),
        index=list(names.values()).index("cnn"),
        key="network",
        bind=controls.URL,
        help="The CNN and the MLP are small and learn here; the others are deep, and know ImageNet's photographs.",
    )
    model = names[label]
    st.caption(NETWORKS[model].note)
    return transfer_source.pick(model), {"model": model}


def _size(model: str, entry: sources.Entry) -> dict[str, Any]:
    """Picks the size of the images."""
    if model in catalog.BACKBONES:
        return {"size": int(controls.parameter(catalog.BACKBONES[model].parameters["size"], "deep_side"))}
    steps = [side for side in SIDES if side <= max(entry.shape[:2])]
    if not steps:
        return {"size": None}
    help = "Pixels of the longer side that images are brought to: fewer train faster and show less."
    default = lab.SIZE if lab.SIZE in steps else steps[-1]
    return {"size": controls.stepped("Size of the images", steps, default, str, "small_side", help)}


def _head(model: str) -> dict[str, float]:
    """Picks what else the network lets one set; only what differs from its defaults."""
    parameters = {name: p for name, p in NETWORKS[model].parameters.items() if name in HEAD}
    return controls.source_options(parameters, f"head_{model}")


def _trained(model: str) -> dict[str, Any]:
    """Picks what is trained, and how fast."""
    deep = model in catalog.BACKBONES
    labels = {lab.WAYS[name]: name for name in (lab.WAYS if deep else lab.USUAL)}
    default = BACKBONE["ways"] if deep else lab.USUAL
    chosen = st.pills(
        "Ways to train",
        list(labels),
        selection_mode="multi",
        default=[lab.WAYS[name] for name in default],
        key=_key("ways", model),
        bind=controls.URL,
        help="The head alone on features that stay as they are; the last blocks with it; or everything from random "
        "weights, which with a deep network takes minutes a run.",
        wrap=True,
    )
    if deep:
        st.caption(
            f"“{lab.WAYS['scratch']}” is off at first: a deep network takes minutes a run on two cores. What the "
            "labelled images alone can teach, the small CNN says in seconds."
        )
    blocks = list(NETWORKS[model].blocks)
    most = len(blocks)
    if problem := controls.beyond("Unfrozen blocks", f"unfrozen_{model}", 1, most):
        st.warning(problem)
    unfrozen = 1
    if most > 1:
        help = f"Blocks from the end that fine-tuning trains. From the image on: {', '.join(blocks)}."
        key = f"unfrozen_{model}"
        unfrozen = st.slider("Unfrozen blocks", 1, most, min(lab.UNFROZEN, most), key=key, bind=controls.URL, help=help)
    st.caption(f"Trained with the head: {', '.join(blocks[-unfrozen:])}.")
    every = most > 1 and st.toggle(
        "Every depth up to it",
        key="every_depth",
        bind=controls.URL,
        help="A line for each number of unfrozen blocks, to see how much to let change.",
    )
    return {
        "ways": [labels[label] for label in chosen],
        "unfrozen": list(range(1, unfrozen + 1)) if every else [unfrozen],
        "fine_rate": controls.stepped(
            "Learning rate of fine-tuning",
            RATES,
            lab.FINE_RATE,
            "{:g}".format,
            "fine_rate",
            "Of the second stage: far below the head's, or what was learned elsewhere is lost in a few updates.",
        ),
    }


def _images(entry: sources.Entry, options: Mapping[str, Any], model: str) -> dict[str, Any]:
    """Picks how many labelled images there are, and how often chance is asked."""
    there = entry.sizes_for(options).get("train")
    numbers = [n for n in IMAGES if there is None or n < there]
    numbers += [there] if there else []
    texts = {lab.words(n): n for n in numbers}
    deep = model in catalog.BACKBONES
    default = BACKBONE["images"] if deep else lab.IMAGES
    chosen = st.pills(
        "Labelled images",
        list(texts),
        selection_mode="multi",
        default=[text for text, n in texts.items() if n in default],
        key=_key("labelled", model),
        bind=controls.URL,
        help="Each is a point of the curves. Validation and test images stay all there are.",
        wrap=True,
    )
    if problem := controls.beyond("Seeds", _key("repeats", model), 1, 10):
        st.warning(problem)
    seeds = st.slider(
        "Seeds",
        1,
        10,
        BACKBONE["seeds"] if deep else lab.SEEDS,
        key=_key("repeats", model),
        bind=controls.URL,
        help="Each draws other images and other first weights, and learns elsewhere anew: intervals are over them.",
    )
    return {"images": [texts[text] for text in chosen], "seeds": seeds}


def _optimizer() -> dict[str, Any]:
    labels = {name: catalog.OPTIMIZERS[name].label for name in OPTIMIZERS}
    name = controls.named("Optimizer", labels, "optimizer", "adam", "The same for every way to train.")
    count = "{:,}".format
    return {
        "optimizer": name,
        "learning_rate": optimizer_controls.learning_rates([name])[name],
        "batch_size": controls.batch_size(lab.BATCH),
        "updates": controls.stepped(
            "Updates of the head", UPDATES, lab.UPDATES, count, "head_updates", "Steps of the first stage."
        ),
        "fine_updates": controls.stepped(
            "Updates of fine-tuning",
            UPDATES,
            lab.FINE_UPDATES,
            count,
            "fine_updates",
            "Steps of the second stage; frozen features and networks from scratch make as many more.",
        ),
        "batch_norm_trains": st.toggle(
            "Batch norm follows the batches",
            key="batch_norm_trains",
            bind=controls.URL,
            help="A mistake to look at: in fine-tuning, mean and variance then come from a few images each time.",
        ),
        "seed": controls.seed(),
    }


def _key(name: str, model: str) -> str:
    """Of a control that starts elsewhere for deep networks."""
    return f"deep_{name}" if model in catalog.BACKBONES else name
