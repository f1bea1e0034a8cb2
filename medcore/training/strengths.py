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
from medcore.training.course import Course
from medcore.training.epochs import class_weights, order_of
from medcore.training.fold_images import FoldImages
from medcore.training.journal import Diverged, Journal
from medcore.training.run import Cancelled, Row, Run
from medcore.training.state import values


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
        weights: of the model, as `get_weights` gives them.
    """

    strength: float
    train_loss: float
    penalty: float
    zero_share: float
    nonzero: int
    norm: float
    val: dict[str, Any] | None
    diverged_at: int | None
    weights: list[np.ndarray] = field(repr=False)

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
        return self._stepper.load(images, self._images.train.labels, self._class_weights, self._room)

    def _train(self, data: Any) -> int | None:
        """Takes the epochs; the update at which the loss left all bounds, or None."""
        journal = Journal(_Silent(), (), varies=False)

        def report(losses: np.ndarray, _: np.ndarray | None) -> None:
            journal.write(losses, None)
            self._pause()

        try:
            with closing(self._loaded(data)) as epochs:
                for epoch, loaded in enumerate(epochs):
                    planned = self._course.epoch(epoch, order_of(self._spec.seed, epoch, self.n))
                    journal.open(planned)
                    self._stepper.epoch(loaded, planned, report)
        except Diverged:
            return journal.steps
        return None

    def _loaded(self, data: Any) -> Iterator[Any]:
        """The training images of every epoch on the device: the same, or drawn anew."""
        epochs = self._spec.training.epochs
        if self._images.draw is None:
            yield from itertools.repeat(data, epochs)
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
            weights=self.model.get_weights(),
        )

    def _judge(self, images: Any) -> tuple[float, np.ndarray]:
        """Data loss, and probabilities (n, classes)."""
        logits = self._stepper.logits(images.images, self._pause)
        loss = keras.ops.convert_to_numpy(self._loss(images.labels, logits))
        return float(loss.mean(dtype=np.float64)), softmax(logits)

    def _pause(self) -> None:
        if self._run.cancelled():
            raise Cancelled


class _Silent:
    """What a strength logs on the way: nothing."""

    def log(self, rows: Iterator[Row]) -> None:
        for _ in rows:  # the journal counts as it writes
            pass
