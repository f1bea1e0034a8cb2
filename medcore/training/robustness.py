"""A finished run's model meets test images that were prepared in another way."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from medcore import catalog
from medcore.data import sources
from medcore.data.dataset import Splits
from medcore.data.preparation import normalisation
from medcore.data.preparation.recipe import Recipe
from medcore.data.sampling import sample
from medcore.evaluation.classification import evaluate, majority
from medcore.spec import PreparationSpec, RunSpec
from medcore.training import devices
from medcore.training.classification import check, softmax
from medcore.training.run import Cancelled, Run

PIXELS_AT_ONCE = 2**19


def measure(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Metrics of the base run's model on the test images: prepared as it was trained for, and as this spec says.

    The spec's recipe takes the place of the model's own. A normalisation by the training set keeps the scale that the
    model was trained with, where both recipes have the same normalisation; else it is measured on the training images.
    Corruption meets the test images alone; augmentation has no effect.

    Returns:
        "before" and "after", each as `evaluate` gives it, and what was applied.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set, or the base run left no model.
        ValueError: if the model does not fit the images as prepared.
        OSError: if data or model cannot be read.
    """
    begun = time.perf_counter()
    run.status("Loading the model and the images.")
    model = model_of(run.folder.parent / spec.base)
    splits = sources.load(spec.data, run.status)
    check(splits)
    splits = sample(splits, spec.sample, spec.seed).splits
    own = own_recipe(run.folder.parent / spec.base)
    recipe = Recipe(PreparationSpec(spec.preparation.steps, "test"), spec.seed)
    if own.spec.of("normalisation") == recipe.spec.of("normalisation"):
        recipe.scale = own.scale
    device = devices.choose(catalog.MODELS[spec.model.name], spec.training.precision)
    facts = {"parameters": model.count_params(), "device": asdict(device)}
    run.plan(steps=0, classes=list(splits["test"].class_names), **facts)

    run.status("Testing as it was trained.")
    before = _metrics(model, own, splits, run)
    run.status("Testing with the recipe.")
    after = _metrics(model, recipe, splits, run)
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "base": spec.base,
        "before": before,
        "after": after,
        "preparation": recipe.facts(),
        "own_preparation": own.facts(),
        "baseline": majority(splits["train"].labels, splits["test"].labels, splits["train"].class_names),
        **facts,
    }


def model_of(folder: Path) -> keras.Model:
    """The model that a run left; `safe_mode` refuses one that carries code."""
    file = folder / "model.keras"
    if not file.is_file():
        raise FileNotFoundError(f"The run {folder.name} left no model on this machine.")
    return keras.models.load_model(file, compile=False, safe_mode=True)


def own_recipe(folder: Path) -> Recipe:
    """The recipe that the model was trained with; empty where there was none."""
    try:
        facts = json.loads((folder / "preparation.json").read_bytes())
    except FileNotFoundError:
        return Recipe(PreparationSpec())
    scale = facts["scale"] and normalisation.from_dict(facts["scale"])
    return Recipe(
        PreparationSpec(facts["steps"], facts["corrupted"]), facts["seed"], scale, facts.get("stacked", False)
    )


def _metrics(model: keras.Model, recipe: Recipe, splits: Splits, run: Run) -> dict[str, Any]:
    def pause(*_: int) -> None:
        if run.cancelled():
            raise Cancelled

    names = ("train", "test") if recipe.by_training_set and recipe.scale is None else ("test",)
    test = recipe.splits({name: splits[name] for name in names}, pause).splits["test"]
    check_fit(model, test.images.shape[1:], len(test.class_names))
    return evaluate(test.labels, softmax(logits_of(model, test.images, pause)), test.class_names)


def check_fit(model: keras.Model, shape: tuple[int, ...], classes: int) -> None:
    taken = model.input_shape[1:]
    if tuple(taken) != tuple(shape):
        raise ValueError(f"The model takes images of {_size(taken)}; this recipe makes them {_size(shape)}.")
    if model.output_shape[-1] != classes:
        raise ValueError(f"The model tells {model.output_shape[-1]} classes apart; this data set has {classes}.")


def _size(shape: tuple[int, ...]) -> str:
    height, width, channels = shape
    return f"{height}x{width} pixels" + (" in colour" if channels == 3 else "")


def logits_of(model: keras.Model, images: np.ndarray, pause: Callable[[], None]) -> np.ndarray:
    """Logits (n, classes) of images (n, height, width, channels) in floats; `pause`, called now and then, may raise."""
    at_once = max(1, PIXELS_AT_ONCE // (images.shape[1] * images.shape[2]))
    parts = []
    for start in range(0, len(images), at_once):
        pause()
        parts.append(np.asarray(model.predict_on_batch(images[start : start + at_once])))
    return np.concatenate(parts)
