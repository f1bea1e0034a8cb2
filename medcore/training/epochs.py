"""The epochs of one run: order of the images, metrics, early stopping, best weights, divergence."""

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

import keras
import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.spec import TrainingSpec
from medcore.training import ahead
from medcore.training.run import Cancelled, Row, Run


class Stepper(Protocol):
    """What takes the steps: `loop.Loop` on TensorFlow, `fallback.Fit` on other backends."""

    model: keras.Model
    batch: int

    def reset(self, first: list[np.ndarray], learning_rate: float) -> None:
        """Back to step 0: the model's variables from `first`, the optimizer unused."""

    def load(self, images: np.ndarray, labels: np.ndarray, class_weights: np.ndarray) -> Any:
        """Makes the training images ready."""

    def epoch(self, data: Any, order: np.ndarray, report: Callable[[np.ndarray], None]) -> int:
        """Takes every image once, reporting the losses step by step; returns how many were right."""

    def logits(self, images: np.ndarray, pause: Callable[[], None]) -> np.ndarray:
        """Logits (n, classes)."""


@dataclass
class Outcome:
    """How the epochs went.

    Args:
        steps: updates made.
        epochs: epochs completed.
        best_epoch: the one with the lowest validation loss, from 1; None before the first ended.
        diverged_at: the step whose loss was not finite, or None.
        stopped: why training ended before its time, or None.
    """

    steps: int = 0
    epochs: int = 0
    best_epoch: int | None = None
    diverged_at: int | None = None
    stopped: str | None = None
    best_loss: float = math.inf
    best_weights: list[np.ndarray] = field(default_factory=list)


class _Diverged(Exception):  # noqa: N818 - an outcome, not an error
    """The loss is no number any more."""


def order_of(seed: int, epoch: int, n: int) -> np.ndarray:
    """The order of `n` images in an epoch (from 0): the same for every optimizer and batch size."""
    return np.random.default_rng([seed, epoch]).permutation(n)


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """n / (classes present * count) for each class, so that every class weighs the same; 0 for an absent one."""
    counts = np.bincount(labels, minlength=classes)
    return np.divide(len(labels), counts * np.count_nonzero(counts), out=np.zeros(classes), where=counts > 0)


def fit(
    stepper: Stepper,
    loss: Callable[[Any, Any], Any],
    train: ImageDataset,
    val: ImageDataset,
    spec: TrainingSpec,
    seed: int,
    run: Run,
    draw: ahead.Draw | None = None,
) -> Outcome:
    """Trains the stepper's model from the state it is in.

    Logs `train_loss` for every step, and at the last step of each epoch `epoch_train_loss`,
    `train_accuracy` (each image as it was when its step took it), `val_loss` and `val_accuracy`.
    The validation loss carries no class weights. With `weights="best"` the model is left with
    those of the epoch with the lowest validation loss.

    A loss that is not finite ends the training there: the run has diverged, which is a result.

    Args:
        draw: gives the training images of each epoch, in the order of `train`; None trains on those of `train`.

    Raises:
        Cancelled: if the run was cancelled, noticed within one call of the stepper.
    """
    classes = len(train.class_names)
    weights = class_weights(train.labels, classes) if spec.class_weights else np.ones(classes)
    outcome = Outcome()

    def load(images: np.ndarray) -> Any:
        return stepper.load(images, train.labels, weights)

    try:
        with closing(_loaded(load, train.images, draw, spec.epochs, run)) as epochs:
            for epoch, data in enumerate(epochs):
                _epoch(stepper, loss, data, order_of(seed, epoch, len(train)), val, run, outcome)
                if spec.patience and outcome.epochs - outcome.best_epoch >= spec.patience:
                    outcome.stopped = f"No lower validation loss in {spec.patience} epochs."
                    break
    except _Diverged:
        outcome.diverged_at = outcome.steps
        outcome.stopped = f"The loss was no finite number any more at step {outcome.steps:,}: it diverged."
    if spec.weights == "best" and outcome.best_epoch:
        stepper.model.set_weights(outcome.best_weights)
    return outcome


def _loaded(
    load: Callable[[np.ndarray], Any], images: np.ndarray, draw: ahead.Draw | None, epochs: int, run: Run
) -> Iterator[Any]:
    """The training images of every epoch on the device: loaded once, or drawn anew."""
    if draw is None:
        yield from itertools.repeat(load(images), epochs)
        return
    with closing(ahead.drawn(draw, epochs, lambda: _leave_if_cancelled(run))) as drawn:
        yield from map(load, drawn)


def _leave_if_cancelled(run: Run) -> None:
    if run.cancelled():
        raise Cancelled


def _epoch(
    stepper: Stepper,
    loss: Callable[[Any, Any], Any],
    data: Any,
    order: np.ndarray,
    val: ImageDataset,
    run: Run,
    outcome: Outcome,
) -> None:
    """One epoch and its validation, noted in `outcome`."""
    losses: list[float] = []

    def pause() -> None:
        _leave_if_cancelled(run)

    def report(latest: np.ndarray) -> None:
        finite = np.isfinite(latest)
        if not finite.all():
            latest = latest[: finite.argmin() + 1]
        rows = [Row(outcome.steps + i, "train_loss", float(value)) for i, value in enumerate(latest, 1)]
        if rows:
            run.log(rows)
        losses.extend(row.value for row in rows)
        outcome.steps += len(rows)
        if not finite.all():
            raise _Diverged
        pause()

    correct = stepper.epoch(data, order, report)
    outcome.epochs += 1

    logits = stepper.logits(val.images, pause)
    val_loss = float(keras.ops.convert_to_numpy(loss(val.labels, logits)).mean())
    images = np.minimum(stepper.batch, len(order) - np.arange(len(losses)) * stepper.batch)
    metrics = {
        "epoch_train_loss": float(np.average(losses, weights=images)),
        "train_accuracy": correct / len(order),
        "val_loss": val_loss,
        "val_accuracy": float((logits.argmax(axis=1) == val.labels).mean()),
    }
    run.log(Row(outcome.steps, metric, value) for metric, value in metrics.items())
    if not math.isfinite(val_loss):
        raise _Diverged
    if val_loss < outcome.best_loss:
        outcome.best_loss, outcome.best_epoch = val_loss, outcome.epochs
        outcome.best_weights = stepper.model.get_weights()
