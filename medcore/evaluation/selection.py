"""Which strength a cross-validation chooses: the best, or the strongest that is hardly worse."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Curve(NamedTuple):
    """What the folds say together of each strength.

    Args:
        mean: (L,) over the folds that have a score; NaN where no more than half of those with any score have one, as
            the luckiest fold would speak for all.
        error: (L,) its standard error, sd / sqrt(folds) with K - 1 in the variance; NaN with fewer than two folds.
    """

    mean: np.ndarray
    error: np.ndarray


def curve(scores: Sequence[Sequence[float]] | np.ndarray) -> Curve:
    """Mean and standard error of each strength over the folds.

    The standard error takes the folds for independent, which they are not quite, as their training images overlap
    (Bengio & Grandvalet 2004, JMLR 5:1089): it is a rule for choosing, not a confidence interval.

    Args:
        scores: (folds, L) losses, the lower the better; not finite where a fold failed, diverged or is not there yet.

    Raises:
        ValueError: unless the scores are a table with a fold and a strength or more.
    """
    table = _table(scores)
    known = np.isfinite(table)
    folds = known.sum(axis=0)
    values = np.where(known, table, 0)
    enough = 2 * folds > known.any(axis=1).sum()
    mean = np.divide(values.sum(axis=0), folds, out=np.full(len(folds), np.nan), where=enough)
    squares = (np.where(known & enough, table - mean, 0) ** 2).sum(axis=0)
    several = enough & (folds > 1)
    variance = np.divide(squares, folds - 1, out=np.full(len(folds), np.nan), where=several)
    error = np.sqrt(np.divide(variance, folds, out=np.full(len(folds), np.nan), where=several))
    return Curve(mean, error)


def left_out(scores: Sequence[Sequence[float]] | np.ndarray) -> str:
    """Which folds `curve` leaves out, everywhere or at some strengths, in a sentence or two; "" where none.

    Args:
        scores: as `curve` takes them.
    """
    known = np.isfinite(_table(scores))
    nowhere, partly = ~known.any(axis=1), known.any(axis=1) & ~known.all(axis=1)
    parts = []
    if nowhere.any():
        parts.append(f"{_folds(nowhere)} left out: no scores.")
    if partly.any():
        parts.append(f"{_folds(partly)} left out at some strengths: no scores there.")
    return " ".join(parts)


def minimum(mean: Sequence[float] | np.ndarray) -> int:
    """Index of the lowest mean; the strongest of several that are equal.

    Args:
        mean: (L,) by strength, weakest first; NaN where there is none.

    Raises:
        ValueError: if there is no finite mean.
    """
    values = np.asarray(mean, float)
    if not np.isfinite(values).any():
        raise ValueError(f"To choose a strength, one fold or more must have a score. Received: {len(values)} without")
    return int(np.flatnonzero(values == np.nanmin(values))[-1])


def one_standard_error(mean: Sequence[float] | np.ndarray, error: Sequence[float] | np.ndarray) -> int:
    """Index of the strongest strength whose mean lies within one standard error of the lowest: glmnet's lambda.1se.

    Of networks that are as good as far as the folds can tell, it is the simplest. Where the lowest has no standard
    error (one fold), it is that itself.

    Args:
        mean: (L,) by strength, weakest first; NaN where there is none.
        error: (L,) standard errors.

    Raises:
        ValueError: if there is no finite mean.

    Reference:
        Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2nd ed., 7.10.1.
    """
    values = np.asarray(mean, float)
    best = minimum(values)
    margin = float(np.nan_to_num(np.asarray(error, float)[best]))
    return int(np.flatnonzero(values <= values[best] + margin)[-1])


def chosen(rule: str, mean: Sequence[float] | np.ndarray, error: Sequence[float] | np.ndarray) -> int:
    """Index of the strength that a rule of `PathSpec` chooses: "minimum" or "one_standard_error"."""
    return minimum(mean) if rule == "minimum" else one_standard_error(mean, error)


def _table(scores: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
    table = np.asarray(scores, float)
    if table.ndim != 2 or not table.size:
        raise ValueError(f"Scores must be a table of folds by strengths. Received: shape {table.shape}")
    return table


def _folds(which: np.ndarray) -> str:
    numbers = [str(fold + 1) for fold in np.flatnonzero(which)]
    if len(numbers) == 1:
        return f"Fold {numbers[0]} is"
    return f"Folds {', '.join(numbers[:-1])} and {numbers[-1]} are"
