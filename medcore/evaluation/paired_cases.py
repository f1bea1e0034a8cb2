"""Which of two networks overlaps better with the truth, case by case, and how sure that is of the cases."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from medcore.evaluation import overlap
from medcore.evaluation.bootstrap import RESAMPLES, counts

LEAST = 5
"""Cases without which an interval is not worth its name."""


class Ahead(NamedTuple):
    """How far the first is ahead.

    Args:
        mean: of its values less those of the other, over the cases of each class that both have, then the classes.
        low, high: 95% interval of that mean; nan for fewer cases than `LEAST`.
        cases: that both have.
    """

    mean: float
    low: float
    high: float
    cases: int

    @property
    def certain(self) -> bool:
        """Whether these cases tell the two apart."""
        return self.low > 0 or self.high < 0


def over_runs(runs: Sequence[np.ndarray]) -> np.ndarray:
    """Mean over runs of values (units, classes); nan where none has one."""
    return overlap.mean(np.stack(runs), axis=0)


def mean(values: np.ndarray) -> float:
    """Of values (units, classes) the mean over the cases of each class, then over the classes, as results tell it."""
    return float(overlap.mean(overlap.mean(values, axis=0)))


def ahead(one: np.ndarray, other: np.ndarray, seed: int = 0) -> Ahead:
    """How far the values (units, classes) of one network lie above those of another on the same cases.

    The cases are drawn anew with replacement, all values of a case together (percentile bootstrap). The interval is of
    the cases: what another seed of the training would change is not in it.

    Raises:
        ValueError: if the two have not been tested on as many cases.
    """
    if one.shape != other.shape:
        raise ValueError(f"Both must have the same cases. Received: {len(one):,} and {len(other):,}")
    difference = np.asarray(one, float) - other
    difference = difference[~np.isnan(difference).all(axis=1)]
    n, lead = len(difference), mean(difference)
    if n < LEAST:
        return Ahead(lead, np.nan, np.nan, n)
    there = ~np.isnan(difference)
    sums, numbers = np.where(there, difference, 0.0).T, there.T.astype(float)
    drawn = np.concatenate(list(counts(np.zeros(n, int), RESAMPLES, seed)), axis=1)
    means = overlap.mean(overlap.ratio(sums @ drawn, numbers @ drawn), axis=0)
    low, high = np.quantile(means, (0.025, 0.975))
    return Ahead(lead, float(low), float(high), n)
