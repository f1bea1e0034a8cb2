"""What makes curves readable: a running mean, fewer points that show the same, a mean of repeated runs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

MAX_POINTS = 2_000
"""Of one line; more cannot be told apart on a screen."""
SHARE, LEAST = 0.02, 5
"""Of the values so far, and how many at least, that a running mean is taken over."""


def smoothed(values: np.ndarray) -> np.ndarray:
    """Exponential moving mean over the last 2% of what came so far, 5 values at least.

    The weight of value t (counting from 1) is 1 / min(t, 5 + t / 50): a plain mean at first, so
    the start is not biased. It looks back only, so a curve that grows does not change its past.

    Args:
        values: (n,) float; NaN is skipped and stays NaN.
    """
    result = np.full(len(values), np.nan)
    mean, t = 0.0, 0
    for i, value in enumerate(values.tolist()):
        if value == value:  # not NaN
            t += 1
            mean += (value - mean) / min(t, LEAST + SHARE * t)
            result[i] = mean
    return result


def decimated(values: np.ndarray, most: int = MAX_POINTS) -> np.ndarray:
    """Which points to draw: the first, the last, and of each stretch the smallest, the largest and a gap.

    Args:
        values: (n,) float, NaN for a gap.
        most: about how many points.

    Returns:
        Increasing indices (m,) into `values`; all of them if there are at most `most`.
    """
    if len(values) <= most:
        return np.arange(len(values))
    stretch = np.arange(len(values)) * (most // 2) // len(values)
    gap = np.isnan(values)
    gaps, numbers = np.flatnonzero(gap), np.flatnonzero(~gap)
    ascending = numbers[np.lexsort((values[numbers], stretch[numbers]))]
    smallest, largest = _firsts(ascending, stretch), _firsts(ascending[::-1], stretch)
    return np.unique(np.concatenate([[0, len(values) - 1], smallest, largest, _firsts(gaps, stretch)]))


def averaged(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The mean curve of runs that differ by their seed alone, where every one of them has a finite value.

    Args:
        parts: of each run, the frame of one metric with columns update, step (place on the x axis) and value.

    Returns:
        Columns step (mean place), value (mean) and sd (standard deviation of the sample), one row an update.
    """
    if len(parts) < 2:
        raise ValueError(f"A mean curve needs at least 2 runs. Received: {len(parts)}")
    rows = pd.concat(parts)
    rows = rows[np.isfinite(rows["value"])]
    groups = rows.groupby("update", sort=True)
    mean = groups[["step", "value"]].mean().assign(sd=groups["value"].std(ddof=1))
    return mean[groups.size() == len(parts)]


def _firsts(indices: np.ndarray, stretch: np.ndarray) -> np.ndarray:
    """The first of the indices in each stretch."""
    return indices[np.unique(stretch[indices], return_index=True)[1]]
