"""The plane through weight space that holds most of some paths: their first two principal components."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

COLUMNS_AT_ONCE = 2**16
"""Weights worked on together in double precision, so that paths in half precision stay small."""


class Plane(NamedTuple):
    """A plane in weight space.

    Args:
        origin: (d,) float32, the mean of all points.
        axes: (2, d) float32, orthonormal; the first explains most.
        explained: shares of the points' variance along the two axes, each 0..1.
    """

    origin: np.ndarray
    axes: np.ndarray
    explained: tuple[float, float]

    def at(self, x: float, y: float) -> np.ndarray:
        """The weights (d,) at a place on the plane."""
        return self.origin + np.float32(x) * self.axes[0] + np.float32(y) * self.axes[1]


def principal(points: np.ndarray) -> tuple[Plane, np.ndarray]:
    """The plane that keeps most of the points' variance, and the points' places on it.

    The n x n products between the points say as much as the d x d covariance, and n is small.

    Args:
        points: (n, d), finite, three or more; d is the number of weights.

    Returns:
        The plane, and (n, 2) float64 places.

    Raises:
        ValueError: if there are fewer than three points, or all are the same.

    Reference:
        Li et al., Visualizing the Loss Landscape of Neural Nets, arXiv:1712.09913, section 7.
    """
    if len(points) < 3:
        raise ValueError(f"A plane needs three points in weight space or more. Received: {len(points)}")
    origin = points.mean(axis=0, dtype=np.float64)
    products = np.zeros((len(points), len(points)))
    for columns in _columns(points):
        centred = points[:, columns] - origin[columns]
        products += centred @ centred.T
    variances, vectors = np.linalg.eigh(products)
    variances, vectors = np.maximum(variances[::-1], 0), vectors[:, ::-1]
    if not variances[0] > 0:
        raise ValueError("The weights did not move, so there is no path to draw.")
    lengths = np.sqrt(variances[:2])
    axes = np.zeros((2, points.shape[1]), np.float32)
    for axis in range(2):
        # A straight path has no second direction: the axis stays empty, and so do its places.
        if lengths[axis] > 1e-7 * lengths[0]:
            for columns in _columns(points):
                centred = points[:, columns] - origin[columns]
                axes[axis, columns] = vectors[:, axis] @ centred / lengths[axis]
    share = variances[:2] / variances.sum()
    return Plane(origin.astype(np.float32), axes, (float(share[0]), float(share[1]))), vectors[:, :2] * lengths


def _columns(points: np.ndarray) -> Sequence[slice]:
    return [slice(start, start + COLUMNS_AT_ONCE) for start in range(0, points.shape[1], COLUMNS_AT_ONCE)]


def grid(places: np.ndarray, count: int, margin: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spaced places along both axes that hold all of `places`, in a square.

    Args:
        places: (n, 2).
        count: places along an axis.
        margin: room on each side, as a share of the longer extent.

    Returns:
        x (count,) and y (count,).
    """
    low, high = places.min(axis=0), places.max(axis=0)
    half = (0.5 + margin) * (high - low).max()
    middle = (low + high) / 2
    return tuple(np.linspace(centre - half, centre + half, count) for centre in middle)
