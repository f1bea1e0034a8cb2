"""What a network says of every pixel, part by part, so that the logits of a whole set never lie in memory together."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.evaluation import masks, overlap
from medcore.evaluation.watched import Moment
from medcore.training.epochs import Stepper

PIXELS_AT_ONCE = 2**21
"""Pixels whose logits are held together: 16 MB a class in float64."""

Pause = Callable[[], None]


def logits(stepper: Stepper, images: np.ndarray, pause: Pause) -> Iterator[tuple[slice, np.ndarray]]:
    """Logits of some images after the other, each time with where they stand."""
    at_once = max(1, PIXELS_AT_ONCE // (images.shape[1] * images.shape[2]))
    for first in range(0, len(images), at_once):
        part = slice(first, first + at_once)
        yield part, stepper.logits(images[part], pause)


def said(stepper: Stepper, images: np.ndarray, pause: Pause) -> Moment | None:
    """What the network says of images, (n, height, width) uint8 each; None where it diverged, so that its probabilities
    are no numbers."""
    parts = [kept(values) for _, values in logits(stepper, images, pause)]
    if None in parts:
        return None
    return Moment(*map(np.concatenate, zip(*parts, strict=True)))


def kept(values: np.ndarray) -> Moment | None:
    """What is kept of logits; None where they are no numbers."""
    return Moment(*masks.said(masks.softmax(values))) if np.isfinite(values).all() else None


class Validation:
    """Judges a network by the validation images, after every epoch.

    Args:
        stepper: of the network.
        loss: of masks.
        val: its masks as labels.
        unit_of: (n,) the case of each image, see `evaluation.extent`.
        watched: numbers of images of which `said` is kept.
    """

    def __init__(
        self,
        stepper: Stepper,
        loss: Callable[[Any, Any], Any],
        val: ImageDataset,
        unit_of: np.ndarray,
        watched: np.ndarray,
    ) -> None:
        self._stepper, self._loss, self._val = stepper, loss, val
        self._unit_of, self._watched = unit_of, watched
        self.seen: Moment | None = None

    def __call__(self, pause: Pause) -> dict[str, float]:
        """`val_loss`, the mean over the images; `val_accuracy`, of pixels; `val_dice` and `val_iou`, means over the
        cases and then the foreground classes; `val_dice_K` of class K; `val_dice_whole`, of all images as one batch.
        The loss alone, not a number, where the network diverged."""
        losses, right, counts, seen = [], 0, [], []
        for part, values in logits(self._stepper, self._val.images, pause):
            truth, found = self._val.labels[part], kept(values)
            if found is None:
                return {"val_loss": float("nan")}
            losses.append(keras.ops.convert_to_numpy(self._loss(truth.astype(np.int32), values)))
            mask = masks.masks(*found)
            right += np.count_nonzero(mask == truth)
            counts.append(overlap.counts(truth, mask, len(self._val.class_names)))
            own = self._watched[(self._watched >= part.start) & (self._watched < part.stop)] - part.start
            seen.append((found.foreground[own], found.classes[own]))
        self.seen = Moment(*map(np.concatenate, zip(*seen, strict=True)))
        found = overlap.Counts(*map(np.concatenate, zip(*counts, strict=True)))
        return {
            "val_loss": float(np.concatenate(losses).mean()),
            "val_accuracy": float(right / self._val.labels.size),
            **self._overlaps(found),
        }

    def _overlaps(self, found: overlap.Counts) -> dict[str, float]:
        """Means of the cases' Dice and IoU, from the counts of every image."""
        units = int(self._unit_of.max()) + 1
        of_cases = overlap.Counts(*(overlap.by_unit(values, self._unit_of, units) for values in found))
        dice = overlap.mean(overlap.dice(of_cases), axis=0)
        return {
            "val_dice": float(overlap.mean(dice)),
            "val_iou": float(overlap.mean(overlap.mean(overlap.iou(of_cases), axis=0))),
            "val_dice_whole": float(overlap.mean(overlap.whole(found))),
            **{f"val_dice_{number}": float(value) for number, value in enumerate(dice, 1)},
        }
