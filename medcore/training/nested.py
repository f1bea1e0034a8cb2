"""Nested cross-validation: an inner one chooses the strength, and an outer fold that it never saw judges the choice.

The lowest mean of a cross-validation is the lowest of several, so it flatters. Here the fold that judges had no part in
choosing (Cawley & Talbot 2010, JMLR 11:2079).
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from medcore.data import sources
from medcore.data.pool import numbered, pooled
from medcore.evaluation import selection
from medcore.spec import RunSpec
from medcore.training.classification import check, data_facts
from medcore.training.fold_images import divided
from medcore.training.run import Row, Run
from medcore.training.strengths import Point, Walk


def judge(spec: RunSpec, run: Run) -> dict[str, Any]:
    """One outer fold: chooses a strength with the other folds' images, trains with it on all of them, is judged once.

    Logs `nested/inner_loss`, what is chosen by, of an inner fold at a strength, at the number of networks trained so
    far: the loss, or 1 - the score where `spec.path.score` is another.

    Returns:
        "chosen", the strength, and its "index" in the grid; "inner", mean and standard error by strength of these
        losses and the losses (inner folds, L) themselves; "score", metrics of the outer fold with their "loss", None
        where the network diverged; sizes, facts of data and device: plain values for JSON.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set.
        ValueError: if no outer fold was named, or the data set cannot be divided so, or does not fit.
        OSError: if data cannot be read.
    """
    if spec.path.fold is None:
        raise ValueError("Nested cross-validation needs the number of its outer fold. Received: none")
    begun = time.perf_counter()
    run.status("Loading the images.")
    splits = sources.load(spec.data, run.status)
    check(splits)
    pool = pooled(splits, spec)
    outer = numbered(pool, spec)
    train, held = np.flatnonzero(outer != spec.path.fold), np.flatnonzero(outer == spec.path.fold)
    inner = numbered(pool, spec, train, spec.path.inner)

    run.plan(steps=spec.path.inner * len(spec.path.strengths), classes=list(pool.class_names), train_images=len(train))
    losses = np.full((spec.path.inner, len(spec.path.strengths)), np.nan)
    for fold in range(spec.path.inner):
        run.status(f"Inner fold {fold + 1} of {spec.path.inner}.")
        images = divided(pool, train[inner != fold + 1], train[inner == fold + 1], spec, run)
        for i, point in enumerate(Walk(spec, images, run, len(pool)).points()):
            losses[fold, i] = _loss(point, spec.path.score)
            run.log([Row(fold * len(spec.path.strengths) + i + 1, "nested/inner_loss", losses[fold, i])])
    curve = selection.curve(losses)
    chosen = selection.chosen(spec.path.rule, *curve)

    run.status(f"Training with lambda {spec.path.strengths[chosen]:g}.")
    way = Walk(_until(spec, chosen), divided(pool, train, held, spec, run), run, len(pool))
    *_, point = way.points()
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "chosen": spec.path.strengths[chosen],
        "index": chosen,
        "strengths": list(spec.path.strengths),
        "inner": {
            "mean": list(_plain(curve.mean)),
            "error": list(_plain(curve.error)),
            "losses": [list(_plain(fold)) for fold in losses],
        },
        "score": point.val,
        "train_images": len(train),
        "val_images": len(held),
        "data": data_facts(splits),
        **way.facts,
    }


def _loss(point: Point, score: str) -> float:
    """The score of the images held out, the lower the better; NaN where there is none."""
    value = None if point.val is None else point.val[score]
    if value is None:
        return np.nan
    return value if score == "loss" else 1 - value


def _until(spec: RunSpec, chosen: int) -> RunSpec:
    """The way to the chosen strength: through those before it where starts are warm."""
    first = 0 if spec.path.warm_start else chosen
    return replace(spec, path=replace(spec.path, strengths=spec.path.strengths[first : chosen + 1]))


def _plain(values: np.ndarray) -> Iterator[float | None]:
    return (float(value) if np.isfinite(value) else None for value in values)
