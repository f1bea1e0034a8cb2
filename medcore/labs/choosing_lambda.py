"""How strong should the penalty be? K-fold cross-validation over a grid of lambdas, nested, and tested once.

A fold is a run that walks the whole grid, since a warm start needs the strength before; the parent of the folds walks
it on all images that the folds are made of, and its networks are those that meet the test images.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medcore import catalog
from medcore.data import folds, sampling
from medcore.data.class_counts import ClassCounts
from medcore.spec import (
    MAX_STRENGTHS,
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PathSpec,
    PreparationSpec,
    RegularizationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
    number,
    whole,
)

WHOLE_SET = "Whole set"
TEST = "Test"
LOW, HIGH, POINTS = 1e-5, 0.1, 8


def study(
    dataset: str = "ct-simulator",
    model: str = "mlp",
    optimizer: str = "adam",
    learning_rate: float | None = None,
    batch_size: int = 32,
    epochs: int = 20,
    images: int | None = None,
    penalty: str = "l1",
    l1_share: float = 0.5,
    l1_step: str = "proximal",
    strengths: Sequence[float] | None = None,
    low: float = LOW,
    high: float = HIGH,
    points: int = POINTS,
    zero: bool = False,
    folds: int = 5,
    by_group: bool = True,
    warm_start: bool = True,
    inner: int = 4,
    scale: bool = False,
    screen: int = 0,
    fitted_on: str = "fold",
    class_weights: bool = False,
    precision: str = "auto",
    model_options: Mapping[str, float] | None = None,
    data_options: Mapping[str, Any] | None = None,
    preparation: PreparationSpec | Mapping[str, Any] | None = None,
    seed: int = 0,
) -> dict[str, RunSpec]:
    """One run a fold, "Fold 1" first, and their parent "Whole set" last, as `Store.create_family` takes them.

    Args:
        dataset: a name that `python -m medcore datasets` lists.
        model: a name of `catalog.NETWORKS`.
        batch_size: images a step; "gd" and "sgd" have one of their own.
        learning_rate: None takes the optimizer's usual.
        epochs: passes over the images for each strength.
        images: of training and validation together, divided into folds; None takes all.
        penalty: "l1", "l2", or "elastic_net", of which `l1_share` is L1.
        l1_step: how the L1 part acts: "proximal" or "subgradient".
        strengths: the grid, as typed in by hand; None makes one of `points` strengths from `low` to `high`.
        zero: whether lambda 0, no penalty, comes before those.
        folds: 2 to 20.
        by_group: keep the images of a patient in one fold, where patients are known.
        warm_start: start each strength from the weights of the one before.
        inner: folds of the inner cross-validation of a nested one.
        scale, screen, fitted_on: as in `PathSpec`; `fitted_on="all"` is a mistake that can be tried.
        seed: of the folds, the first weights and the order of images.

    Raises:
        ValueError: with what was expected and what came.
    """
    batch_size = catalog.OPTIMIZERS[OptimizerSpec(optimizer).name].batch or batch_size
    path = PathSpec(
        strengths=(*([0.0] if zero else []), *grid(low, high, points)) if strengths is None else strengths,
        penalty=penalty,
        l1_share=l1_share,
        warm_start=warm_start,
        folds=folds,
        by_group=by_group,
        scale=scale,
        screen=screen,
        fitted_on=fitted_on,
        inner=inner,
    )
    parent = RunSpec(
        task="path",
        data=DataSpec(dataset, data_options or {}),
        model=ModelSpec(model, model_options or {}),
        optimizer=OptimizerSpec(optimizer, learning_rate),
        training=TrainingSpec(epochs=epochs, batch_size=batch_size, class_weights=class_weights, precision=precision),
        preparation=PreparationSpec.given(preparation),
        regularization=RegularizationSpec(l1_step="subgradient" if penalty == "l2" else l1_step),
        sample=SampleSpec(images=images),
        path=path,
        seed=seed,
    )
    return fold_runs(parent) | {WHOLE_SET: parent}


runs = study
"""What `python -m medcore spec choosing_lambda` prints."""


def fold_runs(spec: RunSpec) -> dict[str, RunSpec]:
    """The folds of a study, by label, from the spec of its "Whole set"."""
    return {f"Fold {fold}": replace(spec, path=replace(spec.path, fold=fold)) for fold in range(1, spec.path.folds + 1)}


def check(spec: RunSpec, counts: ClassCounts) -> None:
    """Raises ValueError, with one sentence, where a study cannot be made of the images there are.

    Args:
        spec: of the study's "Whole set".
        counts: what there is of each class before anything is left out.
    """
    there, asked = sum(counts.pool.values()), spec.sample.images
    sampling.check(replace(spec.sample, imbalance=None), counts.pool)
    kept = 1.0 if asked is None else asked / there
    pool = {name: max(1, round(kept * n)) if n else 0 for name, n in counts.pool.items()}
    patients = counts.patients if spec.path.by_group and asked is None else None
    folds.check(spec.path.folds, pool, patients)


def nested(parent: RunSpec, rule: str, score: str = "loss") -> dict[str, RunSpec]:
    """The outer folds of a nested cross-validation of the same study: each chooses by itself, and is judged once.

    Args:
        parent: the spec of a study's "Whole set".
        rule: by which each chooses.
        score: of `PathSpec`, in which it is the best.
    """
    task = replace(parent, task="nested_fold", path=replace(parent.path, rule=rule, score=score))
    return {f"Outer {label.lower()}": fold for label, fold in fold_runs(task).items()}


def test(parent: str, spec: RunSpec, strength: float) -> dict[str, RunSpec]:
    """The one run in which the networks of a finished study meet the test images.

    Args:
        parent: id of the study's "Whole set".
        spec: its spec.
        strength: that was chosen before; the label keeps it.
    """
    return {f"{TEST} · {strength!r}": replace(spec, task="path_test", base=parent)}


def chosen_before(label: str) -> float:
    """The strength that was chosen before a test, from the label of its run."""
    return float(label.removeprefix(f"{TEST} · "))


def grid(low: float = LOW, high: float = HIGH, points: int = POINTS) -> tuple[float, ...]:
    """Strengths evenly spaced in their logarithm, of three digits.

    Args:
        low, high: ends, above 0 and at most 1000.
        points: 2 to 50.

    Raises:
        ValueError: with what was expected and what came.
    """
    low, high = (number("Lambda", value, 0, 1000, above=True) for value in (low, high))
    points = whole("Points of the grid", points, 2, MAX_STRENGTHS)
    if low >= high:
        raise ValueError(f"The grid must end above its first lambda. Received: from {low:g} to {high:g}")
    step = math.log(high / low) / (points - 1)
    return tuple(float(f"{low * math.exp(step * i):.3g}") for i in range(points))


def typed(text: str) -> tuple[float, ...]:
    """A grid typed in by hand: numbers with commas, semicolons or blanks between them.

    Raises:
        ValueError: where one of them is no number; whether they make a grid is for `PathSpec` to say.
    """
    values = []
    for part in text.replace(",", " ").replace(";", " ").split():
        try:
            values.append(float(part))
        except ValueError:
            raise ValueError(f"Lambda must be a number at least 0. Received: {part!r}") from None
    return tuple(values)
