"""What several looks at a slice say of it, taken together as they come: so many need no more memory than one.

Reference:
    Welford (1962), Note on a method for calculating corrected sums of squares and products,
    doi 10.1080/00401706.1962.10490022.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from medcore.evaluation import masks
from medcore.inference.spacing import Scale

SHARPEST = 2 * masks.SURE
"""A byte of doubt for a standard deviation of 1: that of probabilities is 0.5 at most."""


class Drawn(NamedTuple):
    """What is kept of a slice, of its own size.

    Args:
        mask: (rows, columns) uint8, class of each pixel by the mean over the looks.
        foreground: (rows, columns) uint8, 255 times the mean probability of anything but background.
        unsure: (rows, columns) uint8, 510 times the standard deviation of that probability among the looks.
        counts: (1 + looks, classes) pixels of each class: in the mask, then by each look alone.
    """

    mask: np.ndarray
    foreground: np.ndarray
    unsure: np.ndarray
    counts: np.ndarray


class Opinion:
    """Mean and spread at the network's pixel size; brought to the slice's own strip by strip.

    Args:
        scale: of the slice.
        classes: that are told apart.
        pause: called before each strip; may raise to stop.
    """

    def __init__(self, scale: Scale, classes: int, pause: Callable[[], None]) -> None:
        self._scale, self._classes, self._pause = scale, classes, pause
        self._mean = np.zeros((*scale.made, classes), np.float32)
        self._squares = np.zeros((*scale.made, 1), np.float32)
        self._counts: list[np.ndarray] = []

    def add(self, said: np.ndarray) -> None:
        """Takes a look's probabilities (rows, columns, classes), with the frame, if the slice has one."""
        said = self._scale.inner(said)
        counts = np.zeros(self._classes, np.int64)
        for _, strip in self._scale.back(said, self._pause):
            counts += self._count(masks.masks(*masks.said(strip)))
        self._counts.append(counts)
        apart = said - self._mean
        before = apart[..., :1].copy()
        apart /= len(self._counts)
        self._mean += apart
        self._squares += before * (said[..., :1] - self._mean[..., :1])

    def drawn(self) -> Drawn:
        """Of all looks so far."""
        mask, foreground, unsure = (np.empty(self._scale.own, np.uint8) for _ in range(3))
        spread = np.sqrt(np.maximum(self._squares / len(self._counts), 0))
        for rows, strip in self._scale.back(np.concatenate([self._mean, spread], axis=2), self._pause):
            foreground[rows], classes = masks.said(strip[..., :-1])
            mask[rows] = masks.masks(foreground[rows], classes)
            unsure[rows] = np.clip(np.rint(SHARPEST * strip[..., -1]), 0, 255)
        return Drawn(mask, foreground, unsure, np.stack([self._count(mask), *self._counts]))

    def _count(self, mask: np.ndarray) -> np.ndarray:
        return np.bincount(mask.ravel(), minlength=self._classes)
