"""Where to say "positive": what each threshold gives, and what it costs.

A case is called positive where the probability of the class is the threshold or higher. Which threshold is best
depends on what a miss costs beside a false alarm, and is chosen on the validation set: chosen on the test set, it would
flatter.
"""

from typing import NamedTuple

import numpy as np

GRID = np.arange(101) / 100
"""Thresholds to choose from."""


class Counts(NamedTuple):
    """Cases at one or at several thresholds."""

    hits: np.ndarray
    misses: np.ndarray
    false_alarms: np.ndarray
    clear: np.ndarray


def counts(positive: np.ndarray, scores: np.ndarray, thresholds: np.ndarray) -> Counts:
    """What becomes of the cases at each threshold.

    Args:
        positive: (n,) bool.
        scores: (n,) probability of the class.
        thresholds: (t,).
    """
    up, down = np.sort(scores[positive]), np.sort(scores[~positive])
    hits, alarms = (len(of_kind) - np.searchsorted(of_kind, thresholds) for of_kind in (up, down))
    return Counts(hits, len(up) - hits, alarms, len(down) - alarms)


def cost(found: Counts, false_alarm: float, miss: float) -> np.ndarray:
    """Expected cost of a case at each threshold, at the prevalence of these cases.

    Args:
        found: of one case or more.
        false_alarm: cost of calling a negative case positive.
        miss: cost of calling a positive case negative.
    """
    n = sum(found)
    return (false_alarm * found.false_alarms + miss * found.misses) / n


def cost_at(prevalence: float, found: Counts, false_alarm: float, miss: float) -> np.ndarray:
    """The same where cases of the class are rarer or commoner than among these.

    Args:
        prevalence: their share, 0 to 1.
        found: of one positive and one negative case or more.
        false_alarm, miss: as for `cost`.
    """
    missed = found.misses / (found.hits + found.misses)
    alarmed = found.false_alarms / (found.false_alarms + found.clear)
    return prevalence * miss * missed + (1 - prevalence) * false_alarm * alarmed


def cheapest(costs: np.ndarray) -> float:
    """The threshold of the grid with the lowest cost; the middle one of those that are equal.

    Args:
        costs: (101,) of the thresholds of `GRID`.
    """
    best = np.flatnonzero(np.isclose(costs, costs.min(), rtol=1e-12, atol=0))
    return float(GRID[best[len(best) // 2]])


def of_calibrated(false_alarm: float, miss: float) -> float:
    """The threshold that would be best if the probabilities were calibrated.

    Saying "positive" costs (1 - p) of a false alarm, saying "negative" p of a miss.

    Reference:
        Elkan (2001), The foundations of cost-sensitive learning, IJCAI.
    """
    return false_alarm / (false_alarm + miss)
