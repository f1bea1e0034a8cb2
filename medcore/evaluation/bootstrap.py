"""The stratified bootstrap: cases are drawn anew within each true class, so every resample has the same prevalence."""

from collections.abc import Iterator

import numpy as np

RESAMPLES = 1000
AT_ONCE = 2**20
"""Counts that lie in memory together, about as much as a processor's cache holds."""


def counts(labels: np.ndarray, resamples: int = RESAMPLES, seed: int = 0) -> Iterator[np.ndarray]:
    """How often each case was drawn, (n, b) uint16 a block of resamples; all blocks together are `resamples` columns.

    Args:
        labels: (n,) true classes, within which cases are drawn.
        resamples: how many.
        seed: of the draws.

    Reference:
        Efron & Tibshirani, An Introduction to the Bootstrap (1993), 8.3.
    """
    rng = np.random.default_rng(seed)
    n = len(labels)
    members = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    step = max(1, AT_ONCE // n)
    for start in range(0, resamples, step):
        columns = min(step, resamples - start)
        drawn = np.empty((n, columns), np.uint16)
        for of_class in members:
            drawn[of_class] = _drawn(len(of_class), columns, rng)
        yield drawn


def _drawn(n: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of n cases comes among n draws, (n, columns)."""
    cells = rng.integers(n, size=(n, columns)) * columns + np.arange(columns)
    return np.bincount(cells.ravel(), minlength=n * columns).reshape(n, columns)


def confusions(confusion: np.ndarray, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """Confusion matrices of resamples, (resamples, classes, classes), without a look at single cases.

    Drawing cases within a true class draws its row anew.

    Args:
        confusion: (classes, classes) of (true, said).
    """
    rng = np.random.default_rng(seed)
    rows = [rng.multinomial(row.sum(), row / max(row.sum(), 1), resamples) for row in confusion]
    return np.stack(rows, axis=1)
