"""Whether probabilities mean what they say: of cases called 80% likely, about 80% should be so."""

from typing import NamedTuple

import numpy as np

from medcore.evaluation.confusion import ratio
from medcore.evaluation.intervals import wilson

BINS = 10
COLDEST, HOTTEST = 0.05, 20.0
"""Temperatures that are looked at."""
LEAST = float(np.finfo(np.float32).tiny)
"""A probability of 0 counts as this: its logarithm must be a number."""


class Bins(NamedTuple):
    """Cases by what was said of them, in bins of equal width over 0..1.

    Args:
        counts: (b,) cases in each bin.
        said: (b,) mean probability; NaN where a bin is empty.
        happened: (b,) share of the cases in which it was so; NaN where a bin is empty.
        low, high: (b,) 95% interval of that share (Wilson); NaN where a bin is empty.
    """

    counts: np.ndarray
    said: np.ndarray
    happened: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error: mean distance between said and happened, weighed by the cases.

        Reference:
            Naeini, Cooper & Hauskrecht (2015), AAAI; Guo et al. (2017), arXiv:1706.04599.
        """
        there = self.counts > 0
        distance = np.abs(self.said[there] - self.happened[there])
        return float((distance * self.counts[there]).sum() / self.counts.sum())


def bins(said: np.ndarray, happened: np.ndarray, number: int = BINS) -> Bins:
    """Puts cases into bins.

    Args:
        said: (n,) probabilities.
        happened: (n,) bool, whether it was so.
        number: of bins.
    """
    place = np.minimum((said * number).astype(int), number - 1)
    counts = np.bincount(place, minlength=number)
    hits = np.bincount(place, happened, number)
    ends = [wilson(int(k), int(n)) or (np.nan, np.nan) for k, n in zip(hits, counts, strict=True)]
    low, high = np.array(ends).T
    return Bins(counts, ratio(np.bincount(place, said, number), counts), ratio(hits, counts), low, high)


def statements(probabilities: np.ndarray, labels: np.ndarray, positive: int | None) -> tuple[np.ndarray, np.ndarray]:
    """What was said of each case, and whether it was so: of one class, or (None) of the class said to be the likeliest.

    Returns:
        (n,) probabilities and (n,) bool.
    """
    if positive is not None:
        return probabilities[:, positive], labels == positive
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def brier(probabilities: np.ndarray, labels: np.ndarray, positive: int | None) -> float:
    """Mean squared distance between probabilities and what happened: of one class, or the sum over all classes.

    Reference:
        Brier (1950), doi 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    happened = np.eye(probabilities.shape[1])[labels]
    squares = (probabilities - happened) ** 2
    return float((squares.sum(axis=1) if positive is None else squares[:, positive]).mean())


def log_loss(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative logarithm of the probability of the true class (cross-entropy), in nats."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], LEAST)).mean())


def cooled(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of the logits divided by a temperature: above 1 the probabilities are drawn together, below apart.

    Which class is likeliest stays as it is, and so does the accuracy.
    """
    logits = np.log(np.maximum(probabilities, LEAST)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def best_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature with the lowest cross-entropy, within `COLDEST` and `HOTTEST`.

    The cross-entropy is convex in 1/temperature; its slope is the mean logit expected less that of the true class, and
    the root of it is found by bisection.

    Args:
        probabilities: (n, classes) of validation images, never of those that judge.
        labels: (n,) their classes.

    Reference:
        Guo, Pleiss, Sun & Weinberger (2017), On Calibration of Modern Neural Networks, arXiv:1706.04599.
    """
    logits = np.log(np.maximum(probabilities, LEAST))
    logits -= logits.max(axis=1, keepdims=True)
    true = logits[np.arange(len(labels)), labels].mean()
    low, high = 1 / HOTTEST, 1 / COLDEST
    while high - low > 1e-6 * low:
        middle = (low + high) / 2
        powers = np.exp(middle * logits)
        expected = ((powers * logits).sum(axis=1) / powers.sum(axis=1)).mean()
        low, high = (middle, high) if expected <= true else (low, middle)
    return 2 / (low + high)
