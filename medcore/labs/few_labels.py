"""What do few and bad labels do? One thing gets worse step by step; networks and classics meet it side by side.

Fewer training images, wrong labels, a class that grows rare, with its remedies beside each other, or lost pixels.
Runs of one seed get the same images and the same wrong labels, so they differ by what learns from them alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medcore import catalog
from medcore.data import class_counts, sampling, sources
from medcore.labs.classics import classic
from medcore.labs.seeds import check_number, repeated
from medcore.spec import (
    DataSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
    number,
    one_of,
    whole,
)
from medcore.spec.choices import MAX_EPOCHS

VALUES: dict[str, tuple[float, ...]] = {
    "images": (20, 50, 200, 500),
    "label_noise": (0.0, 0.1, 0.2, 0.4),
    "imbalance": (1, 5, 30),
    "missing_pixels": (0.0, 0.3, 0.6, 0.9),
}
"""What can get worse, and the values it takes when none are given. An imbalance of 1 leaves the classes as they are."""

REMEDIES = {
    "nothing": "",
    "class_weights": "class weights",
    "oversample": "oversampling",
    "focal": "focal loss",
}
"""Of a rare class, as the runs' labels say them."""

MODELS = ("mlp",)
CLASSICS = dict.fromkeys(VALUES, ("logistic_regression", "random_forest")) | {"imbalance": ()}
"""By question; beside a rare class the remedies stand."""
KNOB = ""
IMAGES, UPDATES, BATCH, SEEDS = 200, 300, 16, 5
"""So many seeds that intervals are narrow enough to be read; then there is room for three lines or four."""


def runs(
    question: str = "images",
    values: Sequence[float] | None = None,
    dataset: str = "ct-simulator",
    models: Sequence[str] = MODELS,
    knob: str = KNOB,
    classics: Sequence[str] | None = None,
    remedies: Sequence[str] = tuple(REMEDIES),
    gamma: float = 2.0,
    imbalanced: str = "train",
    corrupted: str = "all",
    images: int | None = IMAGES,
    updates: int = UPDATES,
    optimizer: str = "adam",
    learning_rate: float | None = None,
    batch_size: int = BATCH,
    seed: int = 0,
    seeds: int = SEEDS,
    precision: str = "auto",
    data_options: Mapping[str, Any] | None = None,
    preparation: PreparationSpec | Mapping[str, Any] | None = None,
) -> dict[str, RunSpec]:
    """The runs of one question, by label: "MLP · 50 images · seed 1" say.

    Args:
        question: what gets worse, a key of `VALUES`.
        values: training images; share of wrong labels, 0 to 0.95; how many of the commonest class come on one of the
            rarest, 1 leaves them; share of lost pixels, 0 to 0.99.
        dataset: a name that `python -m medcore datasets` lists.
        models: names of `catalog.NETWORKS`.
        knob: a name of `catalog.KNOBS` that each network is trained with beside; "" for none. Not for the imbalance,
            whose remedies stand there.
        classics: names of `catalog.CLASSICS`; None takes the question's of `CLASSICS`.
        remedies: of the imbalance, keys of `REMEDIES`; classics know class weights and oversampling, and stand there
            without any.
        gamma: of the focal loss.
        imbalanced: whether classes are rare in "train" alone, or in "all" splits.
        corrupted: which images lose pixels: "all", "train" (with validation), or "test".
        images: training images of the questions that are not about their number; None takes all that are left.
        updates: of each network, to an epoch the same for few images and for many: few are seen more often, and so are
            images that oversampling repeats.
        learning_rate: None takes the optimizer's usual rate.
        seed: the first one.
        seeds: 1 to 10 in a row.
        data_options: of the source.
        preparation: what else happens to the images.

    Raises:
        ValueError: with what was expected and what came, also where there are more than 64 runs.
    """
    one_of("question", question, tuple(VALUES))
    given = _values(question, values)
    choice = catalog.choose("Optimizer", catalog.OPTIMIZERS, optimizer)
    batch = choice.batch or batch_size
    plain = RunSpec(
        data=DataSpec(dataset, data_options or {}),
        model=ModelSpec(_known("Network", catalog.NETWORKS, models)[0]) if models else ModelSpec(),
        optimizer=OptimizerSpec(optimizer, learning_rate),
        training=TrainingSpec(batch_size=batch, precision=precision),
        seed=seed,
        preparation=PreparationSpec.given(preparation),
        sample=SampleSpec(images=images),
    )
    whole("updates", updates, 1, MAX_EPOCHS)
    there = classes(plain.data)
    lines = _lines(plain, question, models, knob, remedies, gamma)
    lines |= _classics(plain, CLASSICS[question] if classics is None else classics)
    if not lines:
        raise ValueError("Choose a network or a classic to train. Received: none")
    specs = {}
    for line, spec in lines.items():  # one after the other, so that what was compiled for the first serves the next
        for value in given:
            worse = _worse(spec, question, value, imbalanced, corrupted)
            specs[f"{line} · {words(question, value)}"] = _of_length(worse, updates, there)
    specs = repeated(specs, seeds)
    check_number(specs, {"lines": len(lines), "values": len(given), "seeds": seeds})
    return specs


def words(question: str, value: float) -> str:
    """A value as the label of a run says it."""
    if question == "images":
        return f"{value:,.0f} images"
    if question == "imbalance":
        return "as they are" if value == 1 else f"{value:g} to 1"
    return f"{value:.0%} {'wrong' if question == 'label_noise' else 'missing'}"


_VALUE = re.compile(r" · ([\d,]+ images|as they are|[\d.]+ to 1|\d+% (wrong|missing))( · seed \d+)?$")


def is_label(label: str) -> bool:
    """Whether a run is one of this lab's, by its label."""
    return bool(_VALUE.search(label))


def question_of(specs: Sequence[RunSpec]) -> str:
    """What gets worse in some runs of this lab."""
    if any("missing_pixels" in spec.preparation.steps for spec in specs):
        return "missing_pixels"
    if any(spec.sample.imbalance is not None for spec in specs):
        return "imbalance"
    return "label_noise" if any(spec.sample.label_noise for spec in specs) else "images"


def value_of(question: str, spec: RunSpec) -> float:
    """How bad it is in a run."""
    if question == "images":
        return float(spec.sample.images or 0)
    if question == "label_noise":
        return spec.sample.label_noise
    if question == "imbalance":
        return spec.sample.imbalance or 1.0
    return spec.preparation.steps.get("missing_pixels", {}).get("share", 0.0)


def _values(question: str, given: Sequence[float] | None) -> list[float]:
    values = list(VALUES[question] if given is None else [given] if isinstance(given, (int, float)) else given)
    if not values:
        raise ValueError("Choose at least one value to compare. Received: none")
    if question == "images":
        return sorted({whole("Training images", value, 1, 10**7) for value in values})
    low, high = (1, 1000) if question == "imbalance" else (0, 0.95 if question == "label_noise" else 0.99)
    return sorted({number(question, value, low, high) for value in values})


def _known(what: str, choices: Mapping[str, catalog.Choice], given: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys([given] if isinstance(given, str) else given))
    for name in names:
        catalog.choose(what, choices, name)
    return names


def _lines(
    plain: RunSpec, question: str, models: Sequence[str], knob: str, remedies: Sequence[str], gamma: float
) -> dict[str, RunSpec]:
    """Each network by itself and with what stands beside it: a knob, or the remedies of a rare class."""
    for remedy in remedies:
        one_of("remedies", remedy, tuple(REMEDIES))
    lines = {}
    for model in _known("Network", catalog.NETWORKS, models):
        spec, name = replace(plain, model=ModelSpec(model)), catalog.NETWORKS[model].label
        if question == "imbalance":
            lines |= {_named(name, REMEDIES[remedy]): _cured(spec, remedy, gamma) for remedy in dict.fromkeys(remedies)}
            continue
        lines[name] = spec
        if knob:
            choice = catalog.choose("Knob", catalog.KNOBS, knob)
            defaults = {key: parameter.default for key, parameter in choice.parameters.items()}
            lines[_named(name, choice.label)] = catalog.resolve(choice.target)(spec, **defaults)
    return lines


def _named(model: str, beside: str) -> str:
    return f"{model} + {beside}" if beside else model


def _cured(spec: RunSpec, remedy: str, gamma: float) -> RunSpec:
    """A run with a remedy of rare classes."""
    if remedy == "class_weights":
        return replace(spec, training=replace(spec.training, class_weights=True))
    if remedy == "oversample":
        return replace(spec, sample=replace(spec.sample, oversample=True))
    return replace(spec, loss=LossSpec("focal", {"gamma": gamma})) if remedy == "focal" else spec


def _classics(plain: RunSpec, names: Sequence[str]) -> dict[str, RunSpec]:
    return {catalog.CLASSICS[name].label: classic(plain, name) for name in _known("Classic", catalog.CLASSICS, names)}


def _worse(spec: RunSpec, question: str, value: float, imbalanced: str, corrupted: str) -> RunSpec:
    """A run with as few or as bad images as that."""
    sample = spec.sample
    if question == "images":
        return replace(spec, sample=replace(sample, images=value))
    if question == "label_noise":
        return replace(spec, sample=replace(sample, label_noise=value))
    if question == "imbalance":
        ratio = None if value == 1 else value
        return replace(spec, sample=replace(sample, imbalance=ratio, imbalanced=imbalanced))
    if not value:
        return spec
    steps = {**spec.preparation.steps, "missing_pixels": {"share": value}}
    return replace(spec, preparation=PreparationSpec(steps, corrupted))


def classes(data: DataSpec) -> Mapping[str, int] | None:
    """Training images by class; None where only a reading of the images would tell."""
    try:
        found = class_counts.count(data.name, data.options)
    except OSError:  # said when the runs are to be trained
        return None
    return found and found.train


def _of_length(spec: RunSpec, updates: int, there: Mapping[str, int] | None) -> RunSpec:
    """A network's run of so many updates, rounded to whole epochs.

    Args:
        there: training images by class; None where unknown, then repeated images are not counted.
    """
    if spec.task == "classic":
        return spec
    batch = spec.training.batch_size
    steps = 1 if batch == "all" else -(-_images(spec, there) // batch)
    return replace(spec, training=replace(spec.training, epochs=max(1, round(updates / steps))))


def _images(spec: RunSpec, there: Mapping[str, int] | None) -> int:
    """As many as a run trains on."""
    if there is not None:
        return sampling.size(spec.sample, there)
    known = spec.sample.images or sources.find(spec.data.name).sizes_for(spec.data.options).get("train")
    if not known:
        raise ValueError("How many images this set has is not known, so say how many to train on. Received: all")
    return known
