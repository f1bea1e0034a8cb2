"""A regularization path: the same network with one strength of a penalty after the other."""

import json
import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from medcore.data import sources
from medcore.data.pool import numbered, pooled
from medcore.spec import RunSpec
from medcore.training import coefficients
from medcore.training.classification import check, data_facts, write
from medcore.training.fold_images import divided
from medcore.training.run import Row, Run
from medcore.training.strengths import Point, Walk

MODELS = "path_models.npz"
PIXELS = "pixels.npz"
RECIPE = "preparation.json"
MOST_WEIGHTS = 250_000_000
"""Of all networks of a path together: 1 GB, which the run on the whole pool has in memory and writes to its folder."""


def walk(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Trains and judges the network at every strength of `spec.path`.

    With a fold, its images judge and the others of the pool of training and validation images train; without, the whole
    pool trains, and the run's folder keeps the weights at every strength (`path_models.npz`, read by `models`), the
    course of the largest coefficients (`coefficients.npz`), and what was fitted to the images.

    Logs, at the number of the strength from 1, `path/train_loss` (data loss), `path/penalty`, `path/zero_share`,
    `path/norm`, and with a fold `path/val_loss`, `path/val_accuracy`, `path/val_balanced_accuracy` and `path/val_auc`;
    these are no numbers where the network diverged, from which the walk goes on with the weights before.

    Returns:
        "strengths", "points" as `Point.facts` gives them, sizes, facts of data and device: plain values for JSON.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set.
        ValueError: if the data set cannot be divided so, does not fit the task or the model, or the networks are too
            large together.
        OSError: if data cannot be read or results cannot be written.
    """
    begun = time.perf_counter()
    run.status("Loading the images.")
    splits = sources.load(spec.data, run.status)
    check(splits)
    pool = pooled(splits, spec)
    fold = numbered(pool, spec)
    left_out = None if spec.path.fold is None else np.flatnonzero(fold == spec.path.fold)
    images = divided(pool, np.flatnonzero(fold != (spec.path.fold or 0)), left_out, spec, run)

    run.status("Preparing the network.")
    way = Walk(spec, images, run, len(pool))
    _check(way.facts["parameters"], len(spec.path.strengths))
    run.plan(
        steps=len(spec.path.strengths),
        epochs=spec.training.epochs,
        classes=list(pool.class_names),
        train_images=way.n,
        **way.facts,
    )
    points = []
    run.status("Compiling the network and training at the first strength.")
    for number, point in enumerate(way.points(), 1):
        points.append(point)
        run.log(_rows(number, point))
        run.status(_sentence(number, point, len(spec.path.strengths)))
    files = {}
    if spec.path.fold is None:
        files = {"models": MODELS, "coefficients": coefficients.FILE}
        _keep(points, way, images, run)
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "strengths": list(spec.path.strengths),
        "points": [point.facts() for point in points],
        "train_images": way.n,
        "val_images": 0 if images.val is None else len(images.val),
        "data": data_facts(splits),
        **way.facts,
        "preparation": images.recipe and images.recipe.facts(),
        "files": files,
    }


def _check(parameters: int, strengths: int) -> None:
    if parameters * strengths > MOST_WEIGHTS:
        raise ValueError(
            f"The networks of a path may have {MOST_WEIGHTS:,} weights together: take fewer strengths, smaller images "
            f"or a smaller network. Received: {strengths} strengths of {parameters:,} weights"
        )


def _rows(number: int, point: Point) -> Iterator[Row]:
    for name in ("train_loss", "penalty", "zero_share", "norm"):
        yield Row(number, f"path/{name}", getattr(point, name))
    if point.val is None and point.diverged_at is None:
        return
    for name in ("loss", "accuracy", "balanced_accuracy", "auc"):
        value = (point.val or {}).get(name)
        yield Row(number, f"path/val_{name}", math.nan if value is None else value)


def _sentence(number: int, point: Point, count: int) -> str:
    done = f"{number} of {count} strengths done."
    if point.diverged_at is None:
        return done
    return f"Lambda {point.strength:g} diverged at update {point.diverged_at:,}; on from the weights before. {done}"


def _keep(points: list[Point], way: Walk, images: Any, run: Run) -> None:
    arrays = {f"{i}_{j}": part for i, point in enumerate(points) for j, part in enumerate(point.weights)}
    strengths = [point.strength for point in points]
    write(run.folder / MODELS, lambda file: np.savez(file, strengths=strengths, **arrays))
    write(run.folder / coefficients.FILE, lambda file: coefficients.save(file, points, way.model))
    if images.recipe:
        write(run.folder / RECIPE, lambda file: file.write_text(json.dumps(images.recipe.facts())))
    if images.pixels:
        write(run.folder / PIXELS, images.pixels.save)
