"""Dice and IoU of masks: of each image or volume by itself, and of many as one batch, which is another number."""

from typing import NamedTuple

import numpy as np


class Counts(NamedTuple):
    """Pixels of each foreground class.

    Args:
        both: (..., classes - 1) where the mask and the truth say so, true positives.
        true: (..., classes - 1) of the truth.
        predicted: (..., classes - 1) of the mask.
    """

    both: np.ndarray
    true: np.ndarray
    predicted: np.ndarray


def counts(truth: np.ndarray, predicted: np.ndarray, classes: int) -> Counts:
    """Counts of every image, (n, classes - 1) int64 each.

    Args:
        truth, predicted: (n, ...) class numbers, 0 is background.
        classes: how many there are with the background.
    """
    return of_confusions(confusions(truth, predicted, classes))


def of_confusions(found: np.ndarray) -> Counts:
    """Counts of confusions (..., classes, classes) of true and predicted class."""
    both = found.diagonal(axis1=-2, axis2=-1)[..., 1:]
    return Counts(both, found[..., 1:, :].sum(axis=-1), found[..., 1:].sum(axis=-2))


def confusions(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Pixels of every image by true and predicted class, (n, classes, classes) int64."""
    n = len(truth)
    cells = truth.reshape(n, -1).astype(np.int64) * classes + predicted.reshape(n, -1)
    return np.stack([np.bincount(image, minlength=classes**2) for image in cells]).reshape(n, classes, classes)


def by_unit(values: np.ndarray, unit_of: np.ndarray, units: int) -> np.ndarray:
    """Sums (units, ...) of what was counted image by image (n, ...)."""
    sums = np.zeros((units, *values.shape[1:]), np.int64)
    np.add.at(sums, unit_of, values)
    return sums


def dice(found: Counts) -> np.ndarray:
    """2 both / (true + predicted), the shape of the counts; NaN where there is nothing in truth and mask (0/0)."""
    return ratio(2 * found.both, found.true + found.predicted)


def iou(found: Counts) -> np.ndarray:
    """both / either, the shape of the counts; NaN where there is nothing in truth and mask (0/0)."""
    return ratio(found.both, found.true + found.predicted - found.both)


def whole(found: Counts) -> np.ndarray:
    """Dice (classes - 1,) of all images as one batch: large objects count more, and empty images not at all."""
    return dice(Counts(*(values.sum(axis=0) for values in found)))


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below as float64, NaN where it is 0/0."""
    return np.divide(above, below, out=np.full(np.shape(below), np.nan), where=np.asarray(below) > 0)


def mean(values: np.ndarray, axis: int | None = None) -> np.ndarray:
    """The mean of what is a number; NaN, and no warning, where nothing is."""
    there = np.isfinite(values)
    return ratio(np.where(there, values, 0).sum(axis=axis), there.sum(axis=axis))
