"""The recipe's controls, shared by the data explorer and the labs; the URL carries every one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from medcore import catalog
from medcore.spec import PreparationSpec
from medcore.ui import controls

CORRUPTED = {"all": "All", "train": "Training", "test": "Test"}
_HELP = {
    "corruption": "What goes wrong with images on their way; each image the same in every epoch.",
    "window": "Which values go from black to white.",
    "size": "How many pixels the network gets.",
    "denoising": "Filters of scikit-image against noise.",
    "equalisation": "Spreads the gray values evenly.",
    "augmentation": "Of training images only, anew in every epoch.",
    "normalisation": "The last step: values on a common scale. One at most.",
}
_SINGLE = "normalisation"
_CORRUPTED = "prep_corrupted"


def section(dataset: str) -> PreparationSpec:
    """The controls in a section of their own, with a link to what they do to an image.

    Args:
        dataset: title of the data set.
    """
    with st.expander("Preparation"):
        chosen = show()
        st.markdown(f"[See it on an image]({address(chosen, dataset)})")
    return chosen


def show() -> PreparationSpec:
    """A row of steps for each stage, with the sliders of those chosen."""
    steps: dict[str, Mapping[str, Any]] = {}
    corrupted = "all"
    for stage in catalog.STAGES:
        chosen = _chosen(stage)
        steps |= {name: _options(name) for name in chosen}
        if stage == "corruption" and chosen:
            corrupted = _corrupted()
    st.button(
        "Reset",
        key="prep_reset",
        icon=":material/restart_alt:",
        disabled=not steps,
        on_click=put,
        args=(PreparationSpec(),),
        help="Takes every step out.",
    )
    return PreparationSpec(steps, corrupted)


def put(recipe: PreparationSpec) -> None:
    """Sets the controls to a recipe; to be called before they are shown, or from a callback."""
    for stage in catalog.STAGES:
        labels = [catalog.PREPARATIONS[name].label for name in recipe.of(stage)]
        st.session_state[_key(stage)] = (labels or [None])[0] if stage == _SINGLE else labels
    for name, options in recipe.steps.items():
        for option, value in options.items():
            parameter = catalog.PREPARATIONS[name].parameters[option]
            st.session_state[_key(name, option)] = controls.holds(parameter, value)
    st.session_state[_CORRUPTED] = CORRUPTED[recipe.corrupted]


def query(recipe: PreparationSpec) -> dict[str, str | list[str]]:
    """Query parameters that open a page with these controls set to a recipe."""
    parameters: dict[str, str | list[str]] = {}
    for stage in catalog.STAGES:
        if names := recipe.of(stage):
            parameters[_key(stage)] = [catalog.PREPARATIONS[name].label for name in names]
    for name, options in recipe.steps.items():
        parameters |= controls.source_query(catalog.PREPARATIONS[name].parameters, options, _key(name))
    if recipe.of("corruption"):
        parameters[_CORRUPTED] = CORRUPTED[recipe.corrupted]
    return parameters


def address(recipe: PreparationSpec, dataset: str) -> str:
    """Of the page that shows a recipe on an image of the data set with this title."""
    return "/data_explorer?" + urlencode({"tab": "Preparation", "dataset": dataset, **query(recipe)}, doseq=True)


def _chosen(stage: str) -> list[str]:
    """Picks steps of a stage."""
    names = {choice.label: name for name, choice in catalog.PREPARATIONS.items() if choice.stage == stage}
    label, key = catalog.STAGES[stage], _key(stage)
    if stage == _SINGLE:
        chosen = st.pills(label, list(names), key=key, bind=controls.URL, help=_HELP[stage], wrap=True)
        return [names[chosen]] if chosen else []
    several = st.pills(
        label, list(names), selection_mode="multi", key=key, bind=controls.URL, help=_HELP[stage], wrap=True
    )
    return [names[label] for label in several]


def _options(name: str) -> Mapping[str, Any]:
    choice = catalog.PREPARATIONS[name]
    return controls.source_options(choice.parameters, _key(name), choice.label)


def _corrupted() -> str:
    names = {label: name for name, label in CORRUPTED.items()}
    chosen = st.segmented_control(
        "Corrupted are",
        list(names),
        default=CORRUPTED["all"],
        required=True,
        key=_CORRUPTED,
        bind=controls.URL,
        help="“Training” means validation, too. Training on one kind of image and testing on another is domain shift.",
    )
    return names[chosen]


def _key(*parts: str) -> str:
    return "_".join(("prep", *parts))
