"""Losses of one image against the confidence in its true class, and how hard each pulls at that class' logit.

The true class has the probability p, the C - 1 others share what is left in equal parts. What a loss says of a
probability reaches the logits through the softmax, whose slope p (1 - p) vanishes at both ends: where the network is
sure and right, and where it is sure and wrong.
"""

import math
from typing import NamedTuple

import numpy as np

LOSSES = ("cross_entropy", "focal", "mse", "huber", "softmax_twice")


class Curve(NamedTuple):
    """A loss and the size of its derivative by the true class' logit, each of the shape of p."""

    value: np.ndarray
    gradient: np.ndarray


def curve(
    loss: str, p: np.ndarray, classes: int = 2, delta: float = 1.0, smoothing: float = 0.0, gamma: float = 2.0
) -> Curve:
    """The loss and its gradient at confidence p.

    Args:
        loss: one of `LOSSES`.
        p: probabilities of the true class, above 0 and below 1.
        classes: at least 2.
        delta: of the Huber loss, above 0.
        smoothing: of cross-entropy, 0 to 1.
        gamma: of the focal loss, 0 or more.

    Raises:
        ValueError: for anything else.
    """
    p = np.asarray(p, dtype=float)
    if loss not in LOSSES:
        raise ValueError(f"The loss must be one of {', '.join(LOSSES)}. Received: {loss!r}")
    if not ((p > 0) & (p < 1)).all():
        raise ValueError(f"Confidences must be above 0 and below 1. Received: {p.min():g} to {p.max():g}")
    if classes < 2 or not delta > 0:
        raise ValueError(f"There must be 2 classes or more and a delta above 0. Received: {classes} and {delta:g}")
    if not (0 <= smoothing <= 1 and gamma >= 0):
        raise ValueError(f"Smoothing must be 0 to 1 and gamma 0 or more. Received: {smoothing:g} and {gamma:g}")
    setting = {"cross_entropy": smoothing, "focal": gamma, "huber": delta}.get(loss, 0.0)
    value, true, other = _WAYS[loss](p, (1 - p) / (classes - 1), classes, setting)
    return Curve(value, p * (1 - p) * np.abs(true - other))


def floor(classes: int) -> float:
    """The least that cross-entropy can reach behind two softmaxes: ln(e + C - 1) - 1, at p = 1."""
    return math.log(math.e + classes - 1) - 1


# Each takes p, the probability q of one other class, the number of classes and its own setting. It gives the loss and
# its derivatives by p and by q.
_Way = tuple[np.ndarray, np.ndarray, np.ndarray | float]


def _cross_entropy(p: np.ndarray, q: np.ndarray, classes: int, smoothing: float) -> _Way:
    share = smoothing / classes
    own = 1 - smoothing + share
    return -own * np.log(p) - (classes - 1) * share * np.log(q), -own / p, -share / q


def _focal(p: np.ndarray, _q: np.ndarray, _classes: int, gamma: float) -> _Way:
    doubt = 1 - p
    return -(doubt**gamma) * np.log(p), gamma * doubt ** (gamma - 1) * np.log(p) - doubt**gamma / p, 0.0


def _mse(p: np.ndarray, q: np.ndarray, classes: int, _: float) -> _Way:
    value = ((1 - p) ** 2 + (classes - 1) * q**2) / classes
    return value, 2 * (p - 1) / classes, 2 * q / classes


def _huber(p: np.ndarray, q: np.ndarray, classes: int, delta: float) -> _Way:
    def one(error: np.ndarray) -> np.ndarray:
        size = np.abs(error)
        return np.where(size <= delta, size**2 / 2, delta * size - delta**2 / 2)

    value = (one(p - 1) + (classes - 1) * one(q)) / classes
    return value, np.clip(p - 1, -delta, delta) / classes, np.clip(q, -delta, delta) / classes


def _softmax_twice(p: np.ndarray, q: np.ndarray, classes: int, _: float) -> _Way:
    total = np.exp(p) + (classes - 1) * np.exp(q)
    return np.log(total) - p, np.exp(p) / total - 1, np.exp(q) / total


_WAYS = dict(zip(LOSSES, (_cross_entropy, _focal, _mse, _huber, _softmax_twice), strict=True))
