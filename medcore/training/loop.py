"""The compiled training loop: many steps a call over images that stay on the device.

The only file that imports TensorFlow. A Python step costs more than a small network's
arithmetic, so one call of one `tf.function` takes as many steps as fit into `TARGET`
seconds and returns the loss of each; between calls a run can be cancelled.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from medcore.training.state import State

TARGET = 0.07
"""Seconds that one call should last: long against Python's share, short against a person's patience."""

CHUNK = 1024
"""Most steps a call takes."""

PIXELS_AT_ONCE = 2**19
"""Images of this many pixels go through a network together: about 0.1 s and some hundred MB
of activations for the articles' CNN on one core."""


class Data(NamedTuple):
    """Training images on the device."""

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
            self.steps = max(1, min(fitting, 4 * steps, CHUNK))


class Loop:
    """A model, an optimizer and a loss, compiled together; `reset` makes it as new for the next run.

    Args:
        model: from images (n, height, width, channels) in 0..1 to logits (n, classes).
        optimizer: without state; the loop builds it.
        loss: labels (n,), logits (n, classes) -> (n,).
        batch: images a step. A batch of more than `PIXELS_AT_ONCE` is worked off in parts, their
            gradients added up before the one update: the same step in bounded memory. Only
            layers that mix the images of a batch (batch normalisation) see the parts.
        dtype: of the images, "uint8" (0..255) or "float32" (0..1).
        xla: compile with XLA, which pays for dense layers on a CPU and hurts convolutions.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: Callable[[Any, Any], Any],
        batch: int,
        dtype: str,
        xla: bool,
    ) -> None:
        self.model, self.batch = model, batch
        self._optimizer, self._loss = optimizer, loss
        self._state = State(model, optimizer)
        height, width = model.input_shape[1:3]
        self._part = max(1, PIXELS_AT_ONCE // (height * width))
        self._pace = Pace()
        self._sums = [tf.Variable(tf.zeros_like(v.value)) for v in model.trainable_variables if batch > self._part]

        images = tf.TensorSpec((None, *model.input_shape[1:]), dtype)
        number, vector = tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.int32)
        data = Data(images, vector, tf.TensorSpec((None,), tf.float32))
        order = tf.TensorSpec((None, None), tf.int32)
        self._steps = tf.function(self._take_steps, (data, order, number, number), jit_compile=xla)
        self._add = tf.function(self._add_gradients, (data, vector, tf.TensorSpec((), tf.float32)))
        self._apply = tf.function(self._apply_sums, ())
        self._forward = tf.function(lambda x: self.model(_scaled(x), training=False), (images,))

    def reset(self, first: list[np.ndarray], learning_rate: float) -> None:
        """Back to step 0: the model's variables from `first`, the optimizer unused."""
        self._state.reset(first, learning_rate)
        for total in self._sums:
            total.assign(tf.zeros_like(total))
        self._pace = Pace()

    def load(self, images: np.ndarray, labels: np.ndarray, class_weights: np.ndarray) -> Data:
        """Puts the training images on the device.

        Args:
            images: (n, height, width, channels).
            labels: (n,) class numbers.
            class_weights: (classes,) factor of each class' loss.
        """
        return Data(
            tf.constant(images),
            tf.constant(labels.astype(np.int32)),
            tf.constant(class_weights.astype(np.float32)),
        )

    def epoch(self, data: Data, order: np.ndarray, report: Callable[[np.ndarray], None]) -> int:
        """Takes every image once.

        Args:
            order: (n,) the images' numbers in the order to take them; the last batch may be short.
            report: gets the losses of the steps just taken, in order, at times none; what it raises ends the epoch.

        Returns:
            How many images were classified rightly, each at its own step.
        """
        order = order.astype(np.int32)
        if self._sums:
            batches = range(0, len(order), self.batch)
            return sum(self._take_step_in_parts(data, order[start : start + self.batch], report) for start in batches)
        full = len(order) - len(order) % self.batch
        correct = self._take_batches(data, order[:full].reshape(-1, self.batch), self._pace, report)
        return correct + self._take_batches(data, order[full:][None], Pace(), report)

    def logits(self, images: np.ndarray, pause: Callable[[], None]) -> np.ndarray:
        """(n, classes) for images (n, height, width, channels); `pause` is called now and then, and may raise."""
        parts = []
        for start in range(0, len(images), self._part):
            pause()
            parts.append(self._forward(images[start : start + self._part]).numpy())
        return np.concatenate(parts)

    def _take_batches(self, data: Data, order: np.ndarray, pace: Pace, report: Callable[[np.ndarray], None]) -> int:
        """Steps over the rows of `order` (steps, batch), a chunk a call."""
        if not order.size:
            return 0
        correct, first, rows = 0, 0, tf.constant(order)
        while first < len(order):
            last = min(first + pace.steps, len(order))
            start = time.perf_counter()
            losses, right = self._steps(data, rows, first, last)
            losses = losses.numpy()[: last - first]
            pace.took(last - first, time.perf_counter() - start)
            correct += int(right)
            report(losses)
            first = last
        return correct

    def _take_step_in_parts(self, data: Data, rows: np.ndarray, report: Callable[[np.ndarray], None]) -> int:
        """One step over a batch too large for one call."""
        loss, correct = 0.0, 0
        for start in range(0, len(rows), self._part):
            report(np.empty(0, np.float32))
            part, right = self._add(data, rows[start : start + self._part], float(len(rows)))
            loss, correct = loss + float(part), correct + int(right)
        self._apply()
        report(np.asarray([loss], np.float32))
        return correct

    def _take_steps(self, data: Data, order: tf.Tensor, first: tf.Tensor, last: tf.Tensor) -> tuple[Any, Any]:
        losses, correct, step = tf.TensorArray(tf.float32, CHUNK), 0, first
        while step < last:
            rows = order[step]
            loss, right, gradients = self._gradients(data, rows, tf.cast(tf.size(rows), tf.float32))
            self._optimizer.apply(gradients, self.model.trainable_variables)
            losses, correct, step = losses.write(step - first, loss), correct + right, step + 1
        return losses.stack(), correct

    def _add_gradients(self, data: Data, rows: tf.Tensor, count: tf.Tensor) -> tuple[Any, Any]:
        loss, right, gradients = self._gradients(data, rows, count)
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(gradient)
        return loss, right

    def _apply_sums(self) -> None:
        self._optimizer.apply([total.read_value() for total in self._sums], self.model.trainable_variables)
        for total in self._sums:
            total.assign(tf.zeros_like(total))

    def _gradients(self, data: Data, rows: tf.Tensor, count: tf.Tensor) -> tuple[Any, Any, Any]:
        """Loss (the sum over `rows` divided by `count`), number classified rightly, gradients."""
        labels = tf.gather(data.labels, rows)
        with tf.GradientTape() as tape:
            logits = self.model(_scaled(tf.gather(data.images, rows)), training=True)
            loss = tf.reduce_sum(self._loss(labels, logits) * tf.gather(data.class_weights, labels)) / count
        right = tf.reduce_sum(tf.cast(tf.argmax(logits, 1, output_type=tf.int32) == labels, tf.int32))
        return loss, right, tape.gradient(loss, self.model.trainable_variables)


def _scaled(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(images, tf.float32) / 255 if images.dtype == tf.uint8 else images


def gpus() -> list[dict[str, Any]]:
    """GPUs that TensorFlow can use, in its order: {"name", "capability": (major, minor) or None}."""
    found = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return [{"name": gpu.get("device_name", "GPU"), "capability": gpu.get("compute_capability")} for gpu in found]
