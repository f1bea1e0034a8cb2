"""Every figure that is said of a classifier, each with a bootstrap interval."""

from typing import NamedTuple

import numpy as np

from medcore.evaluation import bootstrap, confusion, ranking
from medcore.evaluation.intervals import percentile
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
    """A figure, 0 to 1, with its 95% interval; None where it is not defined (0 of 0, or a class without cases)."""

    value: float | None
    low: float | None
    high: float | None


def measure(predictions: Predictions, positive: int | None, seed: int = 0) -> dict[str, Measure]:
    """Every figure by name (`NAMES`).

    Accuracy and balanced accuracy (the mean sensitivity of the classes that occur) are of all classes. The others are
    of one class against all others, or the mean over the classes for which they are defined ("macro"). A case is called
    positive where the class is the most probable one.

    Intervals are the middle 95% of a stratified bootstrap: cases are drawn within each true class, which keeps the
    prevalence.

    Args:
        predictions: of a run.
        positive: number of the class; None for the mean over all.
        seed: of the bootstrap.
    """
    classes = predictions.probabilities.shape[1]
    ours = range(classes) if positive is None else [positive]
    counts = confusion.matrix(predictions.labels, predictions.said, classes)
    once = [np.ones((len(predictions.labels), 1), np.int32)]
    values = _counted(counts[None], ours) | _ranked(predictions, ours, once)
    drawn = bootstrap.counts(predictions.labels, seed=seed)
    replicates = _counted(bootstrap.confusions(counts, seed=seed), ours) | _ranked(predictions, ours, drawn)
    return {name: _measure(float(values[name][0]), replicates[name]) for name in NAMES}


def always(predictions: Predictions, answer: int, positive: int | None) -> dict[str, float | None]:
    """The same figures of a classifier that says one class of every case: the baseline to beat.

    Args:
        predictions: of a run, for the true classes.
        answer: the class that is always said.
        positive: as in `measure`.
    """
    classes = predictions.probabilities.shape[1]
    ours = range(classes) if positive is None else [positive]
    said = np.full_like(predictions.labels, answer)
    stubborn = Predictions(np.eye(classes)[said], predictions.labels)
    once = [np.ones((len(said), 1), np.int32)]
    values = _counted(confusion.matrix(stubborn.labels, said, classes)[None], ours) | _ranked(stubborn, ours, once)
    return {name: _defined(float(values[name][0])) for name in NAMES}


def _measure(value: float, replicates: np.ndarray) -> Measure:
    low, high = percentile(replicates) or (None, None)
    return Measure(_defined(value), low, high) if np.isfinite(value) else Measure(None, None, None)


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _counted(counts: np.ndarray, classes: range | list[int]) -> dict[str, np.ndarray]:
    """Figures of confusion matrices (b, classes, classes), (b,) each."""
    hits, there = counts.diagonal(axis1=1, axis2=2), counts.sum(axis=2)
    single = [confusion.shares(confusion.against_rest(counts, c)) for c in classes]
    return {
        "accuracy": hits.sum(axis=1) / there.sum(axis=1),
        "balanced_accuracy": _mean(confusion.ratio(hits, there).T),
        **{name: _mean([shares[name] for shares in single]) for name in single[0]},
    }


def _ranked(predictions: Predictions, classes: range | list[int], blocks) -> dict[str, np.ndarray]:
    """Areas of resamples, (b,) each."""
    ranked = [ranking.ranking(predictions.labels == c, predictions.probabilities[:, c]) for c in classes]
    areas = [[ranking.areas(of_class, drawn) for of_class in ranked] for drawn in blocks]
    # (blocks, classes, 2, b): blocks go one after another.
    roc, pr = (np.concatenate([[pair[i] for pair in block] for block in areas], axis=1) for i in (0, 1))
    return {"roc_auc": _mean(roc), "pr_auc": _mean(pr)}


def _mean(values: np.ndarray | list[np.ndarray]) -> np.ndarray:
    """(b,) of (classes, b), without classes for which it is not defined; NaN where there is none."""
    table = np.asarray(values)
    defined = np.isfinite(table)
    return confusion.ratio(np.where(defined, table, 0).sum(axis=0), defined.sum(axis=0))
