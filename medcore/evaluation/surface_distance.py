"""How far apart the surfaces of two masks lie: Hausdorff distance at 95% and average distance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import ndimage


class Distances(NamedTuple):
    """From every point of one surface to the nearest point of the other, in the unit of the spacing.

    Args:
        forth: (points of the first surface,).
        back: (points of the second surface,).
    """

    forth: np.ndarray
    back: np.ndarray


def surface(mask: np.ndarray) -> np.ndarray:
    """The pixels of a mask that touch what is not in it by an edge (a face in 3D), or the rim of the image.

    Args:
        mask: bool, 2D or 3D.
    """
    return mask & ~ndimage.binary_erosion(mask)


def distances(one: np.ndarray, other: np.ndarray, spacing: Sequence[float]) -> Distances:
    """Distances between the surfaces of two masks, from centre to centre of their pixels.

    Args:
        one, other: bool, of one shape, 2D or 3D, neither empty.
        spacing: between pixels along each axis.
    """
    part = _box(one | other)
    first, second = surface(np.pad(one[part], 1))[_inner(one)], surface(np.pad(other[part], 1))[_inner(one)]
    to_first = ndimage.distance_transform_edt(~first, sampling=spacing)
    to_second = ndimage.distance_transform_edt(~second, sampling=spacing)
    return Distances(to_second[first], to_first[second])


def hd95(found: Distances) -> float:
    """The larger of the two 95th percentiles, there and back, as MONAI computes it (`HausdorffDistanceMetric(
    percentile=95)`); other programs take one percentile of both together, which is smaller.

    Reference:
        Huttenlocher et al. 1993, doi 10.1109/34.232073; Maier-Hein et al. 2024, doi 10.1038/s41592-023-02151-z.
    """
    return float(max(np.percentile(found.forth, 95), np.percentile(found.back, 95)))


def assd(found: Distances) -> float:
    """Average symmetric surface distance: the mean over the points of both surfaces together, as of MONAI's
    `SurfaceDistanceMetric(symmetric=True)` (its early versions took the mean of both means).
    """
    return float(np.concatenate(found).mean())


def of_masks(truth: np.ndarray, predicted: np.ndarray, spacing: Sequence[float]) -> tuple[float, float]:
    """(hd95, assd) of two bool masks; NaN both where one of them is empty, since there is no surface to go to."""
    if not truth.any() or not predicted.any():
        return np.nan, np.nan
    found = distances(truth, predicted, spacing)
    return hd95(found), assd(found)


def _box(mask: np.ndarray) -> tuple[slice, ...]:
    """The smallest box around a mask; outside of it there is no surface."""
    return ndimage.find_objects(mask.astype(np.uint8), 1)[0]


def _inner(mask: np.ndarray) -> tuple[slice, ...]:
    return (slice(1, -1),) * mask.ndim
