"""The loss on the plane of finished runs' weights, and the runs' paths across it."""

import math
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from medcore import catalog
from medcore.data import sources
from medcore.data.dataset import ImageDataset
from medcore.data.preparation.recipe import Recipe
from medcore.data.sampling import sample
from medcore.optimization import plane
from medcore.spec import RunSpec
from medcore.training import compiled, devices, path
from medcore.training.classification import check
from medcore.training.run import Cancelled, Run

SIDE = 25
"""Places along each axis of the plane."""
PIXELS = 2**18
"""Of all images that the loss is measured on: 334 images of 28x28, 64 of 64x64."""
FEWEST = 16
SAID_SECONDS = 0.5


class _Path(NamedTuple):
    """What a run kept of its weights: (s,) updates and (s, parameters) weights."""

    run: str
    steps: np.ndarray
    weights: np.ndarray


def survey(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Evaluates the training loss on a grid of the plane, and at every kept point of every path.

    The plane is that of the first two principal components of all kept weights together. The loss is the
    spec's, without class weights and augmentation, on the same training images everywhere, in single precision.

    Returns:
        "x" and "y" of the grid, "loss" in its rows (None where not finite); "paths" with "run", "steps", "x", "y"
        and the "loss" at the weights themselves, which do not quite lie on the plane; "explained", the shares of
        the paths' variance along the two axes; how many "images".

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if a run kept no path, or the data set is gone.
        ValueError: if the paths are of different networks, or nothing moved.
        OSError: if a file cannot be read.

    Reference:
        Li et al., Visualizing the Loss Landscape of Neural Nets, arXiv:1712.09913.
    """
    begun = time.perf_counter()
    run.status("Loading the paths and the images.")
    paths = [_path(run.folder.parent / base) for base in spec.bases]
    images = _images(spec, run)
    device = devices.choose(catalog.MODELS[spec.model.name], "float32")
    loss = _Loss(spec, images, device.kind)
    for one in paths:
        loss.check(one)
    facts = {"parameters": loss.model.count_params(), "device": asdict(device), "images": len(images)}
    run.plan(steps=0, **facts)

    ground, places = plane.principal(np.concatenate([one.weights for one in paths]))
    x, y = plane.grid(places, SIDE)
    points = chain((ground.at(a, b) for b in y for a in x), (weights for one in paths for weights in one.weights))
    losses = np.fromiter(_measured(loss, points, SIDE**2 + len(places), run), float)
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "x": x.tolist(),
        "y": y.tolist(),
        "loss": losses[: SIDE**2].reshape(SIDE, SIDE).tolist(),
        "paths": list(_drawn(paths, places, losses[SIDE**2 :])),
        "explained": list(ground.explained),
        **facts,
    }


def _path(folder: Path) -> _Path:
    """What a run kept."""
    try:
        steps, weights = path.load(folder / path.FILE)
    except FileNotFoundError:
        raise FileNotFoundError(f"The run {folder.name} kept no path on this machine.") from None
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError(f"The path of the run {folder.name} is damaged: train it again.") from error
    return _Path(folder.name, steps, weights)


def _images(spec: RunSpec, run: Run) -> ImageDataset:
    """Some training images, the same whichever runs are compared, as the network saw them."""

    def tick(*_: int) -> None:
        _leave_if_cancelled(run)

    splits = sources.load(spec.data, run.status)
    check(splits)
    train = sample(splits, spec.sample, spec.seed).splits["train"]
    if spec.preparation:
        train = Recipe(spec.preparation, spec.seed).splits({"train": train}, tick).splits["train"]
    height, width = train.images.shape[1:3]
    chosen = np.random.default_rng(0).permutation(len(train))[: max(FEWEST, PIXELS // (height * width))]
    return replace(train, images=train.images[chosen], labels=train.labels[chosen], masks=None, groups=None)


class _Loss:
    """The loss as a function of all trainable weights."""

    def __init__(self, spec: RunSpec, images: ImageDataset, kind: str) -> None:
        self._images, self._labels = images.images, images.labels
        shape, dtype = images.images.shape[1:], str(images.images.dtype)
        classes = len(images.class_names)
        self._stepper = compiled.stepper(spec, shape, classes, dtype, len(images), "float32", kind)
        self._loss = compiled.build_loss(spec)
        self.model = self._stepper.model

    def check(self, kept: _Path) -> None:
        """Raises ValueError unless the path's weights are those of this network."""
        count = sum(math.prod(variable.shape) for variable in self.model.trainable_variables)
        if kept.weights.shape[1:] != (count,):
            raise ValueError(
                f"The paths must be of the same network, with {count:,} weights. "
                f"Received: {kept.weights.shape[-1]:,} in run {kept.run}"
            )

    def at(self, weights: np.ndarray, run: Run) -> float:
        """The mean loss of the images with these weights (parameters,)."""
        start = 0
        for variable in self.model.trainable_variables:
            size = math.prod(variable.shape)
            variable.assign(weights[start : start + size].reshape(variable.shape).astype(np.float32))
            start += size
        logits = self._stepper.logits(self._images, lambda: _leave_if_cancelled(run))
        return float(keras.ops.convert_to_numpy(self._loss(self._labels, logits)).mean())


def _leave_if_cancelled(run: Run) -> None:
    if run.cancelled():
        raise Cancelled


def _measured(loss: _Loss, points: Iterable[np.ndarray], total: int, run: Run) -> Iterator[float]:
    """The loss at each point; says how far it is."""
    said = -SAID_SECONDS
    for done, weights in enumerate(points):
        if time.monotonic() - said > SAID_SECONDS:
            said = time.monotonic()
            run.status(f"Measuring the loss: {done:,} of {total:,} points.")
        yield loss.at(weights, run)


def _drawn(paths: list[_Path], places: np.ndarray, losses: np.ndarray) -> Iterator[dict[str, Any]]:
    """Each path as it is drawn."""
    start = 0
    for one in paths:
        part = slice(start, start + len(one.steps))
        start = part.stop
        yield {
            "run": one.run,
            "steps": one.steps.tolist(),
            "x": places[part, 0].tolist(),
            "y": places[part, 1].tolist(),
            "loss": losses[part].tolist(),
        }
