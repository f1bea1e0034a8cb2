"""One label an image: trains a network and says how good it is."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from medcore import catalog
from medcore.data import sources
from medcore.data.dataset import SPLITS, ImageDataset, Splits
from medcore.data.preparation.normalisation import Scale
from medcore.data.preparation.recipe import PreparedSplits, Recipe
from medcore.data.sampling import sample
from medcore.evaluation.classification import evaluate, majority
from medcore.spec import RunSpec
from medcore.training import compiled, devices, memory, path, weights
from medcore.training.epochs import Outcome, Stepper, fit
from medcore.training.run import Cancelled, Run

MOST_ROOM = 2**24
"""Bytes of a training set that samples of it are padded to."""


def train(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Trains and evaluates what the spec describes; saves `model.keras` and `predictions.npz` in the run's folder,
    `path.npz` and `weights.npz` if what they hold was asked for, and `preparation.json` where there was a recipe.

    Returns:
        Facts of the run, metrics of the validation and test set, the baseline: plain values for JSON,
        None where a value is not finite.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set.
        ValueError: if the data set does not fit the task or the model, or the network not into memory.
        OSError: if data cannot be read or results cannot be written.
    """
    begun = time.perf_counter()
    images = load(spec, run)
    prepared, recipe = images.prepared, images.recipe
    train_set = prepared.splits["train"]
    model_choice = catalog.MODELS[spec.model.name]
    device = devices.choose(model_choice, spec.training.precision)
    classes, n = len(train_set.class_names), len(train_set)
    batch = n if spec.training.batch_size == "all" else min(int(spec.training.batch_size), n)
    memory.check(spec, classes, batch, device)

    run.status("Preparing the network.")
    shape, dtype = train_set.images.shape[1:], str(train_set.images.dtype)
    stepper = compiled.stepper(spec, shape, classes, dtype, batch, device.precision, device.kind)
    steps_per_epoch = -(-n // batch)
    facts = {"parameters": stepper.model.count_params(), "device": asdict(device)}
    run.plan(
        steps=steps_per_epoch * spec.training.epochs,
        steps_per_epoch=steps_per_epoch,
        epochs=spec.training.epochs,
        classes=list(train_set.class_names),
        train_images=n,
        **facts,
    )

    run.status("Training.")
    loss = compiled.build_loss(spec)
    outcome = fit(
        stepper, loss, train_set, prepared.splits["val"], spec, run, prepared.draw, room_for(images.whole["train"])
    )
    run.status("Evaluating.")
    results = _evaluate(stepper, prepared.splits, run)
    files = {"model": "model.keras", "predictions": "predictions.npz", **save_records(outcome, recipe, run.folder)}
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        **course_facts(outcome, spec),
        **outcome.weights.facts(),
        **facts,
        **images.facts(),
        **results,
        "files": files,
    }


def save_records(outcome: Outcome, recipe: Recipe | None, folder: Path) -> dict[str, str]:
    """Writes what was recorded on the way, and the recipe; gives the files by what they hold."""
    files = {}
    if outcome.path:
        files["path"] = path.FILE
        write(folder / path.FILE, outcome.path.save)
    if outcome.weights.recorded:
        files["weights"] = weights.FILE
        write(folder / weights.FILE, outcome.weights.save)
    if recipe:
        write(folder / "preparation.json", lambda file: file.write_text(json.dumps(recipe.facts())))
    return files


class Images(NamedTuple):
    """The images of a run.

    Args:
        whole: as the data set has them.
        chosen: the sample of them.
        sampled: what the sample did, for the result.
        recipe: what happens to them then, None for nothing.
        prepared: as the network, or the classic, gets them.
    """

    whole: Splits
    chosen: Splits
    sampled: dict[str, Any]
    recipe: Recipe | None
    prepared: PreparedSplits

    def facts(self) -> dict[str, Any]:
        """What a result says of them: identity, sample, preparation, the baseline and the published figure."""
        train, test = self.whole["train"], self.chosen["test"]
        return {
            "data": data_facts(self.whole, self.chosen),
            "sample": self.sampled,
            "preparation": self.recipe and self.recipe.facts(),
            "baseline": majority(train.labels, test.labels, train.class_names),
            "published": dict(train.card.published),
        }


def load(spec: RunSpec, run: Run) -> Images:
    """Loads, samples and prepares the images that the spec describes; raises as `train`."""
    run.status("Loading the images.")
    whole = sources.load(spec.data, run.status)
    check(whole)
    chosen, sampled = sample(whole, spec.sample, spec.seed)
    return Images(whole, chosen, sampled, *prepare(spec, chosen, run))


def room_for(whole: ImageDataset) -> int:
    """Images to make room for, so that small samples of every size share what was compiled; 0 for large sets."""
    return len(whole) if whole.images.nbytes <= MOST_ROOM else 0


def check(splits: Splits) -> None:
    """Raises ValueError unless every split has labelled images, in two classes or more."""
    for name in SPLITS:
        split = splits[name]
        if split.labels is None:
            raise ValueError(
                f"Classification needs a data set with one label an image. Received: {split.card.name!r}, "
                f"a set for {split.card.task}"
            )
        if not len(split):
            raise ValueError(f"Every split needs an image or more. Received: {split.card.name!r}, {name} empty")
    if len(splits["train"].class_names) < 2:
        raise ValueError(f"Classification needs two classes or more. Received: {splits['train'].class_names}")


def prepare(
    spec: RunSpec, splits: Splits, run: Run, scale: Scale | None = None
) -> tuple[Recipe | None, PreparedSplits]:
    """The splits as the network gets them; without a recipe they stay as they are, bytes stay bytes.

    Args:
        scale: of a normalisation by the training set, where another one than this decides on it.
    """
    if not spec.preparation:
        return None, PreparedSplits(splits, None, None)
    said = time.monotonic()

    def tick(done: int, total: int) -> None:
        nonlocal said
        if run.cancelled():
            raise Cancelled
        if time.monotonic() - said > 1:
            said = time.monotonic()
            run.status(f"Preparing the images: {done:,} of {total:,}.")

    run.status("Preparing the images.")
    stacked = spec.task == "segment" and spec.segmentation.context > 0
    recipe = Recipe(spec.preparation, spec.seed, scale, stacked)
    return recipe, recipe.splits(splits, tick)


def course_facts(outcome: Outcome, spec: RunSpec) -> dict[str, Any]:
    """How the training went."""
    best = spec.training.weights == "best" and outcome.best_epoch is not None
    return {
        "steps": outcome.steps,
        "update_seconds": round(outcome.seconds, 3),
        "epochs": outcome.epochs,
        "best_epoch": outcome.best_epoch,
        "evaluated": "best" if best else "last",
        "stopped": outcome.stopped,
        "diverged_at": outcome.diverged_at,
    }


def data_facts(splits: Splits, sampled: Splits | None = None) -> dict[str, Any]:
    """Identity of what was trained on and judged by: sizes, classes and the content's hash.

    Of a sample, its validation and test images count, since they judge, and the training set that it was taken from.
    """
    splits = {**(sampled or splits), "train": splits["train"]}
    content = hashlib.sha256()
    for name in SPLITS:
        content.update(np.ascontiguousarray(splits[name].images))
        content.update(np.ascontiguousarray(splits[name].labels))
    return {
        "sizes": {name: len(splits[name]) for name in SPLITS},
        "classes": list(splits["train"].class_names),
        "sha256": content.hexdigest(),
    }


def _evaluate(stepper: Stepper, splits: Splits, run: Run) -> dict[str, Any]:
    """Metrics of the validation and test set; writes the model and its predictions."""

    def pause() -> None:
        if run.cancelled():
            raise Cancelled

    probabilities = {name: softmax(stepper.logits(splits[name].images, pause)) for name in ("val", "test")}
    pause()
    write(run.folder / "model.keras", stepper.model.save)
    save_predictions(probabilities, splits, run.folder)
    return {
        name: evaluate(splits[name].labels, values, splits[name].class_names) for name, values in probabilities.items()
    }


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (n, classes) of logits; those of a diverged network are no numbers."""
    with np.errstate(invalid="ignore"):  # logits of a diverged network
        powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def save_predictions(probabilities: Mapping[str, np.ndarray], splits: Splits, folder: Path) -> None:
    """Writes `predictions.npz`: what the model says of the test and the validation images, and what is true.

    Of the test images there are `probabilities` (n, classes), `labels` (n,) and `rows` (n,), where each stands in the
    test split of the data set as it was loaded; of the validation images `val_probabilities` and `val_labels`.

    Args:
        probabilities: (n, classes) of "val" and "test".
        splits: as the model got them.
        folder: of the run.
    """
    val, test = splits["val"], splits["test"]
    arrays = {
        "probabilities": probabilities["test"].astype(np.float32),
        "labels": test.labels,
        "rows": np.arange(len(test)) if test.rows is None else test.rows,
        "val_probabilities": probabilities["val"].astype(np.float32),
        "val_labels": val.labels,
    }
    write(folder / "predictions.npz", lambda path: np.savez_compressed(path, **arrays))


def write(path: Path, fill: Callable[[Path], Any]) -> None:
    """Writes under a temporary name of this process and renames, so that what has the final name is whole."""
    unfinished = path.with_name(f"unfinished-{os.getpid()}-{path.name}")
    try:
        fill(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
