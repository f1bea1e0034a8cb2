"""Which of two networks overlaps better with the truth, case by case, and how sure that is of the cases."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from medcore.evaluation.bootstrap import RESAMPLES, counts

LEAST = 5
"""Cases without which an interval is not worth its name."""


class Ahead(NamedTuple):
    """How far the first is ahead.

    Args:
        mean: of its values less those of the other, over the cases that both have.
        low, high: 95% interval of the mean over cases; nan for fewer cases than `LEAST`.
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


def by_case(runs: Sequence[np.ndarray]) -> np.ndarray:
    """Mean (units,) over classes and runs of values (units, classes); nan where a case has none."""
    values = np.stack([np.asarray(run, float) for run in runs])
    present = ~np.isnan(values)
    number = present.sum(axis=(0, 2))
    total = np.where(present, values, 0.0).sum(axis=(0, 2))
    return np.divide(total, number, out=np.full(number.shape, np.nan), where=number > 0)


def ahead(one: np.ndarray, other: np.ndarray, seed: int = 0) -> Ahead:
    """How far the values (units,) of one network lie above those of another on the same cases.

    The cases are drawn anew with replacement, both networks' values of a case together (percentile bootstrap). The
    interval is of the cases: what another seed of the training would change is not in it.

    Raises:
        ValueError: if the two have not been tested on as many cases.
    """
    if one.shape != other.shape:
        raise ValueError(f"Both must have the same cases. Received: {len(one):,} and {len(other):,}")
    difference = (one - other)[~np.isnan(one - other)]
    n = len(difference)
    if not n:
        return Ahead(np.nan, np.nan, np.nan, 0)
    if n < LEAST:
        return Ahead(float(difference.mean()), np.nan, np.nan, n)
    means = np.concatenate([difference @ drawn / n for drawn in counts(np.zeros(n, int), RESAMPLES, seed)])
    low, high = np.quantile(means, (0.025, 0.975))
    return Ahead(float(difference.mean()), float(low), float(high), n)
