"""Which class was said of which: counts, and what follows from them."""

import numpy as np


def matrix(labels: np.ndarray, said: np.ndarray, classes: int) -> np.ndarray:
    """Cases by true class and by the class that was said of them, (classes, classes) int64.

    Args:
        labels: (n,) true classes.
        said: (n,) classes said.
        classes: how many there are.
    """
    return np.bincount(labels * classes + said, minlength=classes**2).reshape(classes, classes)


def against_rest(confusion: np.ndarray, positive: int) -> np.ndarray:
    """One class against all others: (…, 2, 2) of (…, true, said), in which 1 is the class."""
    total = confusion.sum(axis=(-1, -2))
    both = confusion[..., positive, positive]
    there, named = confusion[..., positive, :].sum(axis=-1), confusion[..., positive].sum(axis=-1)
    rows = (total - there - named + both, named - both), (there - both, both)
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def shares(counts: np.ndarray) -> dict[str, np.ndarray]:
    """What is said of a test in words of medicine; NaN for 0 of 0.

    Args:
        counts: (…, 2, 2) of (…, true, said); 1 is positive.

    Returns:
        (…,) each: "sensitivity" TP/(TP+FN), "specificity" TN/(TN+FP), "precision" TP/(TP+FP), "f1" 2TP/(2TP+FP+FN).
    """
    tn, fp, fn, tp = (counts[..., true, said].astype(float) for true in (0, 1) for said in (0, 1))
    parts = {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "precision": (tp, tp + fp),
        "f1": (2 * tp, 2 * tp + fp + fn),
    }
    return {name: ratio(part, whole) for name, (part, whole) in parts.items()}


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
