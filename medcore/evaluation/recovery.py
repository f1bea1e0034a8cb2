"""How much of what a shift costs does a method give back? NumPy alone, so that the web process can say it."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from medcore.evaluation.comparison import LEVEL, t_interval, t_quantile


class Share(NamedTuple):
    """A share of the loss that is given back; below 0 where a method made it worse.

    Args:
        value: mean gain over mean loss.
        low, high: 95% interval; NaN where it has no bounds, because the loss itself may be nothing.
        seeds: as many as it is made of.
    """

    value: float
    low: float
    high: float
    seeds: int

    @property
    def bounded(self) -> bool:
        """Whether there is an interval."""
        return math.isfinite(self.low)


def share(lower: Mapping[int, float], method: Mapping[int, float], upper: Mapping[int, float], step: float) -> Share:
    """The share of the way from `lower` to `upper` that a method goes, seed by seed.

    Args:
        lower, method, upper: accuracies by seed, 0 to 1: without anything, with the method, and what could be reached.
        step: in which accuracies come, one test image; spreads are taken to be no smaller.

    Returns:
        Fieller's interval of a ratio of two means of pairs; it has bounds only where the loss is clearly above 0.

    Raises:
        ValueError: where they have no seed in common, or there is no loss.

    Reference:
        Fieller 1954, Some problems in interval estimation, J. R. Stat. Soc. B 16, 175-185.
    """
    seeds = [seed for seed in lower if seed in method and seed in upper]
    gain = np.array([method[seed] - lower[seed] for seed in seeds])
    loss = np.array([upper[seed] - lower[seed] for seed in seeds])
    if not len(seeds) or loss.mean() <= 0:
        raise ValueError(f"A share of a loss needs a loss, in one seed or more. Received: {len(seeds)} seeds in common")
    value = float(gain.mean() / loss.mean())
    low, high = fieller(gain, loss, step) if len(seeds) > 1 else (math.nan, math.nan)
    return Share(value, low, high, len(seeds))


def fieller(above: np.ndarray, below: np.ndarray, step: float) -> tuple[float, float]:
    """95% interval of mean(above) / mean(below), pairs (n,), n at least 2; NaN where it has no bounds.

    It holds every ratio r for which the mean of `above - r * below` may be 0 by Student's t.
    """
    n = len(above)
    square = t_quantile(n - 1, LEVEL) ** 2 / n
    variance = [max(float(values.var(ddof=1)), step**2) for values in (above, below)]
    together = float(np.cov(above, below)[0, 1])
    a = below.mean() ** 2 - square * variance[1]
    b = above.mean() * below.mean() - square * together
    c = above.mean() ** 2 - square * variance[0]
    if a <= 0:
        return math.nan, math.nan
    root = math.sqrt(max(b**2 - a * c, 0.0))
    return float((b - root) / a), float((b + root) / a)


def difference(one: Mapping[int, float], other: Mapping[int, float], step: float) -> tuple[float, float, float]:
    """Mean of one less the other over the seeds that they share, with its 95% interval; NaN where there are no two."""
    values = np.array([one[seed] - other[seed] for seed in one if seed in other])
    if len(values) < 2:
        return float(values.mean()) if len(values) else math.nan, math.nan, math.nan
    return float(values.mean()), *t_interval(values, step)
