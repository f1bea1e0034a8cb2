"""By how much a mistake makes a score look better than it is. NumPy alone, so that the web process can say it."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from medcore.evaluation import selection


class Flattery(NamedTuple):
    """Scores of two ways to measure, and how far they are apart.

    Args:
        right, wrong: mean scores.
        gain: by how much the wrong one is better; its sign is that of the mean difference.
        error: standard error of the gain over the folds; NaN with fewer than two.
        folds: how many it is the mean of.
        never_negative: whether no gain of a fold can be below 0, whatever the images, so that its sign says nothing.
    """

    right: float
    wrong: float
    gain: float
    error: float
    folds: int
    never_negative: bool = False

    @property
    def clear(self) -> bool:
        """Whether it is more than twice its standard error, so that chance hardly explains it.

        Never so where no gain can be negative: such gains are above 0 also where chance alone makes them.
        """
        return not self.never_negative and bool(np.isfinite(self.error)) and self.gain > 2 * self.error


def of_choosing(scores: Sequence[Sequence[float]] | np.ndarray) -> Flattery:
    """How far each fold's own best strength flatters, beside one that is chosen by the mean of the others.

    Whoever chooses on the images that judge reports the best score there. The honest score is that of the strength
    that the other folds choose.

    Args:
        scores: (folds, L), the higher the better, two folds or more, all finite.

    Raises:
        ValueError: for fewer folds.

    Reference:
        after Tibshirani & Tibshirani 2009, doi 10.1214/08-AOAS224, who take the choice of all folds as the honest one.
    """
    table = np.asarray(scores, float)
    if len(table) < 2:
        raise ValueError(f"To choose without a fold, two folds or more are needed. Received: {len(table)}")
    honest = [fold[selection.minimum(1 - np.delete(table, i, axis=0).mean(axis=0))] for i, fold in enumerate(table)]
    return paired(honest, table.max(axis=1))._replace(never_negative=True)


def of_measuring(
    right: Sequence[Sequence[float]] | np.ndarray, wrong: Sequence[Sequence[float]] | np.ndarray, same_folds: bool
) -> Flattery:
    """How far one cross-validation flatters beside another, each at the strength with its own best mean.

    Args:
        right, wrong: scores (folds, L), the higher the better, all finite.
        same_folds: whether both divide the images in the same way, so that their folds are pairs.
    """
    best = [table[:, selection.minimum(1 - table.mean(axis=0))] for table in map(np.asarray, (right, wrong))]
    return paired(*best) if same_folds else _apart(*best)


def paired(right: Sequence[float], wrong: Sequence[float]) -> Flattery:
    """Of scores fold by fold."""
    ours, theirs = np.asarray(right, float), np.asarray(wrong, float)
    return Flattery(float(ours.mean()), float(theirs.mean()), *_mean(theirs - ours), len(ours))


def _apart(right: np.ndarray, wrong: np.ndarray) -> Flattery:
    """Of scores of different folds, whose errors add as variances do."""
    (ours, our_error), (theirs, their_error) = _mean(right), _mean(wrong)
    return Flattery(ours, theirs, theirs - ours, math.hypot(our_error, their_error), min(len(right), len(wrong)))


def _mean(values: np.ndarray) -> tuple[float, float]:
    """With its standard error."""
    error = values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return float(values.mean()), float(error)
