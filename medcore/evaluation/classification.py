"""How well classes are told apart: metrics with intervals, and the baseline to beat."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from medcore.evaluation import bootstrap
from medcore.evaluation.confusion import matrix
from medcore.evaluation.intervals import percentile, wilson
from medcore.evaluation.roc import auc

HEALTHY = ("normal", "benign", "healthy", "negative", "no", "not", "non", "without", "absent")
"""First words of class names that say there is no disease."""


def evaluate(
    labels: np.ndarray, probabilities: np.ndarray, class_names: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Metrics of predicted probabilities, with 95% intervals.

    - accuracy: share of cases whose most probable class is the true one.
    - recall: by class name, the share of its cases that are found.
    - balanced_accuracy: mean recall of the classes that occur.
    - f1_macro: mean over the classes of 2 TP / (2 TP + FP + FN); a class that neither occurs nor
      is predicted (0/0) is left out.
    - auc: area under the ROC curve; for more than two classes the mean of one-against-the-rest
      over the classes that occur. None where only one class occurs.
    - sensitivity, specificity: of two classes, if the names say which is the disease ("positive").

    Intervals of shares are Wilson's, that of auc is DeLong's; those of balanced_accuracy and f1_macro are bootstrap
    percentiles, resampled within each true class, which keeps the prevalence.

    Args:
        labels: (n,) true classes, n at least 1.
        probabilities: (n, classes).
        class_names: name of class 0, 1, …
        seed: of the bootstrap.

    Returns:
        {"n", the metrics, "intervals": {metric: [low, high]}}; where probabilities are not finite
        (a diverged network) there is nothing to measure, and every metric is None.
    """
    classes = len(class_names)
    names = ["accuracy", "balanced_accuracy", "auc", "f1_macro"]
    if not np.isfinite(probabilities).all():
        return {"n": len(labels), **dict.fromkeys(names), "recall": {}, "intervals": {}}
    predicted = probabilities.argmax(axis=1)
    confusion = matrix(labels, predicted, classes)
    hits, counts = confusion.diagonal(), confusion.sum(axis=1)
    area = auc(labels, probabilities)
    result: dict[str, Any] = {
        "n": len(labels),
        "accuracy": float(hits.sum() / counts.sum()),
        "balanced_accuracy": float(_balanced_accuracy(confusion)),
        "auc": area and area[0],
        "f1_macro": float(_f1_macro(confusion)),
        "recall": {name: hit / n if n else None for name, hit, n in _rows(class_names, hits, counts)},
    }
    intervals = {"accuracy": wilson(int(hits.sum()), len(labels)), **_bootstrap(confusion, seed)}
    intervals["auc"] = area and area[1]
    positive = positive_class(class_names)
    if positive is not None:
        result["positive"] = class_names[positive]
        for name, index in (("sensitivity", positive), ("specificity", 1 - positive)):
            result[name] = result["recall"][class_names[index]]
            intervals[name] = wilson(int(hits[index]), int(counts[index]))
    for name, hit, n in _rows(class_names, hits, counts):
        intervals[f"recall {name}"] = wilson(hit, n)
    return result | {"intervals": {name: interval for name, interval in intervals.items() if interval}}


def majority(train_labels: np.ndarray, labels: np.ndarray, class_names: Sequence[str]) -> dict[str, Any]:
    """The baseline of always saying the class that is most frequent in training: its accuracy on `labels`."""
    commonest = int(np.bincount(train_labels, minlength=len(class_names)).argmax())
    return {"accuracy": float((labels == commonest).mean()), "class": class_names[commonest]}


def positive_class(class_names: Sequence[str]) -> int | None:
    """The class that means disease: of two, the one whose name does not begin like "normal" while the other's does."""
    if len(class_names) != 2:
        return None
    healthy = [_first_word(name) in HEALTHY for name in class_names]
    return healthy.index(False) if any(healthy) and not all(healthy) else None


def _first_word(name: str) -> str:
    return next(iter(name.lower().replace(",", " ").replace("-", " ").replace("_", " ").split()), "")


def _rows(class_names: Sequence[str], hits: np.ndarray, counts: np.ndarray) -> list[tuple[str, int, int]]:
    return list(zip(class_names, hits.tolist(), counts.tolist(), strict=True))


def _balanced_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Mean recall of the classes that occur; confusion (…, true, predicted)."""
    counts = confusion.sum(axis=-1)
    hits = confusion.diagonal(axis1=-2, axis2=-1)
    occurs = counts > 0
    return np.divide(hits, counts, out=np.zeros(hits.shape), where=occurs).sum(axis=-1) / occurs.sum(axis=-1)


def _f1_macro(confusion: np.ndarray) -> np.ndarray:
    """Mean F1 of the classes that occur or are predicted; confusion (…, true, predicted)."""
    hits = confusion.diagonal(axis1=-2, axis2=-1)
    total = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    counted = total > 0
    return np.divide(2 * hits, total, out=np.zeros(hits.shape), where=counted).sum(axis=-1) / counted.sum(axis=-1)


def _bootstrap(confusion: np.ndarray, seed: int) -> dict[str, Any]:
    """Intervals of the metrics that are neither plain shares nor areas."""
    resampled = bootstrap.confusions(confusion, seed=seed)
    return {
        "balanced_accuracy": percentile(_balanced_accuracy(resampled)),
        "f1_macro": percentile(_f1_macro(resampled)),
    }
