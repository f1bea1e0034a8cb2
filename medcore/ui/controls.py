"""The controls that labs share. Every one is bound to the URL, so a link carries the experiment."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.data import sources
from medcore.labs.seeds import MAX_SEEDS
from medcore.ui import own_sets
from medcore.ui.plain import plain

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
URL = "query-params"
SMALL = "BreastMNIST"
"""Title of the set that many short runs are tried on first."""
WIDEST_SLIDER = 100_000


@st.cache_resource(ttl=10, show_spinner=False)
def listing() -> list[sources.Entry]:
    """Every data set; looked for again after ten seconds."""
    return sources.listing()


def dataset(task: str | None = None, *, disabled: bool = False) -> sources.Entry:
    """Picks a data set of a task, or of any; this session's own come first, those that are not here yet last.

    Args:
        task: "classification", "segmentation" for every set with masks, or None for any.
        disabled: where what is shown does not depend on it.
    """
    tasks = ("classification", "segmentation") if task is None else (task,)
    there = (*own_sets.entries(), *listing())
    able = [e for e in there if e.card.task in tasks or (task == "segmentation" and e.masks)]
    entries = {e.card.title: e for e in able}
    titles = sorted(entries, key=lambda title: not entries[title].available)
    chosen = st.selectbox(
        "Data set",
        titles,
        key="dataset",
        bind=URL,
        disabled=disabled,
        help="The simulator and the digits are built in; other sets come from MEDCORE_DATA or a download.",
    )
    return entries[chosen]


def small_dataset() -> sources.Entry:
    """Picks a set with labels; small real images first, where they are here and nobody has said otherwise."""
    here = {entry.card.title for entry in listing() if entry.available}
    if "dataset" not in st.session_state and "dataset" not in st.query_params and SMALL in here:
        st.session_state["dataset"] = SMALL
    return dataset("classification")


def model(default: str = "cnn") -> str:
    """Picks a network."""
    help = "The CNN looks for local patterns; the MLP sees only single pixels."
    return named("Network", labels(catalog.NETWORKS), "model", default, help)


def losses() -> dict[str, str]:
    """The labels of the losses that are no mistakes, by name."""
    return labels({name: choice for name, choice in catalog.LOSSES.items() if not choice.mistake})


def loss() -> tuple[str, float]:
    """Picks a loss; returns its name and, for Huber, delta (1.0 otherwise)."""
    name = named("Loss", losses(), "loss", "cross_entropy", "What the network is told to make small.")
    return name, delta() if name == "huber" else catalog.LOSSES["huber"].parameters["delta"].default


def delta() -> float:
    """Delta of the Huber loss."""
    return parameter(catalog.LOSSES["huber"].parameters["delta"], "delta")


def epochs(default: int = 5, most: int = 50) -> int:
    """Passes over the training images; says so where the address asks for more than there may be."""
    if problem := beyond("Epochs", "epochs", 1, most):
        st.warning(plain(problem))
    return st.slider("Epochs", 1, most, default, key="epochs", bind=URL, help="Passes over all training images.")


def batch_size(default: int = 32) -> int:
    """Images a step, for the optimizers whose batch is free."""
    help = "Images a step. Gradient descent always takes all, SGD always one."
    return stepped("Batch size", BATCHES, default, str, "batch_size", help)


def seed() -> int:
    """Seed of the first weights and the batch order."""
    return int(
        st.number_input(
            "Seed",
            0,
            2**31 - 1,
            0,
            key="seed",
            bind=URL,
            help="Fixes the first weights and the order of the images; change it to see how much is chance.",
        )
    )


def seeds() -> int:
    """Picks how many repeats; says so where the address asks for more than there may be."""
    if problem := beyond("Seeds", "seeds", 1, MAX_SEEDS):
        st.warning(plain(problem))
    return st.slider(
        "Seeds",
        1,
        MAX_SEEDS,
        1,
        key="seeds",
        bind=URL,
        help="Repeats every run from other first weights, in another order: how far they differ is chance.",
    )


def beyond(label: str, key: str, low: int, high: int) -> str:
    """What is wrong with the whole number that the address asks for, in a sentence; "" where nothing is.

    A slider takes its default then without a word.
    """
    asked = st.query_params.get(key)
    # Short ones first: Python reads no number of more than 4300 digits.
    if asked is None or (len(asked) <= len(str(high)) and asked.isdecimal() and low <= int(asked) <= high):
        return ""
    return f"{label} must be a whole number from {low:,} to {high:,}. Received: {asked[:20]}"


def evaluated_weights() -> str:
    """Whether the last or the best weights meet the test set."""
    help = "The weights of the last epoch, or of the epoch with the lowest validation loss."
    return named("Weights to test", {"last": "Last epoch", "best": "Best validation"}, "weights", "last", help)


def class_weights() -> bool:
    """Whether rare classes weigh more."""
    return st.toggle(
        "Weigh rare classes up",
        key="class_weights",
        bind=URL,
        help="Each class counts by n / (classes x its own count), so that the larger one does not drown the others.",
    )


def axes(of: str = "", log_loss: bool = False) -> tuple[str, bool]:
    """How training curves are drawn: against "update", "epoch" or "second", and whether losses are logarithmic.

    Args:
        of: start of the controls' keys, where a page draws more than one chart.
        log_loss: whether losses are logarithmic until somebody says otherwise.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        by = st.segmented_control(
            "Progress by",
            ["Updates", "Epochs", "Seconds"],
            default="Updates",
            required=True,
            key=f"{of}by",
            bind=URL,
            label_visibility="collapsed",
            help="An update is one step of the optimizer, an epoch one pass over the training images; "
            "seconds are those spent in updates, without compiling.",
        )
        log_loss = st.toggle(
            "Logarithmic loss",
            value=log_loss,
            key=f"{of}log_loss",
            bind=URL,
            help="Shows small losses beside a very large one.",
        )
    return by.lower().removesuffix("s"), log_loss


def data_options(entry: sources.Entry) -> dict[str, Any]:
    """Controls for what the source of a data set lets one set, in a section of their own; as `source_options`."""
    if not entry.options:
        return {}
    with st.expander(entry.card.title):
        return source_options(entry.options)


def source_options(
    options: Mapping[str, catalog.Parameter | catalog.Selection], of: str = "data", title: str = ""
) -> dict[str, Any]:
    """Controls for what a data source, or a step of a recipe, lets one set.

    Args:
        of: start of the controls' keys.
        title: stands before the label of each control.

    Returns:
        Only values that differ from the default.
    """
    values = {name: _option(option, f"{of}_{name}", title) for name, option in options.items()}
    return {name: value for name, value in values.items() if value != options[name].default}


def source_query(
    options: Mapping[str, catalog.Parameter | catalog.Selection], values: Mapping[str, Any], of: str = "data"
) -> dict[str, str]:
    """Query parameters that set the controls of `source_options` to these values, or the nearest they can hold."""
    return {
        f"{of}_{name}": held if isinstance(held := holds(options[name], value), str) else f"{held:g}"
        for name, value in values.items()
    }


def holds(option: catalog.Parameter | catalog.Selection, value: Any) -> Any:
    """What the control of an option holds for a value: the label of a name, the nearest of its steps."""
    if isinstance(option, catalog.Selection):
        return option.values[value]
    if option.steps:
        return min(option.steps, key=lambda step: abs(step - value))
    return int(value) if option.integer else float(value)


def _option(option: catalog.Parameter | catalog.Selection, key: str, title: str) -> Any:
    label = f"{title} · {option.label}" if title else option.label
    if isinstance(option, catalog.Selection):
        return named(label, option.values, key, option.default, option.help)
    return parameter(option, key, label)


def parameter(setting: catalog.Parameter, key: str, label: str = "") -> float:
    """A slider over the parameter's steps or its range; a field to type in where the range is too wide for a slider."""
    label = label or setting.label
    if setting.steps:
        steps = [value for value in setting.steps if setting.low <= value <= setting.high]
        return stepped(label, steps, setting.default, "{:g}".format, key, setting.help)
    kind = int if setting.integer else float
    if problem := _outside(label, key, setting):
        st.warning(plain(problem))
    low, default, high = kind(setting.low), kind(setting.default), kind(setting.high)
    control = st.number_input if high - low > WIDEST_SLIDER else st.slider
    return control(label, low, high, default, key=key, bind=URL, help=setting.help)


def stepped(label: str, steps: Sequence[Any], default: Any, text: Callable[[Any], str], key: str, help: str) -> Any:
    """A slider over a few values; says so where the address asks for another, which it would not take without a word.

    Args:
        text: how a value is written, on the slider and in the address.
    """
    asked, written = st.query_params.get(key), [text(step) for step in steps]
    if asked is not None and asked not in written:
        st.warning(plain(f"{label} must be one of {', '.join(written)}. Received: {asked[:20]}"))
    return st.select_slider(label, steps, default, format_func=text, key=key, bind=URL, help=help)


def _outside(label: str, key: str, setting: catalog.Parameter) -> str:
    """What is wrong with the number that the address asks for, in a sentence; "" where nothing is."""
    asked = st.query_params.get(key)
    if setting.integer or asked is None:
        return beyond(label, key, int(setting.low), int(setting.high))
    with contextlib.suppress(ValueError):
        if setting.low <= float(asked) <= setting.high:
            return ""
    return f"{label} must be a number from {setting.low:g} to {setting.high:g}. Received: {asked[:20]}"


def named(label: str, choices: Mapping[str, str], key: str, default: str, help: str) -> str:
    """Picks one of a few; returns its name."""
    names = {text: name for name, text in choices.items()}
    chosen = st.segmented_control(
        label, list(names), default=choices[default], required=True, key=key, bind=URL, help=help
    )
    return names[chosen]


def labels(choices: Mapping[str, catalog.Choice]) -> dict[str, str]:
    """What people see of each choice, by its name."""
    return {name: choice.label for name, choice in choices.items()}
