"""The epochs of one run: order of the images, metrics, early stopping, best weights, divergence."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import keras
import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.spec import RunSpec
from medcore.training import ahead
from medcore.training.course import Course, Epoch
from medcore.training.journal import Diverged, Journal
from medcore.training.path import WeightPath
from medcore.training.run import Cancelled, Row, Run
from medcore.training.weights import Weights

Report = Callable[[np.ndarray, np.ndarray | None], None]
"""Gets the losses (k,) of the updates just taken, in order, at times none, and what `layers.measure` gave at each,
(k, layers, 2), valid at those watched; None where layers are not measured. What it raises ends the epoch."""


class Stepper(Protocol):
    """What takes the steps: `loop.Loop` on TensorFlow, `fallback.Fit` on other backends."""

    model: keras.Model
    batch: int
    layers: tuple[str, ...]
    """Names of the layers that are measured at updates watched."""

    def reset(self, first: list[np.ndarray]) -> None:
        """Back to step 0: the model's variables from `first`, the optimizer unused, the strengths as they are."""

    def penalise(self, l1: float, l2: float) -> None:
        """Sets the strengths of the penalty from the next update on. Nothing is compiled anew.

        Whether there is a penalty at all, and how L1 acts, is compiled in: `compiled.stepper` makes a stepper that
        takes any strengths if its spec has `regularization`, and sets those of the spec.

        Raises:
            ValueError: if the stepper was made without a penalty and one of the strengths is not 0.
        """

    def load(
        self, images: np.ndarray, labels: np.ndarray, class_weights: np.ndarray, room: int = 0, together: int = 1
    ) -> Any:
        """Makes the training images ready, with room for so many: sets of one room share what was compiled.

        Args:
            together: epochs that are taken in one call of `epochs`.
        """

    def epoch(self, data: Any, epoch: Epoch, report: Report) -> int:
        """Takes every image once, reporting the losses step by step; returns how many, or their pixels, were right."""

    def epochs(self, data: Any, epochs: Sequence[Epoch], report: Report) -> int:
        """Takes several epochs on the same images, one after the other; as `epoch` in all else."""

    def logits(self, images: np.ndarray, pause: Callable[[], None]) -> np.ndarray:
        """Logits (n, classes), or (n, height, width, classes)."""


Validate = Callable[[Callable[[], None]], Mapping[str, float]]
"""Judges the model as it is: `val_loss`, `val_accuracy` and more; calls what it is given now and then, to be left."""


@dataclass
class Outcome:
    """How the epochs went.

    Args:
        steps: updates made.
        epochs: epochs completed.
        best_epoch: the one with the lowest validation loss, from 1; None before the first ended.
        diverged_at: the step whose loss left all bounds (`journal.FAR`) or was not finite, or None.
        stopped: why training ended before its time, or None.
        weights: what becomes of the kernels.
        path: the weights on the way, None if they were not asked for.
        seconds: spent in updates, without compiling.
        clock: the same with compiling, as it is logged.
    """

    weights: Weights
    steps: int = 0
    epochs: int = 0
    best_epoch: int | None = None
    diverged_at: int | None = None
    stopped: str | None = None
    path: WeightPath | None = None
    seconds: float = 0.0
    clock: float = 0.0
    best_loss: float = math.inf
    best_weights: list[np.ndarray] = field(default_factory=list)


def order_of(seed: int, epoch: int, n: int) -> np.ndarray:
    """The order of `n` images in an epoch (from 0): the same for every optimizer and batch size."""
    return np.random.default_rng([seed, epoch]).permutation(n)


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """n / (classes present * count) for each class, so that every class weighs the same; 0 for an absent one."""
    counts = np.bincount(labels, minlength=classes)
    return np.divide(len(labels), counts * np.count_nonzero(counts), out=np.zeros(classes), where=counts > 0)


def loss_weights(labels: np.ndarray, order: np.ndarray, classes: int, by_class: bool) -> np.ndarray:
    """The factor of each class' loss, (classes,); or (classes + 1,) where some images are unlabelled.

    The label of these is the number of classes. They weigh nothing, and the others as many times more as an epoch has
    more images: the loss of a batch is then the mean over its labelled images, if every batch has its share of them.

    Args:
        labels: (m,) of all images.
        order: numbers of the images of an epoch.
        by_class: whether every class is to weigh the same.
    """
    known = labels < classes
    factors = class_weights(labels[known], classes) if by_class else np.ones(classes)
    return factors if known.all() else np.append(factors * len(order) / np.count_nonzero(known[order]), 0.0)


def fit(
    stepper: Stepper,
    loss: Callable[[Any, Any], Any],
    train: ImageDataset,
    val: ImageDataset,
    spec: RunSpec,
    run: Run,
    draw: ahead.Draw | None = None,
    room: int = 0,
    order: Callable[[int], np.ndarray] | None = None,
    after: Callable[[Outcome], Mapping[str, float]] | None = None,
    validate: Validate | None = None,
) -> Outcome:
    """Trains the stepper's model from the state it is in.

    Logs what `Journal` says of the updates, and at the last step of each epoch `epoch_train_loss`,
    `train_accuracy` (each image as it was when its step took it), `val_loss` and `val_accuracy`.
    The validation loss carries no class weights, and no loss carries the penalty, which `Weights` logs apart. With
    `weights="best"` the model is left with those of the epoch with the lowest validation loss; with `record_path` the
    weights on the way are kept.

    A loss that leaves all bounds ends the training there: the run has diverged, which is a result.

    Args:
        draw: gives the training images of each epoch, in the order of `train`; None trains on those of `train`.
        room: images that the stepper makes room for, see `Stepper.load`.
        order: gives the numbers of the images of an epoch (from 0), each as many; None takes every image once. Images
            may be unlabelled, see `loss_weights`, and do not count for the accuracy.
        after: called at the end of each epoch; gives more to log.
        validate: called then, too; None takes the validation images whole.

    Raises:
        Cancelled: if the run was cancelled, noticed within one call of the stepper.
    """
    training, classes = spec.training, len(train.class_names)
    order = order or (lambda epoch: order_of(spec.seed, epoch, len(train)))
    factors = loss_weights(train.labels, order(0), classes, training.class_weights)
    course = Course(spec, len(order(0)), stepper.batch)
    path = WeightPath(stepper.model, course.updates) if training.record_path else None
    if path:
        course.stops.update(path.due)
    journal = Journal(run, stepper.layers, course.varies)
    outcome = Outcome(Weights(stepper.model, spec), path=path)
    validate = validate or partial(_validated, stepper, loss, val)

    def load(drawn: ahead.Drawn) -> Any:
        images, labels = drawn if isinstance(drawn, tuple) else (drawn, train.labels)
        return stepper.load(images, labels, factors, room=room)

    try:
        with closing(_loaded(load, train.images, draw, training.epochs, run)) as epochs:
            for epoch, data in enumerate(epochs):
                planned = course.epoch(epoch, order(epoch))
                labelled = np.count_nonzero(train.labels[planned.order] < classes)
                _epoch(stepper, data, planned, labelled, validate, journal, run, outcome)
                if after:
                    run.log(Row(outcome.steps, metric, value) for metric, value in after(outcome).items())
                if training.patience and outcome.epochs - outcome.best_epoch >= training.patience:
                    outcome.stopped = f"No lower validation loss in {training.patience} epochs."
                    break
    except Diverged:
        outcome.steps = outcome.diverged_at = journal.steps
        outcome.stopped = f"The loss left all bounds at step {outcome.steps:,}: it diverged."
    outcome.seconds, outcome.clock = journal.seconds, journal.clock
    outcome.weights.finish(outcome.epochs)
    if path:
        path.pass_by(outcome.steps, last=True)
    if training.weights == "best" and outcome.best_epoch:
        stepper.model.set_weights(outcome.best_weights)
    return outcome


def _loaded(
    load: Callable[[ahead.Drawn], Any], images: np.ndarray, draw: ahead.Draw | None, epochs: int, run: Run
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
    data: Any,
    planned: Epoch,
    labelled: int,
    validate: Validate,
    journal: Journal,
    run: Run,
    outcome: Outcome,
) -> None:
    """One epoch, of so many `labelled` images or pixels, and its validation, noted in `outcome`."""

    def pause() -> None:
        _leave_if_cancelled(run)

    def report(losses: np.ndarray, norms: np.ndarray | None) -> None:
        journal.write(losses, norms)
        if outcome.path:
            outcome.path.pass_by(journal.steps)
        pause()
        journal.resume()

    journal.open(planned)
    correct = stepper.epoch(data, planned, report)
    outcome.steps, outcome.epochs = journal.steps, outcome.epochs + 1

    validated = validate(pause)
    n = len(planned.order)
    images = np.minimum(stepper.batch, n - np.arange(len(journal.losses)) * stepper.batch)
    metrics = {
        "epoch_train_loss": float(np.average(journal.losses, weights=images)),
        "train_accuracy": correct / labelled,
        **validated,
        **outcome.weights.end_epoch(outcome.epochs),
    }
    run.log(Row(outcome.steps, metric, value) for metric, value in metrics.items())
    val_loss = validated["val_loss"]
    if not math.isfinite(val_loss):
        raise Diverged
    if val_loss < outcome.best_loss:
        outcome.best_loss, outcome.best_epoch = val_loss, outcome.epochs
        outcome.best_weights = stepper.model.get_weights()


def _validated(
    stepper: Stepper, loss: Callable[[Any, Any], Any], val: ImageDataset, pause: Callable[[], None]
) -> dict[str, float]:
    """Loss and accuracy of the validation images."""
    logits = stepper.logits(val.images, pause)
    return {
        "val_loss": float(keras.ops.convert_to_numpy(loss(val.labels, logits)).mean()),
        "val_accuracy": float((logits.argmax(axis=1) == val.labels).mean()),
    }
