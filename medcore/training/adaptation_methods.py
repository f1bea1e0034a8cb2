"""The methods of domain adaptation: from the images of two places to a network."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from medcore import catalog
from medcore.data.dataset import ImageDataset
from medcore.data.preparation.recipe import PreparedSplits
from medcore.data.sampling import sample
from medcore.spec import RunSpec, SampleSpec, ScheduleSpec
from medcore.training import batch_statistics, compiled, devices
from medcore.training.alignment import Alignment, classifier
from medcore.training.classification import room_for
from medcore.training.domains import Domains
from medcore.training.epochs import Outcome, Stepper, fit, order_of
from medcore.training.later import Later
from medcore.training.mixture import mixed
from medcore.training.run import Run
from medcore.training.target_watch import TargetWatch

ALIGNED = ("coral", "dann")
"""Methods that train on both places at once."""
FROM_TRAINED = ("adabn", "fine_tune")
"""Methods that start from the network as the source has trained it."""

FEW_EPOCHS = 10
"""Epochs of fine-tuning; one takes the few images as often as it needs for its share of `FEW_UPDATES`."""
FEW_UPDATES = 100
"""Updates of fine-tuning, at least."""
FEW_RATE = 0.3
"""Learning rate of fine-tuning, against that of the training."""


@dataclass
class Learned:
    """A network that was trained and adapted, chosen without the target's labels.

    Args:
        stepper: its model may have more around the classifier.
        outcome: how the training went, fine-tuning included.
        watch: what the target's test labels say; of fine-tuning alone where there was one.
        epochs_before: epochs before those that the watch has counted.
        epoch: the one chosen.
        unadapted: accuracy on the target's test images before methods of `FROM_TRAINED`; None for others.
    """

    stepper: Stepper
    outcome: Outcome
    watch: TargetWatch
    epochs_before: int
    epoch: int
    unadapted: float | None = None


def check(spec: RunSpec, classes: int) -> None:
    """Raises ValueError where the network is not what the method needs.

    Args:
        classes: of the source.
    """
    method, model = spec.adaptation.method, catalog.MODELS[spec.model.name]
    if method == "adabn" and model.size == "small" and not spec.model.options.get("batch_norm"):
        raise ValueError(
            "AdaBN changes the statistics of batch normalisation, so the network needs it. "
            f"Received: {model.label} without batch normalisation"
        )
    if method in ALIGNED and not model.blocks and model.size == "small":
        raise ValueError(
            f"{method.upper()} aligns learned features, so the network needs a layer below its head. "
            f"Received: {model.label}"
        )
    if method == "fine_tune" and spec.adaptation.target_labels < classes:
        raise ValueError(
            f"Fine-tuning needs a labelled target image of each class, {classes} or more. "
            f"Received: {spec.adaptation.target_labels}"
        )


class Learning:
    """Trains one network by the method of the spec.

    Args:
        before: called once, with the network that "before" is said of; see `adaptation.train`.
        pause: called now and then; may raise.
    """

    def __init__(
        self,
        spec: RunSpec,
        both: Domains,
        run: Run,
        before: Callable[[keras.Model], None],
        pause: Callable[[], None],
    ) -> None:
        self._spec, self._run, self._before, self._pause = spec, run, before, pause
        self._method = spec.adaptation.method
        self._source, self._target = both.source.prepared, both.target.prepared
        trained_on = both.target if self._method == "target" else both.source
        self._images, self._room = trained_on.prepared, room_for(trained_on.whole["train"])
        train = self._images.splits["train"]
        self._batch = _batch(spec, len(train))
        self._updates = -(-len(train) // self._batch)
        self.device = devices.choose(catalog.MODELS[spec.model.name], spec.training.precision)
        self._stepper = self._made(spec, self._batch)

    @property
    def parameters(self) -> int:
        """Of the classifier alone."""
        return classifier(self._stepper.model).count_params()

    def plan(self) -> dict[str, Any]:
        """What will happen, for the run's plan."""
        epochs, steps = self._spec.training.epochs, self._updates * self._spec.training.epochs
        if self._method == "fine_tune":
            batch, passes = self._few()
            updates = -(-passes * self._spec.adaptation.target_labels // batch)
            epochs, steps = epochs + FEW_EPOCHS, steps + FEW_EPOCHS * updates
        return {"steps": steps, "steps_per_epoch": self._updates, "epochs": epochs}

    def learn(self) -> Learned:
        """Trains, adapts, and chooses the epoch without the target's labels."""
        model = self._stepper.model
        watch = TargetWatch(self._stepper, self._target.splits["test"], self._finish, self._pause)
        if self._method not in FROM_TRAINED:
            self._before(model)
        outcome = self._fit_aligned(watch) if self._method in ALIGNED else self._fit(watch)
        best = self._spec.training.weights == "best" and outcome.best_epoch
        learned = Learned(self._stepper, outcome, watch, 0, best or outcome.epochs)
        if self._method not in FROM_TRAINED:
            return learned
        self._before(model)
        learned.unadapted = watch.accuracy()
        if self._finish:
            self._run.status("Taking the target's statistics.")
            self._finish(model)
            return learned
        return self._fine_tuned(learned)

    @property
    def _finish(self) -> Callable[[keras.Model], None] | None:
        if self._method != "adabn":
            return None
        images = self._target.splits["train"].images
        return lambda model: batch_statistics.adapt(model, images, self._pause)

    def _made(self, spec: RunSpec, batch: int) -> Stepper:
        train = self._images.splits["train"]
        shape, dtype, classes = train.images.shape[1:], str(train.images.dtype), len(train.class_names)
        around = None
        if self._method in ALIGNED:
            around = Alignment(self._method, spec.adaptation.weight, self._updates * spec.training.epochs)
        batch = 2 * batch if around else batch
        return compiled.stepper(
            spec, shape, classes, dtype, batch, self.device.precision, self.device.kind, around=around
        )

    def _fit(self, watch: TargetWatch) -> Outcome:
        train, val = self._images.splits["train"], self._images.splits["val"]
        loss = compiled.build_loss(self._spec)
        return fit(self._stepper, loss, train, val, self._spec, self._run, self._images.draw, self._room, after=watch)

    def _fit_aligned(self, watch: TargetWatch) -> Outcome:
        mixture = mixed(self._source, self._target, self._batch, self._spec.seed)
        loss, val = compiled.build_loss(self._spec), self._source.splits["val"]
        return fit(
            self._stepper, loss, mixture.images, val, self._spec, self._run, mixture.draw,
            order=mixture.order, after=watch,
        )  # fmt: skip

    def _few(self) -> tuple[int, int]:
        """Batch size of fine-tuning, and how often an epoch takes each image."""
        labels = self._spec.adaptation.target_labels
        batch = _batch(self._spec, labels)
        return batch, max(1, -(-FEW_UPDATES * batch // (FEW_EPOCHS * labels)))

    def _fine_tuned(self, learned: Learned) -> Learned:
        """Goes on with a few labelled images of the target."""
        self._run.status("Fine-tuning on the target's labels.")
        asked, (batch, passes) = self._spec, self._few()
        few = _labelled(self._target, asked.adaptation.target_labels, asked.seed)
        rate = FEW_RATE * asked.optimizer.learning_rate
        spec = replace(
            asked,
            optimizer=replace(asked.optimizer, learning_rate=rate),
            schedule=ScheduleSpec(),
            training=replace(asked.training, epochs=FEW_EPOCHS, weights="last", patience=None, record_weights=False),
        )
        trained, first = self._stepper.model.get_weights(), learned.outcome
        stepper = self._made(spec, batch)
        stepper.model.set_weights(trained)
        watch = TargetWatch(stepper, self._target.splits["test"], None, self._pause)
        later = Later(self._run, first.steps, first.clock)
        loss, val = compiled.build_loss(spec), self._source.splits["val"]

        def order(epoch: int) -> np.ndarray:
            return np.concatenate([order_of(spec.seed, epoch * passes + i, len(few)) for i in range(passes)])

        second = fit(stepper, loss, few, val, spec, later, order=order, after=watch)
        outcome = _together(first, second)
        return Learned(stepper, outcome, watch, first.epochs, outcome.epochs, learned.unadapted)


def _batch(spec: RunSpec, images: int) -> int:
    size = spec.training.batch_size
    return images if size == "all" else min(int(size), images)


def _labelled(target: PreparedSplits, count: int, seed: int) -> ImageDataset:
    """So many training images of the target, with the shares of the classes that it has."""
    train = {"train": target.splits["train"]}
    there = len(train["train"])
    if count > there:
        raise ValueError(f"The target has {there:,} labelled training images. Received: {count:,}")
    return sample(train, SampleSpec(images=count), seed).splits["train"]


def _together(first: Outcome, second: Outcome) -> Outcome:
    """Of both stages."""
    diverged = second.diverged_at and first.steps + second.diverged_at
    return replace(
        first,
        steps=first.steps + second.steps,
        epochs=first.epochs + second.epochs,
        seconds=first.seconds + second.seconds,
        diverged_at=first.diverged_at or diverged,
        stopped=second.stopped or first.stopped,
    )
