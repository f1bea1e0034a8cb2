"""Steps taken by `model.fit`, for Keras on JAX or Torch; the same events as `loop.Loop`, without its speed.

Layers are not measured here: `fit` keeps the gradients to itself.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from medcore.training.course import Epoch
from medcore.training.state import State

PREDICTED_AT_ONCE = 256


class Data(NamedTuple):
    """Training images: (n, height, width, channels) in 0..1, labels (n,) or masks (n, height, width), factor (n,) of
    each one's loss."""

    images: np.ndarray
    labels: np.ndarray
    weights: np.ndarray


class Fit:
    """A model, an optimizer and a loss, compiled for `fit`; see `loop.Loop`.

    One step an execution: `steps_per_execution` would save time on JAX (Torch refuses it), but
    gives the mean loss of several steps where every step's own is asked for.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: Callable[[Any, Any], Any],
        batch: int,
    ) -> None:
        self.model, self.batch, self.layers = model, batch, ()
        self._state = State(model, optimizer)
        model.compile(optimizer, _Loss(loss), metrics=[_StepRight()], weighted_metrics=[_StepLoss(loss)])

    def reset(self, first: list[np.ndarray]) -> None:
        """Back to step 0: the model's variables from `first`, the optimizer unused."""
        self._state.reset(first)

    def penalise(self, l1: float, l2: float) -> None:
        """Sets the strengths of the penalty, see `epochs.Stepper`."""
        self._state.penalise(l1, l2)

    def load(self, images: np.ndarray, labels: np.ndarray, class_weights: np.ndarray, **_: int) -> Data:
        """Scales the training images to 0..1 and looks up their weights; needs to know no more."""
        weights = class_weights[labels] if labels.ndim == 1 else np.ones(len(labels))  # a mask holds several classes
        return Data(scaled(images), labels.astype(np.int32), weights.astype(np.float32))

    def epoch(self, data: Data, epoch: Epoch, report: Callable[[np.ndarray, None], None]) -> int:
        """Takes every image once, in the epoch's order; what `report` raises ends it."""
        steps = _Steps(epoch, report)
        images, labels, weights = (part[epoch.order] for part in data)
        self.model.fit(
            images,
            labels,
            sample_weight=weights,
            batch_size=self.batch,
            shuffle=False,
            verbose=0,
            callbacks=[steps],
        )
        return round(steps.right)

    def epochs(self, data: Data, epochs: Sequence[Epoch], report: Callable[[np.ndarray, None], None]) -> int:
        """One epoch after the other."""
        return sum(self.epoch(data, epoch, report) for epoch in epochs)

    def logits(self, images: np.ndarray, pause: Callable[[], None]) -> np.ndarray:
        """(n, classes) for images (n, height, width, channels), or (n, height, width, classes)."""
        parts = []
        for start in range(0, len(images), PREDICTED_AT_ONCE):
            pause()
            parts.append(self.model.predict_on_batch(scaled(images[start : start + PREDICTED_AT_ONCE])))
        return np.concatenate(parts)


class _Steps(keras.callbacks.Callback):
    """Sets each step's learning rate, passes on its own loss and counts the images, or pixels, that were right."""

    def __init__(self, epoch: Epoch, report: Callable[[np.ndarray, None], None]) -> None:
        super().__init__()
        self.epoch, self.report, self.right = epoch, report, 0.0

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        rates = self.epoch.rates
        if batch == 0 or rates[batch] != rates[batch - 1]:
            self._fetch()
            self.model.optimizer.learning_rate = rates[batch]

    def on_train_batch_end(self, batch: int, logs: dict[str, Any]) -> None:
        self.right += float(logs["step_right"])
        if self.epoch.stops[batch]:
            self._fetch()
        self.report(np.asarray([float(logs["step_loss"])], np.float32), None)

    def _fetch(self) -> None:
        """On JAX `fit` takes the variables away while it goes on."""
        if hasattr(self.model, "jax_state_sync"):
            self.model.jax_state_sync()


class _Loss(keras.losses.Loss):
    """Hands Keras a loss of class numbers; Keras makes floats of them on the way."""

    def __init__(self, loss: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self._each = loss

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._each(_numbers(y_true, y_pred), y_pred)


class _OfStep(keras.metrics.Metric):
    """A figure of the latest step alone, where Keras' own metrics average over the epoch."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.value = self.add_variable((), "zeros", name="value")

    def result(self) -> Any:
        return ops.convert_to_tensor(self.value)


class _StepLoss(_OfStep):
    def __init__(self, loss: Callable[[Any, Any], Any]) -> None:
        super().__init__("step_loss")
        self._each = loss

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.value.assign(ops.mean(self._each(_numbers(y_true, y_pred), y_pred) * sample_weight))


class _StepRight(_OfStep):
    def __init__(self) -> None:
        super().__init__("step_right")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # noqa: ARG002
        right = ops.equal(ops.argmax(y_pred, axis=-1), _numbers(y_true, y_pred))
        self.value.assign(ops.sum(ops.cast(right, "float32")))


def _numbers(labels: Any, logits: Any) -> Any:
    """Class numbers in the shape of the logits, but for these' last axis; Keras gives labels an axis of their own."""
    return ops.cast(ops.reshape(labels, (-1, *logits.shape[1:-1])), "int32")


def scaled(images: np.ndarray) -> np.ndarray:
    """Images as floats: bytes divided by 255."""
    return images.astype(np.float32) / 255 if images.dtype == np.uint8 else images
