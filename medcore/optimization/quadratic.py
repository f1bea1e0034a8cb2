"""Two weights under a quadratic data loss: the best ones with a penalty, in closed form."""

from itertools import product

import numpy as np

CURVATURE = np.array([[1.0, 0.5], [0.5, 1.0]])
"""How much the loss bends; the two weights can partly stand for each other."""
TARGET = np.array([1.4, 0.5])
"""The best weights of the data alone."""


def loss(weights: np.ndarray) -> np.ndarray:
    """(w - target)' curvature (w - target) / 2 of weights (..., 2)."""
    away = np.asarray(weights) - TARGET
    return np.einsum("...i,ij,...j->...", away, CURVATURE, away) / 2


def best_l1(strength: float) -> np.ndarray:
    """The weights (2,) where loss + strength * sum(abs(w)) is least.

    With the signs of the weights known it is a quadratic again; every way to set signs and zeros is tried.
    """
    candidates = [_of_signs(np.array(signs), strength) for signs in product((-1.0, 0.0, 1.0), repeat=2)]
    return min(candidates, key=lambda w: loss(w) + strength * np.abs(w).sum())


def best_l2(strength: float) -> np.ndarray:
    """The weights (2,) where loss + strength * sum(w**2) is least."""
    return np.linalg.solve(CURVATURE + 2 * strength * np.eye(2), CURVATURE @ TARGET)


def _of_signs(signs: np.ndarray, strength: float) -> np.ndarray:
    """Where the slope is 0 in all weights but those held at 0."""
    weights, free = np.zeros(2), signs != 0
    if free.any():
        slope = (CURVATURE @ TARGET - strength * signs)[free]
        weights[free] = np.linalg.solve(CURVATURE[np.ix_(free, free)], slope)
    return weights
