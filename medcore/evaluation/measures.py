"""Every figure that is said of a classifier, each with a bootstrap interval."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from medcore.evaluation import bootstrap, confusion, ranking
from medcore.evaluation.intervals import percentile, wilson
from medcore.evaluation.predictions import Predictions

NAMES = (
    "accuracy",
    "balanced_accuracy",
    "sensitivity",
    "specificity",
    "precision",
    "f1",
    "roc_auc",
    "pr_auc",
)


class Measure(NamedTuple):
    """A figure, 0 to 1, with its 95% interval; None where it is not defined (0 of 0, or a class without cases).

    Its ends are None, too, where every resample gives the same figure: the bootstrap cannot tell then.
    """

    value: float | None
    low: float | None
    high: float | None


def measure(predictions: Predictions, seed: int = 0) -> dict[int | None, dict[str, Measure]]:
    """Every figure by name (`NAMES`), of every class by its number, and of all under None.

    Accuracy and balanced accuracy (the mean sensitivity of the classes that occur) are of all classes. The others are
    of one class against all others, or, under None, the mean over the classes for which they are defined ("macro"). A
    case is called positive where the class is the most probable one.

    Intervals are the middle 95% of a stratified bootstrap: cases are drawn within each true class, which keeps the
    prevalence. Where all or none of the cases are right, every resample is as they are, which would read "certain": the
    interval of such a share is Wilson's, and the other figures have none.

    Args:
        predictions: of a run.
        seed: of the bootstrap.
    """
    counts = confusion.matrix(predictions.labels, predictions.said, predictions.probabilities.shape[1])
    values = _figures(predictions, counts[None], [_once(predictions)])
    drawn = bootstrap.counts(predictions.labels, seed=seed)
    replicates = _figures(predictions, bootstrap.confusions(counts, seed=seed), drawn)
    cases = _cases(counts)
    return {
        which: {
            name: _measure(float(values[which][name][0]), replicates[which][name], cases[which].get(name, 0))
            for name in NAMES
        }
        for which in values
    }


def always(predictions: Predictions, answer: int) -> dict[int | None, dict[str, float | None]]:
    """The same figures of a classifier that says one class of every case: the baseline to beat.

    Args:
        predictions: of a run, for the true classes.
        answer: the class that is always said.
    """
    classes = predictions.probabilities.shape[1]
    stubborn = Predictions(np.eye(classes)[np.full_like(predictions.labels, answer)], predictions.labels)
    counts = confusion.matrix(stubborn.labels, stubborn.said, classes)
    values = _figures(stubborn, counts[None], [_once(stubborn)])
    return {which: {name: _defined(float(figures[name][0])) for name in NAMES} for which, figures in values.items()}


def _once(predictions: Predictions) -> np.ndarray:
    """Every case counts once, (n, 1)."""
    return np.ones((len(predictions.labels), 1), np.uint16)


def _cases(counts: np.ndarray) -> dict[int | None, dict[str, int]]:
    """Of how many cases each figure is a plain share, by class and for all; other figures are left out."""
    whole, there, named = int(counts.sum()), counts.sum(axis=1), counts.sum(axis=0)
    common = {"accuracy": whole}
    single: dict[int | None, dict[str, int]] = {
        c: common | {"sensitivity": int(there[c]), "specificity": whole - int(there[c]), "precision": int(named[c])}
        for c in range(len(counts))
    }
    return single | {None: common}


def _measure(value: float, replicates: np.ndarray, cases: int) -> Measure:
    """A figure with its interval; `cases` is of how many it is a plain share, 0 for others."""
    if not np.isfinite(value):
        return Measure(None, None, None)
    low, high = percentile(replicates) or (value, value)
    if low < high:
        return Measure(value, low, high)
    return Measure(value, *(wilson(round(value * cases), cases) or (None, None)))


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _figures(
    predictions: Predictions, counts: np.ndarray, blocks: Iterable[np.ndarray]
) -> dict[int | None, dict[str, np.ndarray]]:
    """Figures of resamples, (b,) each, by class and for all.

    Args:
        predictions: of a run.
        counts: (b, classes, classes) confusion matrices of the resamples.
        blocks: how often each case counts in them, (n, …) each.
    """
    hits, there = counts.diagonal(axis1=1, axis2=2), counts.sum(axis=2)
    common = {
        "accuracy": hits.sum(axis=1) / there.sum(axis=1),
        "balanced_accuracy": _mean(confusion.ratio(hits, there).T),
    }
    areas = _areas(predictions, blocks)
    single: dict[int | None, dict[str, np.ndarray]] = {
        c: confusion.shares(confusion.against_rest(counts, c)) | {"roc_auc": areas[0, c], "pr_auc": areas[1, c]}
        for c in range(predictions.probabilities.shape[1])
    }
    single[None] = {name: _mean([figures[name] for figures in single.values()]) for name in single[0]}
    return {which: common | figures for which, figures in single.items()}


def _areas(predictions: Predictions, blocks: Iterable[np.ndarray]) -> np.ndarray:
    """ROC AUC and average precision of each class against the rest, (2, classes, b)."""
    ranked = [ranking.ranking(predictions.labels == c, scores) for c, scores in enumerate(predictions.probabilities.T)]
    of_blocks = [np.stack([ranking.areas(of_class, drawn) for of_class in ranked], axis=1) for drawn in blocks]
    return np.concatenate(of_blocks, axis=2)


def _mean(values: np.ndarray | list[np.ndarray]) -> np.ndarray:
    """(b,) of (classes, b), without classes for which it is not defined; NaN where there is none."""
    table = np.asarray(values)
    defined = np.isfinite(table)
    return confusion.ratio(np.where(defined, table, 0).sum(axis=0), defined.sum(axis=0))
