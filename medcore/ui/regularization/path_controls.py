"""The sidebar of the cross-validation: images, network, penalty, grid of strengths, and folds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.charts import strengths
from medcore.data import class_counts
from medcore.labs import choosing_lambda as lab
from medcore.sentences import sentence
from medcore.spec import MAX_FOLDS, MAX_STRENGTHS, RunSpec
from medcore.ui import controls
from medcore.ui.chosen import Chosen
from medcore.ui.explorer import recipe
from medcore.ui.optimizers import optimizer_controls
from medcore.ui.regularization import sample_controls

PENALTIES = {"l1": "L1", "l2": "L2", "elastic_net": "Elastic net"}
L1_STEPS = {"proximal": "Proximal", "subgradient": "Subgradient"}
SCORES = {"loss": "Loss", "accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "auc": "ROC AUC"}
RULES = {"one_standard_error": "One standard error", "minimum": "Best"}
ENDS = tuple(float(f"{digit}e{power}") for power in range(-7, 2) for digit in (1, 3))


@dataclass(frozen=True)
class Reading:
    """How the scores of the folds are read; changing it trains nothing anew.

    Args:
        score: a key of `SCORES`.
        rule: a key of `RULES`.
    """

    score: str
    rule: str


def show() -> tuple[Chosen, Reading]:
    """Writes the controls where it is called; returns the runs that they ask for, and how scores are read."""
    entry = controls.small_dataset()
    problems: list[str] = []
    settings: dict[str, Any] = {"dataset": entry.card.name, "images": _images(entry.sizes, problems)}
    settings["model"] = controls.model("mlp")
    settings |= _penalty()
    help = "Passes over the images for each."
    settings["epochs"] = _whole("Epochs a strength", "path_epochs", 1, 100, 20, help, problems)
    with st.expander("Strengths", expanded=True):
        settings |= _grid(problems)
    with st.expander("Folds", expanded=True):
        settings |= _folds(problems)
        whose = st.empty()
        reading = _reading()
    with st.expander("Optimizer"):
        settings |= _optimizer(settings)
    settings["preparation"] = recipe.section(entry.card.title)
    settings["data_options"] = options = controls.data_options(entry)
    specs: dict[str, RunSpec] = {}
    try:
        if not problems:
            specs = lab.study(**settings)
            counts = class_counts.count(entry.name, options) if entry.available else None
            if counts is not None:
                lab.check(specs[lab.WHOLE_SET], counts)
                if settings["by_group"] and counts.patients is None:
                    whose.caption("This set does not say whose images these are, so “By patient” changes nothing.")
    except (ValueError, OSError) as error:
        specs, problems = {}, [sentence(error)]
    return Chosen(entry, options, settings, specs, " ".join(problems)), reading


def _images(sizes: Mapping[str, int], problems: list[str]) -> int | None:
    """Picks how many; None for all."""
    there = sizes.get("train", 0) + sizes.get("val", 0)
    steps = [n for n in sample_controls.IMAGES if not there or n < there]
    offered = [sample_controls.ALL, *(f"{n:,}" for n in steps)]
    if (asked := st.query_params.get("path_images", sample_controls.ALL)) not in offered:
        problems.append(f"Images must be one of {', '.join(offered)}. Received: {asked[:20]}")
    chosen = st.select_slider(
        "Images",
        [*steps, sample_controls.ALL],
        sample_controls.ALL,
        format_func=lambda n: n if n == sample_controls.ALL else f"{n:,}",
        key="path_images",
        bind=controls.URL,
        help="Of training and validation together; they are divided into folds, and the test images stay apart.",
    )
    return None if chosen == sample_controls.ALL else chosen


def _penalty() -> dict[str, Any]:
    help = "L1 makes weights exactly 0, L2 makes all of them small, the elastic net does some of both."
    settings: dict[str, Any] = {"penalty": controls.named("Penalty", PENALTIES, "penalty", "l1", help)}
    if settings["penalty"] == "elastic_net":
        settings["l1_share"] = st.slider(
            "Share of L1", 0.0, 1.0, 0.5, 0.05, key="l1_share", bind=controls.URL, help="1 is L1 alone, 0 L2 alone."
        )
    if settings["penalty"] != "l2":
        help = "Keras follows the slope of L1 and hardly ever reaches 0; the proximal step (soft threshold) does."
        settings["l1_step"] = controls.named("L1 by", L1_STEPS, "l1_step", "proximal", help)
    return settings


def _grid(problems: list[str]) -> dict[str, Any]:
    """Picks the strengths, from a first to a last or typed in by hand; what is wrong with them joins the problems."""
    text = st.text_input(
        "Typed in by hand",
        key="strengths",
        bind=controls.URL,
        placeholder="0, 0.0001, 0.001, 0.01",
        max_chars=1000,
        help="Strengths with commas between them, 0 for no penalty; while it is empty the sliders below count.",
    )
    if text.strip():
        try:
            return {"strengths": lab.typed(text)}
        except ValueError as error:
            problems.append(sentence(error))
            return {}
    low, high = st.select_slider(
        "From, to",
        ENDS,
        (lab.LOW, lab.HIGH),
        format_func=strengths.text,
        key="lambdas",
        bind=controls.URL,
        help="First and last strength; those between are evenly spaced in their logarithm.",
    )
    points = _whole("Points", "points", 2, MAX_STRENGTHS, lab.POINTS, "Strengths in the grid.", problems)
    zero = st.toggle("And no penalty", key="zero", bind=controls.URL, help="Puts lambda 0 before the grid.")
    return {"low": low, "high": high, "points": points, "zero": zero}


def _folds(problems: list[str]) -> dict[str, Any]:
    help = "The images are divided into so many parts; each is left out once and judges the others."
    folds = _whole("Folds", "folds", 2, MAX_FOLDS, 5, help, problems)
    warm = st.toggle(
        "Warm starts",
        True,
        key="warm",
        bind=controls.URL,
        help="Each strength starts from the weights of the one before, weakest first; else all from the same weights.",
    )
    by_group = st.toggle(
        "By patient",
        True,
        key="by_patient",
        bind=controls.URL,
        help="Keeps all images of a patient in one fold, where the set says whose they are.",
    )
    return {"folds": folds, "by_group": by_group, "warm_start": warm}


def _whole(label: str, key: str, low: int, high: int, default: int, help: str, problems: list[str]) -> int:
    """A slider over whole numbers; says so where the address asks for one beyond its ends."""
    if problem := controls.beyond(label, key, low, high):
        problems.append(problem)
    return st.slider(label, low, high, default, key=key, bind=controls.URL, help=help)


def _reading() -> Reading:
    score = controls.named("Score", SCORES, "score", "loss", "What the folds are read by; nothing is trained anew.")
    help = "The lowest mean, or the strongest penalty that is worse by no more than its standard error."
    return Reading(score, controls.named("Choose", RULES, "rule", "one_standard_error", help))


def _optimizer(settings: dict[str, Any]) -> dict[str, Any]:
    proximal = settings.get("l1_step") == "proximal"
    names = {name: choice.label for name, choice in catalog.OPTIMIZERS.items() if choice.batch is None}
    if proximal:
        names = {name: label for name, label in names.items() if catalog.OPTIMIZERS[name].proximal}
    help = "Those that the proximal step is defined for." if proximal else "The same for every strength and fold."
    name = controls.named("Optimizer", names, "optimizer", "adam", help)
    return {
        "optimizer": name,
        "learning_rate": optimizer_controls.learning_rates([name])[name],
        "batch_size": controls.batch_size(),
        "class_weights": controls.class_weights(),
        "seed": controls.seed(),
    }
