"""The compiled training loop: many steps a call over images that stay on the device.

A Python step costs more than a small network's
arithmetic, so one call of one `tf.function` takes as many steps as fit into `TARGET`
seconds and returns the loss of each; between calls a run can be cancelled.
"""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from medcore.training import layers
from medcore.training.course import Epoch
from medcore.training.fused_norm import fuse, fusible
from medcore.training.layers import leaves
from medcore.training.state import State

TARGET = 0.07
"""Seconds that one call should last: long against Python's share, short against a person's patience."""

CHUNK = 1024
"""Most steps a call takes."""

GROWTH = 64
"""Most times longer a call is than the one before, which may have been too short to tell much."""

PIXELS_AT_ONCE = 2**19
"""Images of this many pixels go through a network together: about 0.1 s and some hundred MB
of activations for the articles' CNN on one core."""

VALUES_AT_ONCE = 2**26
"""Numbers that the layers of a deep network make of the images that go through it together: 256 MB in float32."""

WHOLE = 2**29
"""Such numbers where the batch must stay whole: 2 GB."""


Report = Callable[[np.ndarray, np.ndarray | None], None]
"""Gets losses (k,) and norms (k, layers, 2), see `epochs.Report`."""


class Data(NamedTuple):
    """Training images on the device; their labels are class numbers, or masks of them."""

    images: tf.Tensor
    labels: tf.Tensor
    class_weights: tf.Tensor


class Pace:
    """How many steps the next call takes: one at first, so that the first loss comes early."""

    def __init__(self) -> None:
        self.steps = 1

    def took(self, steps: int, seconds: float) -> None:
        """Learns from a call that took as many steps as it might; a few left over at the end tell little."""
        if steps == self.steps:
            fitting = int(steps * TARGET / max(seconds, 1e-6))
            self.steps = max(1, min(fitting, GROWTH * steps, CHUNK))


class Loop:
    """A model, an optimizer and a loss, compiled together; `reset` makes it as new for the next run.

    Args:
        model: from images (n, height, width, channels) in 0..1 to logits, (n, classes) or (n, height, width, classes).
            What its layers add by `add_loss` counts for the gradients, and not in the loss that is reported.
        optimizer: without state; the loop builds it.
        loss: labels (n,), logits (n, classes) -> (n,); or masks (n, height, width) and logits of every pixel -> (n,).
        batch: images a step. A batch of more than `PIXELS_AT_ONCE` or `VALUES_AT_ONCE` is worked off in parts, their
            gradients added up before the one update: the same step in bounded memory. Batch normalisation and
            layers that say what `mixes` the images of a batch do not go with that.
        dtype: of the images, "uint8" (0..255) or "float32" (0..1).
        xla: compile with XLA, which pays for dense layers on a CPU and hurts convolutions.
        measures: whether layers are measured at updates watched. Without it compiling takes two thirds of the time.

    Raises:
        ValueError: if a model that mixes the images of a batch is to take it in parts.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: Callable[[Any, Any], Any],
        batch: int,
        dtype: str,
        xla: bool,
        measures: bool = True,
    ) -> None:
        self.model, self.batch = model, batch
        self._optimizer, self._loss = optimizer, loss
        self._state = State(model, optimizer)
        self._part = _at_once(model)
        mixing = next(filter(None, map(_mixes_images, leaves(model))), None)
        most = max(self._part, WHOLE // sum(map(_values, leaves(model)))) if mixing else batch
        if batch > most:
            height, width = model.input_shape[1:3]
            raise ValueError(
                f"{mixing} takes batches of at most {most:,} images of {height}x{width} pixels, since "
                f"it needs the whole batch at once. Received: batches of {batch:,}"
            )
        in_parts = batch > self._part and not mixing
        self._pace = Pace()
        self._measured = layers.trainable(model) if measures else {}
        self.layers = tuple(self._measured)
        self._xla = xla
        self._sums = [tf.Variable(tf.zeros_like(v.value)) for v in model.trainable_variables if in_parts]

        images = tf.TensorSpec((None, *model.input_shape[1:]), dtype)
        rows, rate = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.float32)
        number, rates = tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.float32)
        self._masks = len(model.output_shape) > 2
        for layer in filter(fusible, leaves(model) if self._masks else ()):
            fuse(layer)
        labels = tf.TensorSpec((None, *model.output_shape[1:-1]), tf.uint8) if self._masks else rows
        data = Data(images, labels, rates)
        planned = (tf.TensorSpec((None, batch), tf.int32), rates, rows)
        take = self._take_steps if measures else self._take_steps_unmeasured
        self._steps = tf.function(take, (data, *planned, number, number), jit_compile=xla)
        self._add = tf.function(self._add_gradients, (data, rows, rate))
        self._apply = tf.function(self._apply_sums, (rate,))
        self._forward = tf.function(lambda x: self.model(_scaled(x), training=False), (images,))

    def reset(self, first: list[np.ndarray]) -> None:
        """Back to step 0: the model's variables from `first`, the optimizer unused."""
        self._state.reset(first)
        for total in self._sums:
            total.assign(tf.zeros_like(total))
        self._pace = Pace()

    def penalise(self, l1: float, l2: float) -> None:
        """Sets the strengths of the penalty, see `epochs.Stepper`."""
        self._state.penalise(l1, l2)

    def load(
        self, images: np.ndarray, labels: np.ndarray, class_weights: np.ndarray, room: int = 0, together: int = 1
    ) -> Data:
        """Puts the training images on the device.

        Args:
            images: (n, height, width, channels).
            labels: (n,) class numbers, or (n, height, width) masks of them.
            class_weights: (classes,) factor of each class' loss; masks have none, as one holds several classes.
            room: images there is to be room for; sets of different size with the same room share what was compiled.
            together: epochs that are taken in one call of `epochs`.
        """
        missing = max(0, room - len(images))
        data = Data(
            tf.constant(np.pad(images, ((0, missing), (0, 0), (0, 0), (0, 0))) if missing else images),
            tf.constant(self._padded(labels, missing)),
            tf.constant(class_weights.astype(np.float32)),
        )
        if not self._sums:
            self._compile(data, together)
        return data

    def _padded(self, labels: np.ndarray, missing: int) -> np.ndarray:
        """The labels, and zeros for the images that are missing; masks are many, and take a byte a pixel."""
        labels = labels.astype(np.uint8 if self._masks else np.int32, copy=False)
        return np.pad(labels, ((0, missing), *((0, 0),) * (labels.ndim - 1))) if missing else labels

    def _compile(self, data: Data, together: int) -> None:
        """Takes no step: what a call compiles for images of this number is done before the clock runs."""
        steps = together * self._planned(data)
        nothing = np.zeros(steps, np.int32)
        self._steps(data, np.zeros((steps, self.batch), np.int32), nothing.astype(np.float32), nothing, 0, 0)

    def _planned(self, data: Data) -> int:
        """Steps that an epoch has at most."""
        return -(-len(data.images) // self.batch)

    def epoch(self, data: Data, epoch: Epoch, report: Report) -> int:
        """Takes every image once, see `epochs`."""
        return self.epochs(data, [epoch], report)

    def epochs(self, data: Data, epochs: Sequence[Epoch], report: Report) -> int:
        """Takes every image once in each epoch, several epochs in one call where they are short: a call costs as much
        as several updates of a small network.

        Args:
            report: gets the losses of the steps just taken, in order, at times none, and the layers' norms; what it
                raises ends the epochs.

        Returns:
            How many images, or pixels of them, were classified rightly, each at its own step.
        """
        rows = np.concatenate([self._batches(epoch.order) for epoch in epochs])
        rates, watched, stops = (np.concatenate(parts) for parts in list(zip(*epochs, strict=True))[1:])
        if self._sums:
            steps = zip(rows, rates, strict=True)
            return sum(self._take_step_in_parts(data, row[row >= 0], rate, report) for row, rate in steps)
        spare = max(0, len(epochs) * self._planned(data) - len(rows))
        return self._take_chunks(data, Epoch(rows, rates, watched, stops), spare, report)

    def _batches(self, order: np.ndarray) -> np.ndarray:
        """(steps, batch) the images' numbers, the last step filled up with -1."""
        short = -len(order) % self.batch
        return np.pad(order.astype(np.int32), (0, short), constant_values=-1).reshape(-1, self.batch)

    def logits(self, images: np.ndarray, pause: Callable[[], None]) -> np.ndarray:
        """(n, classes) for images (n, height, width, channels), or (n, height, width, classes); `pause` is called now
        and then, and may raise."""
        parts = []
        for start in range(0, len(images), self._part):
            pause()
            parts.append(self._forward(images[start : start + self._part]).numpy())
        return np.concatenate(parts)

    def _take_chunks(self, data: Data, plan: Epoch, spare: int, report: Report) -> int:
        """The steps of a plan whose order is (steps, batch), a chunk a call; `spare` more fill up what was compiled."""
        rows = plan.order
        watched = np.flatnonzero(plan.watched)
        ends = _ends(len(rows), np.concatenate([watched, watched + 1]))
        stops = _ends(len(rows), np.flatnonzero(plan.stops) + 1)
        planned = (
            tf.constant(np.pad(rows, ((0, spare), (0, 0)), constant_values=-1)),
            tf.constant(np.pad(plan.rates, (0, spare))),
            tf.constant(np.pad(ends, (0, spare))),
        )
        correct, first = 0, 0
        while first < len(rows):
            last = min(first + self._pace.steps, int(stops[first]))
            start = time.perf_counter()
            losses, norms, right = self._steps(data, *planned, first, last)
            losses = losses.numpy()[: last - first]
            self._pace.took(last - first, time.perf_counter() - start)
            correct += int(right)
            report(losses, norms.numpy()[: last - first])
            first = last
        return correct

    def _take_step_in_parts(self, data: Data, rows: np.ndarray, rate: float, report: Report) -> int:
        """One step over a batch too large for one call."""
        loss, correct = 0.0, 0
        for start in range(0, len(rows), self._part):
            report(np.empty(0, np.float32), None)
            part, right = self._add(data, rows[start : start + self._part], float(len(rows)))
            loss, correct = loss + float(part), correct + int(right)
        norms = self._apply(rate)
        report(np.asarray([loss], np.float32), norms.numpy()[None])
        return correct

    def _take_steps(
        self, data: Data, order: tf.Tensor, rates: tf.Tensor, ends: tf.Tensor, first: tf.Tensor, last: tf.Tensor
    ) -> tuple[Any, Any, Any]:
        """Steps `first` to `last`, in stretches that end where `ends` says; layers are measured over a stretch.

        A stretch of one step measures that step. To measure every step would double the time of a dense network.
        """
        losses = tf.TensorArray(tf.float32, CHUNK, element_shape=())
        norms = tf.TensorArray(tf.float32, CHUNK, element_shape=(len(self.layers), 2))
        correct, step = 0, first
        while step < last:
            before = self._weights()
            gradients = [tf.zeros_like(weights) for weights in before]
            end = tf.minimum(last, ends[step])
            while step < end:
                loss, right, gradients = self._gradients(data, *self._rows(order[step]))
                self._update(gradients, rates[step])
                losses, correct, step = losses.write(step - first, loss), correct + right, step + 1
            norms = norms.write(step - 1 - first, layers.measure(self._measured, gradients, before, self._weights()))
        return losses.stack(), norms.stack(), correct

    def _take_steps_unmeasured(
        self,
        data: Data,
        order: tf.Tensor,
        rates: tf.Tensor,
        ends: tf.Tensor,  # noqa: ARG002 - as `_take_steps`, whose stretches end there
        first: tf.Tensor,
        last: tf.Tensor,
    ) -> tuple[Any, Any, Any]:
        """Steps `first` to `last`; no norms."""
        losses = tf.TensorArray(tf.float32, CHUNK, element_shape=())
        correct, step = 0, first
        while step < last:
            loss, right, gradients = self._gradients(data, *self._rows(order[step]))
            self._update(gradients, rates[step])
            losses, correct, step = losses.write(step - first, loss), correct + right, step + 1
        return losses.stack(), tf.zeros((CHUNK, 0, 2)), correct

    def _rows(self, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The rows to take, and how many of them are real; XLA wants to know how many there are and takes them all."""
        real = tf.reduce_sum(tf.cast(rows >= 0, tf.int32))
        return rows if self._xla else rows[:real], tf.cast(real, tf.float32)

    def _add_gradients(self, data: Data, rows: tf.Tensor, count: tf.Tensor) -> tuple[Any, Any]:
        loss, right, gradients = self._gradients(data, rows, count)
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(gradient)
        return loss, right

    def _apply_sums(self, rate: tf.Tensor) -> tf.Tensor:
        before, gradients = self._weights(), [total.read_value() for total in self._sums]
        self._update(gradients, rate)
        for total in self._sums:
            total.assign(tf.zeros_like(total))
        if not self._measured:
            return tf.zeros((0, 2))
        return layers.measure(self._measured, gradients, before, self._weights())

    def _weights(self) -> list[tf.Tensor]:
        return [tf.identity(variable.value) for variable in self.model.trainable_variables]

    def _update(self, gradients: list[tf.Tensor], rate: tf.Tensor) -> None:
        self._optimizer.learning_rate = rate
        self._optimizer.apply(gradients, self.model.trainable_variables)

    def _gradients(self, data: Data, rows: tf.Tensor, count: tf.Tensor) -> tuple[Any, Any, Any]:
        """Loss (the sum over `rows` divided by `count`), number of images or pixels classified rightly, gradients.

        Rows below 0 only fill a batch up and count for nothing.
        """
        real, rows = rows >= 0, tf.maximum(rows, 0)
        labels = tf.gather(data.labels, rows)
        weights = tf.cast(real, tf.float32)
        if self._masks:
            labels = tf.cast(labels, tf.int32)
            real = real[:, None, None]
        else:
            weights *= tf.gather(data.class_weights, labels)
        with tf.GradientTape() as tape:
            logits = self.model(_scaled(tf.gather(data.images, rows)), training=True)
            loss = tf.reduce_sum(self._loss(labels, logits) * weights) / count
            objective = sum(self.model.losses, loss)  # those that layers add, such as of domain adaptation
        right = (tf.argmax(logits, -1, output_type=tf.int32) == labels) & real
        return loss, tf.reduce_sum(tf.cast(right, tf.int32)), tape.gradient(objective, self.model.trainable_variables)


def _ends(steps: int, ends: np.ndarray) -> np.ndarray:
    """(steps,) for each step the nearest of `ends` behind it, or the end of them all."""
    ends = np.unique([*ends, steps])
    return ends[np.searchsorted(ends, np.arange(steps), side="right")].astype(np.int32)


def forward(model: keras.Model, dtype: str) -> Callable[[np.ndarray], np.ndarray]:
    """Computes what a model makes of images (n, height, width, channels) of this dtype, as in use, not in training."""
    images = tf.TensorSpec((None, *model.input_shape[1:]), dtype)
    computed = tf.function(lambda x: tf.cast(model(_scaled(x), training=False), tf.float32), (images,))
    steps = computed.get_concrete_function()
    return lambda some: steps(tf.constant(some)).numpy()


def _at_once(model: keras.Model) -> int:
    """Images that go through a network together."""
    height, width = model.input_shape[1:3]
    return max(1, min(PIXELS_AT_ONCE // (height * width), VALUES_AT_ONCE // sum(map(_values, leaves(model)))))


def _values(layer: keras.layers.Layer) -> int:
    """Numbers that a layer makes of one image; they are kept until the gradients are known."""
    shape = getattr(getattr(layer, "output", None), "shape", None)
    return math.prod(shape[1:]) if shape is not None and None not in shape[1:] else 0


def _mixes_images(layer: keras.layers.Layer) -> str | None:
    """What makes a batch more than its images one by one, in words; None for a layer that takes each by itself."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return "Batch normalisation" if layer.trainable else None
    return getattr(layer, "mixes", None)


def _scaled(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(images, tf.float32) / 255 if images.dtype == tf.uint8 else images


def gpus() -> list[dict[str, Any]]:
    """GPUs that TensorFlow can use, in its order: {"name", "capability": (major, minor) or None}."""
    found = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return [{"name": gpu.get("device_name", "GPU"), "capability": gpu.get("compute_capability")} for gpu in found]
