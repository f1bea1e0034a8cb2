"""The masks of a few validation images before training and after every epoch, so that one can watch them come."""

from pathlib import Path

import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.evaluation import watched
from medcore.evaluation.watched import Moment, Watched
from medcore.training.classification import write
from medcore.training.course import evenly

MOST_EPOCHS = 201
"""Epochs whose masks are kept, the start among them: of more, evenly spaced ones."""


class WatchedMasks:
    """Writes `watched.npz` at once, and `watched-000.npz` and on as they come.

    Args:
        shown: the validation images as a person sees them, (n, height, width, 1 or 3) uint8 or floats.
        val: those images as the network gets them, with masks of the same size.
        rows: numbers of the ones that are watched.
        epochs: how many are planned.
        folder: of the run.
    """

    def __init__(self, shown: np.ndarray, val: ImageDataset, rows: np.ndarray, epochs: int, folder: Path) -> None:
        self._folder, self._due = folder, set(evenly(0, epochs, MOST_EPOCHS))
        there = np.arange(len(val)) if val.rows is None else val.rows
        self._write(watched.FILE, Watched(_bytes(shown[rows]), val.labels[rows], there[rows]))

    def note(self, epoch: int, said: Moment | None) -> None:
        """Keeps what the network says after an epoch, 0 before training; nothing of one that diverged."""
        if said is not None and epoch in self._due:
            self._write(watched.name(epoch), said)

    def _write(self, name: str, saved: Watched | Moment) -> None:
        write(self._folder / name, lambda file: watched.write(file, saved))


def chosen(masks: np.ndarray, count: int) -> np.ndarray:
    """Numbers of the images to watch, ascending: evenly spaced among those with something in their mask.

    Args:
        masks: (n, height, width).
        count: how many, if there are as many.
    """
    filled = np.flatnonzero(masks.any(axis=(1, 2)))
    filled = filled if len(filled) else np.arange(len(masks))
    return filled[evenly(0, len(filled) - 1, count)] if count else filled[:0]


def _bytes(images: np.ndarray) -> np.ndarray:
    """Images (n, height, width, channels) for the eye, uint8: floats in 0..1 times 255; others, such as those of a
    normalisation, from the lowest to the highest value of each."""
    if images.dtype == np.uint8:
        return images
    low, high = images.min(axis=(1, 2, 3), keepdims=True), images.max(axis=(1, 2, 3), keepdims=True)
    if low.min() < 0 or high.max() > 1:
        images = (images - low) / np.maximum(high - low, 1e-6)
    return np.rint(255 * images).astype(np.uint8)
