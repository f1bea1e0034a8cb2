"""A classifier of scikit-learn on the images that a network gets, judged in the same way."""

import time
from dataclasses import asdict
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from medcore import catalog
from medcore.data.preparation.pixels import unit_range
from medcore.evaluation.classification import evaluate
from medcore.models.classics import Classic
from medcore.spec import RunSpec
from medcore.training import devices
from medcore.training.classification import load, save_predictions
from medcore.training.run import Cancelled, Run


def train(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Fits and evaluates what the spec describes; saves `predictions.npz` in the run's folder.

    It gets the images and labels of the sample and the recipe of the same seed; augmentation, which makes other images
    each epoch, is left out.

    Returns:
        The facts of a classification run as far as a classic has them: no steps, no epochs, no weights to count.

    Raises:
        Cancelled: if the run was cancelled, seen between two stages.
        FileNotFoundError: if there is no such data set.
        ValueError: if the data set does not fit the task or the model.
        OSError: if data cannot be read or results cannot be written.
    """
    begun = time.perf_counter()
    images = load(spec, run)
    prepared = images.prepared
    train_set = prepared.splits["train"]
    facts = {"device": asdict(devices.processor("scikit-learn computes on the processor."))}
    run.plan(steps=0, classes=list(train_set.class_names), train_images=len(train_set), **facts)

    classic = _build(spec, train_set.labels, len(train_set.class_names))
    with threadpool_limits(1):  # as many runs at once as there are cores
        _stage(run, "Fitting.")
        fitting = time.perf_counter()
        classic.fit(_pixels(train_set.images), train_set.labels)
        fitted = time.perf_counter() - fitting
        probabilities = {}
        for name in ("val", "test"):
            _stage(run, "Evaluating.")
            probabilities[name] = classic.probabilities(_pixels(prepared.splits[name].images))
    _stage(run, "Evaluating.")
    results = {
        name: evaluate(prepared.splits[name].labels, values, train_set.class_names)
        for name, values in probabilities.items()
    }
    save_predictions(probabilities, prepared.splits, run.folder)
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "steps": 0,
        "update_seconds": round(fitted, 3),
        "epochs": 0,
        "best_epoch": None,
        "evaluated": "last",
        "stopped": None,
        "diverged_at": None,
        **facts,
        **images.facts(),
        **results,
        "notes": list(classic.notes),
        "files": {"predictions": "predictions.npz"},
    }


def _build(spec: RunSpec, labels: np.ndarray, classes: int) -> Classic:
    if len(np.unique(labels)) < 2:
        raise ValueError("A classifier needs training labels of two classes or more. Received: one class only")
    build = catalog.resolve(catalog.MODELS[spec.model.name].target)
    return build(classes, len(labels), spec.training.class_weights, spec.seed, **spec.model.options)


def _stage(run: Run, sentence: str) -> None:
    if run.cancelled():
        raise Cancelled
    run.status(sentence)


def _pixels(images: np.ndarray) -> np.ndarray:
    """In 0..1, or as the recipe normalised them."""
    return unit_range(images) if images.dtype == np.uint8 else images
