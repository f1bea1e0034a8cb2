"""The networks of a finished path meet the test images."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from medcore import catalog
from medcore.data import pixelwise, pool, sources
from medcore.data.dataset import ImageDataset
from medcore.evaluation.classification import evaluate, majority
from medcore.spec import RunSpec
from medcore.training import compiled, devices
from medcore.training.classification import check, softmax
from medcore.training.regularization_path import MODELS, PIXELS
from medcore.training.robustness import logits_of, own_recipe
from medcore.training.run import Cancelled, Run


def test(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Metrics of every strength's network on the test images.

    All of them are measured, so that the flattery of choosing by the test set can be shown; an honest study looks at
    the chosen one alone.

    Args:
        spec: that of the parent of the path, with the task "path_test" and the parent's id as its base.

    Returns:
        "strengths"; "test", the metrics of each as `evaluate` gives them, and their data "loss"; the baseline: plain
        values for JSON.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set, or the base run left no networks.
        ValueError: if the networks do not fit the images.
        OSError: if data or networks cannot be read.
    """
    begun = time.perf_counter()
    run.status("Loading the networks and the images.")
    folder = run.folder.parent / spec.base
    strengths, weights = models(folder)
    splits = sources.load(spec.data, run.status)
    check(splits)

    def pause(*_: int) -> None:
        if run.cancelled():
            raise Cancelled

    images = _as_trained(folder, pool.thinned(splits, spec)["test"], pause)
    device = devices.choose(catalog.MODELS[spec.model.name], spec.training.precision)
    shape, classes = images.images.shape[1:], len(images.class_names)
    model = compiled.build_model(spec.model, shape, classes, device.precision, spec.seed)
    run.plan(steps=0, classes=list(images.class_names), parameters=model.count_params(), device=asdict(device))

    run.status("Testing.")
    loss, found = compiled.build_loss(spec), []
    for own in weights:
        model.set_weights(own)
        logits = logits_of(model, images.images, pause)
        mean = float(keras.ops.convert_to_numpy(loss(images.labels, logits)).mean(dtype=np.float64))
        found.append({"loss": mean, **evaluate(images.labels, softmax(logits), images.class_names)})
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "base": spec.base,
        "strengths": strengths,
        "test": found,
        "baseline": majority(splits["train"].labels, images.labels, images.class_names),
        "published": dict(images.card.published),
        "device": asdict(device),
    }


def models(folder: Path) -> tuple[list[float], list[list[np.ndarray]]]:
    """The strengths of a finished path without a fold, and the weights at each, as `set_weights` takes them.

    Raises:
        FileNotFoundError: if there are none in the folder.
    """
    file = folder / MODELS
    if not file.is_file():
        raise FileNotFoundError(f"The run {folder.name} left no networks of a path on this machine.")
    with np.load(file, allow_pickle=False) as kept:
        parts = (len(kept.files) - 1) // len(kept["strengths"])
        weights = [[kept[f"{i}_{j}"] for j in range(parts)] for i in range(len(kept["strengths"]))]
        return kept["strengths"].tolist(), weights


def _as_trained(folder: Path, test: ImageDataset, pause: Callable[..., None]) -> ImageDataset:
    """The test images as the path's networks take them: what was fitted to its images is applied to them."""
    images = own_recipe(folder).splits({"test": test}, pause).splits["test"]
    if not (folder / PIXELS).is_file():
        return images
    return replace(images, images=pixelwise.load(folder / PIXELS)(images.images))
