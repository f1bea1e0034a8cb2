"""One network, one set of training images, one strength of a penalty after the other."""

import itertools
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import keras
import numpy as np

from medcore import catalog
from medcore.evaluation.classification import evaluate
from medcore.spec import RunSpec
from medcore.training import ahead, compiled, devices, penalty
from medcore.training.classification import softmax
from medcore.training.course import Course, Epoch
from medcore.training.epochs import class_weights, order_of
from medcore.training.fold_images import FoldImages
from medcore.training.journal import FAR, Diverged
from medcore.training.run import Cancelled, Run
from medcore.training.state import values

UPDATES_A_CALL = 1024
"""Most updates that are planned in one call of the stepper."""


@dataclass(frozen=True)
class Point:
    """The network at one strength.

    Args:
        strength: lambda.
        train_loss: data loss on the training images, without the penalty and without class weights.
        penalty: l1 * sum|w| + l2 * sum w² over the kernels.
        zero_share: share of kernel weights that are exactly 0.
        nonzero: how many are not.
        norm: square root of sum w² over the kernels.
        val: metrics of the images held out, as `evaluate` gives them, and their data loss, "loss"; None where no images
            are held out, and for a network that diverged.
        diverged_at: the update whose loss left all bounds, or None.
        weights: of the model, as `get_weights` gives them; None where images are held out, as nobody asks for them.
    """

    strength: float
    train_loss: float
    penalty: float
    zero_share: float
    nonzero: int
    norm: float
    val: dict[str, Any] | None
    diverged_at: int | None
    weights: list[np.ndarray] | None = field(repr=False)

    def facts(self) -> dict[str, Any]:
        """Plain values, without the weights."""
        return {name: value for name, value in vars(self).items() if name != "weights"}


class Walk:
    """Trains for each strength as many epochs as the spec says, the weakest first.

    An L1 penalty makes units dead, and these do not come back at a weaker one: so dense networks come before sparse
    ones (Lemhadri et al. 2021, LassoNet, arXiv:1907.12207). The optimizer is as good as new at every strength.

    Early stopping, best weights and what is recorded on the way have no part in it: images held out judge only.

    Args:
        room: images that the largest training set of the study has: all its folds then share what was compiled.
    """

    def __init__(self, spec: RunSpec, images: FoldImages, run: Run, room: int = 0) -> None:
        self._spec, self._images, self._run = spec, images, run
        train = images.train
        self.n = len(train)
        self._room = max(room, self.n)
        batch = spec.training.batch_size
        batch = self._room if batch == "all" else min(int(batch), self._room)
        device = devices.choose(catalog.MODELS[spec.model.name], spec.training.precision)
        shape, dtype, classes = train.images.shape[1:], str(train.images.dtype), len(train.class_names)
        strongest = dict(zip(("l1", "l2"), spec.path.penalties(spec.path.strengths[-1]), strict=True))
        penalised = replace(spec, regularization=replace(spec.regularization, **strongest))
        self._stepper = compiled.stepper(
            penalised, shape, classes, dtype, batch, device.precision, device.kind, measures=False
        )
        self.model = self._stepper.model
        self.facts = {"parameters": self.model.count_params(), "device": asdict(device)}
        self._loss = compiled.build_loss(spec)
        self._first = values(self.model.variables)
        weighted = spec.training.class_weights
        self._class_weights = class_weights(train.labels, classes) if weighted else np.ones(classes)
        self._course = Course(spec, self.n, batch)
        self._together = _together(spec.training.epochs, -(-self._room // batch), images.draw is not None)
        self._kernels = list(penalty.kernels(self.model).values())

    def points(self) -> Iterator[Point]:
        """The network at each strength, as soon as it is there.

        Raises:
            Cancelled: if the run was cancelled, noticed within one call of the stepper.
        """
        start = self._first
        data = None if self._images.draw else self._load(self._images.train.images)
        for strength in self._spec.path.strengths:
            self._stepper.reset(start)
            self._stepper.penalise(*self._spec.path.penalties(strength))
            diverged_at = self._train(data)
            point = self._judged(strength, diverged_at)
            yield point
            if self._spec.path.warm_start and point.diverged_at is None:
                start = values(self.model.variables)

    def _load(self, images: np.ndarray) -> Any:
        shared = {"room": self._room, "together": self._together}
        return self._stepper.load(images, self._images.train.labels, self._class_weights, **shared)

    def _train(self, data: Any) -> int | None:
        """Takes the epochs; the update at which the loss left all bounds, or None."""
        bounds = _Bounds()

        def report(losses: np.ndarray, _: np.ndarray | None) -> None:
            bounds.check(losses)
            self._pause()

        try:
            with closing(self._loaded(data)) as loaded:
                for first, images in zip(range(0, self._spec.training.epochs, self._together), loaded, strict=True):
                    self._stepper.epochs(images, [self._epoch(first + i) for i in range(self._together)], report)
        except Diverged:
            return bounds.steps
        return None

    def _epoch(self, number: int) -> Epoch:
        return self._course.epoch(number, order_of(self._spec.seed, number, self.n))

    def _loaded(self, data: Any) -> Iterator[Any]:
        """The training images of every call on the device: the same, or drawn anew."""
        epochs = self._spec.training.epochs
        if self._images.draw is None:
            yield from itertools.repeat(data, epochs // self._together)
            return
        with closing(ahead.drawn(self._images.draw, epochs, self._pause)) as drawn:
            yield from map(self._load, drawn)

    def _judged(self, strength: float, diverged_at: int | None) -> Point:
        train_loss, _ = self._judge(self._images.train)
        weights = [keras.ops.convert_to_numpy(kernel) for kernel in self._kernels]
        if diverged_at is None and not (math.isfinite(train_loss) and all(np.isfinite(w).all() for w in weights)):
            diverged_at = self._course.updates
        val = None
        if self._images.val is not None and diverged_at is None:
            loss, probabilities = self._judge(self._images.val)
            val = {"loss": loss, **evaluate(self._images.val.labels, probabilities, self._images.val.class_names)}
        total, nonzero = sum(w.size for w in weights), int(sum(np.count_nonzero(w) for w in weights))
        with np.errstate(over="ignore", invalid="ignore"):  # of a network that diverged
            squares = penalty.value(weights, 0, 1)
            added = penalty.value(weights, *self._spec.path.penalties(strength))
        return Point(
            strength=strength,
            train_loss=train_loss,
            penalty=added,
            zero_share=1 - nonzero / total,
            nonzero=nonzero,
            norm=math.sqrt(squares),
            val=val,
            diverged_at=diverged_at,
            weights=self.model.get_weights() if self._images.val is None else None,
        )

    def _judge(self, images: Any) -> tuple[float, np.ndarray]:
        """Data loss, and probabilities (n, classes)."""
        logits = self._stepper.logits(images.images, self._pause)
        loss = keras.ops.convert_to_numpy(self._loss(images.labels, logits))
        return float(loss.mean(dtype=np.float64)), softmax(logits)

    def _pause(self) -> None:
        if self._run.cancelled():
            raise Cancelled


class _Bounds:
    """Counts updates, and ends them by `Diverged` where the loss is far from the first one, as `Journal` has it."""

    def __init__(self) -> None:
        self.steps, self._limit = 0, FAR

    def check(self, losses: np.ndarray) -> None:
        if not self.steps and len(losses):
            self._limit = FAR * max(1.0, float(losses[0]))
        far = ~(np.abs(losses) <= self._limit)  # true for what is no number
        self.steps += int(far.argmax()) + 1 if far.any() else len(losses)
        if far.any():
            raise Diverged


def _together(epochs: int, updates: int, drawn: bool) -> int:
    """Epochs that one call takes: a divisor of them all, so that one compiled call serves; 1 for images drawn anew."""
    most = 1 if drawn else max(1, UPDATES_A_CALL // updates)
    return next(count for count in range(min(most, epochs), 0, -1) if epochs % count == 0)
