"""What makes a long, noisy curve readable: a running mean, and fewer points that show the same."""

import itertools
from collections.abc import Sequence

import numpy as np

MAX_POINTS = 2_000
"""Of one line; more cannot be told apart on a screen."""


def smoothed(values: np.ndarray) -> np.ndarray:
    """Exponential moving mean over the last 5 % of what came so far, 10 values at least.

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


def _extremes(part: np.ndarray, offset: int) -> Sequence[int]:
    gap = np.isnan(part)
    if gap.all():
        return [offset]
    ends = [offset + int(np.nanargmin(part)), offset + int(np.nanargmax(part))]
    return [*ends, offset + int(gap.argmax())] if gap.any() else ends
