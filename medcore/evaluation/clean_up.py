"""Small pieces of a mask removed: its connected components, and the Dice without the smaller ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from medcore.evaluation import masks, overlap
from medcore.evaluation.extent import Extent
from medcore.evaluation.overlap import Counts
from medcore.sandbox import Reply


def components(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Numbers 1, 2, … of the connected components of a bool mask, 0 outside, and how many there are.

    Pixels that touch by a corner belong together, too: 8 neighbours in an image, 26 in a volume.
    """
    return ndimage.label(mask, np.ones((3,) * mask.ndim, bool))


def cleaned(mask: np.ndarray, smallest: int) -> np.ndarray:
    """The mask without components of fewer pixels, which become background; each class by itself.

    Args:
        mask: (h, w) or (slices, h, w) uint8 class numbers.
        smallest: pixels; 0 or 1 leaves the mask as it is.
    """
    kept = mask.copy()
    for number in np.unique(mask[mask > 0]):
        labels, _ = components(mask == number)
        kept[(np.bincount(labels.ravel()) < smallest)[labels] & (labels > 0)] = 0
    return kept


def table(
    foreground: np.ndarray,
    labels: np.ndarray,
    truth: np.ndarray,
    classes: int,
    thresholds: Sequence[float],
    sizes: Sequence[int],
) -> Counts:
    """Counts of one case at every threshold, without components smaller than every size.

    Args:
        foreground, labels: (h, w) or (slices, h, w) uint8, as `masks.said` gives them.
        truth: likewise, class numbers.
        classes: how many there are with the background.
        thresholds: (T,).
        sizes: (S,) pixels, ascending.

    Returns:
        (T, S, classes - 1) int64 each.
    """
    shape = (len(thresholds), len(sizes), classes - 1)
    both, predicted = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    true = np.bincount(truth.ravel(), minlength=classes)[1:]
    for t, threshold in enumerate(thresholds):
        mask = masks.masks(foreground, labels, threshold)
        for k, part in enumerate(ndimage.find_objects(mask, max_label=classes - 1)):
            if part is not None:
                predicted[t, :, k], both[t, :, k] = _kept(mask[part] == k + 1, truth[part] == k + 1, sizes)
    return Counts(both, np.broadcast_to(true, shape), predicted)


def _kept(mask: np.ndarray, truth: np.ndarray, sizes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (S,) of a bool mask that remain without the smaller components, and those of them that are true."""
    labels, _ = components(mask)
    pixels = np.bincount(labels[mask])
    right = np.bincount(labels[mask & truth], minlength=len(pixels))
    keeps = pixels >= np.asarray(sizes)[:, None]
    return keeps @ pixels, keeps @ right


def tables(
    foreground: np.ndarray,
    labels: np.ndarray,
    truth: np.ndarray,
    classes: int,
    thresholds: Sequence[float],
    sizes: Sequence[int],
    cases: Extent,
    pause: Callable[[], None] = lambda: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Dice of many cases at every threshold and clean-up.

    Args:
        foreground, labels, truth: (n, h, w) uint8.
        cases: that the images make up.
        pause: called before each case, may raise.

    Returns:
        Of each case (T, S, units, classes - 1), and of all as one batch (T, S, classes - 1); NaN is 0/0.
    """
    found = []
    for unit in range(cases.units):
        pause()
        one = (cases.case(values, unit) for values in (foreground, labels, truth))
        found.append(table(*one, classes, thresholds, sizes))
    together = Counts(*(np.stack(values, axis=2) for values in zip(*found, strict=True)))
    return overlap.dice(together), overlap.dice(Counts(*(values.sum(axis=2) for values in together)))


def job(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The sandbox's job: `cleaned` of several masks.

    Args:
        values: {"shapes": of each mask, "smallest": pixels}.
        data: bytes of each mask.
    """
    given = (np.frombuffer(mask, np.uint8).reshape(shape) for mask, shape in zip(data, values["shapes"], strict=True))
    return Reply({}, [np.ascontiguousarray(cleaned(mask, values["smallest"])) for mask in given])
