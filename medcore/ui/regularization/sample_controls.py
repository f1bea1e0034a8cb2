"""Controls for what the training images are like: how many, how well labelled, how rare a class; and the classics."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.ui import controls

IMAGES = (10, 20, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000)
NOISE = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9)
RATIOS = (1, 3, 5, 10, 20, 30, 50, 100)
ALL = "all"
IMBALANCED = {"train": "In training alone", "all": "In all splits"}


def images(there: int | None, default: int | None = None, key: str = "images") -> int | None:
    """Picks how many training images there are; None for all.

    Args:
        there: as many as the set has, None where unknown.
        default: None for all.
    """
    steps = [n for n in IMAGES if there is None or n < there]
    chosen = controls.stepped(
        "Training images",
        [*steps, ALL],
        default if default in steps else ALL,
        lambda n: n if n == ALL else f"{n:,}",
        key,
        "Few are soon learnt by heart. Validation and test images stay all there are.",
    )
    return None if chosen == ALL else chosen


def rare() -> dict[str, Any]:
    """Picks imbalance and oversampling: fields of `SampleSpec`, those that change something."""
    found: dict[str, Any] = {}
    if ratio := imbalance():
        found |= {"imbalance": ratio, "imbalanced": imbalanced()}
    if oversample():
        found["oversample"] = True
    return found


def label_noise(default: float) -> float:
    """Picks the share of wrong labels."""
    return controls.stepped(
        "Wrong labels",
        NOISE,
        default,
        "{:.0%}".format,
        "label_noise",
        "Share of the training images that get another class, each as likely; validation and test stay clean.",
    )


def imbalance() -> int | None:
    """Picks how rare the rarest class becomes; None leaves the classes as they are."""
    ratio = controls.stepped(
        "Imbalance",
        RATIOS,
        1,
        lambda n: "as it is" if n == 1 else f"{n} to 1",
        "imbalance",
        "Images of the commonest class on one of the rarest, which is thinned until then.",
    )
    return None if ratio == 1 else ratio


def imbalanced(default: str = "all") -> str:
    """Picks where a class is rare: in "train" alone, or in "all" splits."""
    help = "A disease is rare in the test set too, as in life; or there stay enough of it to judge by."
    return controls.named("Rare", IMBALANCED, "imbalanced", default, help)


def oversample() -> bool:
    """Picks whether rare classes are repeated."""
    return st.toggle(
        "Oversample",
        key="oversample",
        bind=controls.URL,
        help="Repeats images of the rarer classes until all classes have as many as the commonest.",
    )


def gamma() -> float:
    """Gamma of the focal loss."""
    parameter = catalog.LOSSES["focal"].parameters["gamma"]
    return controls.parameter(parameter, "gamma", f"Focal loss · {parameter.label.lower()}")


def classics(default: Sequence[str] = (), key: str = "classics") -> list[str]:
    """Picks the classics that stand beside the networks; `labs.classics.beside` makes their runs."""
    names = {choice.label: name for name, choice in catalog.CLASSICS.items()}
    chosen = st.pills(
        "Beside the classics",
        list(names),
        selection_mode="multi",
        default=[catalog.CLASSICS[name].label for name in default],
        key=key,
        bind=controls.URL,
        help="Classifiers of scikit-learn on the same images, in the same charts and tables.",
        wrap=True,
    )
    return [names[text] for text in chosen]
