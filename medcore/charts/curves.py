"""What makes curves readable: a running mean, fewer points that show the same, a mean of repeated runs."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

MAX_POINTS = 2_000
"""Of one line; more cannot be told apart on a screen."""


def smoothed(values: np.ndarray) -> np.ndarray:
    """Exponential moving mean over the last 5% of what came so far, 10 values at least.

    The weight of value t (counting from 1) is 1 / min(t, 10 + t / 20): a plain mean at first, so
    the start is not biased. It looks back only, so a curve that grows does not change its past.

    Args:
        values: (n,) float; NaN is skipped and stays NaN.
    """
    result = np.full(len(values), np.nan)
    mean, t = 0.0, 0
    for i, value in enumerate(values.tolist()):
        if value == value:  # not NaN
            t += 1
            mean += (value - mean) / min(t, 10 + t / 20)
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
    edges = np.linspace(0, len(values), most // 2 + 1).astype(int)
    keep = [0, len(values) - 1]
    for low, high in itertools.pairwise(edges):
        keep += _extremes(values[low:high], low)
    return np.unique(keep)


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


def _extremes(part: np.ndarray, offset: int) -> Sequence[int]:
    gap = np.isnan(part)
    if gap.all():
        return [offset]
    ends = [offset + int(np.nanargmin(part)), offset + int(np.nanargmax(part))]
    return [*ends, offset + int(gap.argmax())] if gap.any() else ends
