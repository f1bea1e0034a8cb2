"""Histograms of values that come one after the other, in bins that turn out to be wide enough for all."""

from collections.abc import Sequence

import numpy as np

BINS = 1024
"""Bins that are kept; an even number of 2 * `JOINED`."""
JOINED = 8
"""Bins to each side of 0 that are joined to the middle one in the end, and twice as many to each of the others."""
FIRST_REACH = 2.0**-10


class Histograms:
    """Counts rows of values at several times, in the same bins.

    The bins reach as far to both sides of 0. Where a value lies beyond, neighbours are joined and the bins reach twice
    as far, which loses nothing but fineness.
    """

    def __init__(self) -> None:
        self._reach = FIRST_REACH
        self._counts: list[np.ndarray] = []

    def add(self, rows: Sequence[np.ndarray]) -> None:
        """Counts one array of finite values for each row."""
        furthest = max(float(np.abs(values).max(initial=0)) for values in rows)
        while furthest >= self._reach:
            self._counts = [_joined(counts) for counts in self._counts]
            self._reach *= 2
        borders = (-self._reach, self._reach)
        self._counts.append(np.stack([np.histogram(values, BINS, borders)[0] for values in rows]))

    def finished(self) -> tuple[np.ndarray, np.ndarray]:
        """Edges (b + 1,) and counts (times, rows, b), in an odd number of bins; 0 is the middle of the one amid them.

        The outermost bins are not empty, to one side of 0 at least.
        """
        counts = np.stack(self._counts)
        counts = np.pad(counts, ((0, 0), (0, 0), (JOINED, JOINED)))
        counts = counts.reshape(*counts.shape[:2], -1, 2 * JOINED).sum(axis=3)
        middle = counts.shape[2] // 2
        reach = int(np.abs(np.flatnonzero(counts.any(axis=(0, 1))) - middle).max(initial=0))
        width = 2 * self._reach / BINS * 2 * JOINED
        edges = (np.arange(-reach, reach + 2) - 0.5) * width
        return edges, counts[:, :, middle - reach : middle + reach + 1]


def _joined(counts: np.ndarray) -> np.ndarray:
    """Counts (rows, BINS) in bins twice as wide."""
    pairs = counts.reshape(len(counts), -1, 2).sum(axis=2)
    return np.pad(pairs, ((0, 0), (BINS // 4, BINS // 4)))
