"""The area under the ROC curve, and its interval in closed form."""

import numpy as np

from medcore.evaluation.intervals import Interval, Z


def placements(positive: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Of each case the share of the other kind that it stands on the right side of; half of those with its score.

    The mean over the positive cases is the area under the ROC curve, and so is that over the negative ones.

    Args:
        positive: (n,) bool, with one case of either kind or more.
        scores: (n,) higher for the positive.

    Returns:
        (n,) float64 in 0..1.
    """
    up, down = np.sort(scores[positive]), np.sort(scores[~positive])
    share = np.empty(len(scores))
    share[positive] = (np.searchsorted(down, scores[positive]) + np.searchsorted(down, scores[positive], "right")) / 2
    share[~positive] = (
        len(up) - (np.searchsorted(up, scores[~positive]) + np.searchsorted(up, scores[~positive], "right")) / 2
    )
    return share / np.where(positive, len(down), len(up))


def auc(labels: np.ndarray, probabilities: np.ndarray) -> tuple[float, Interval] | None:
    """The area of one class against the rest, the mean over the classes that occur, and its 95% interval.

    Args:
        labels: (n,) true classes.
        probabilities: (n, classes), finite.

    Returns:
        The area and [low, high] within 0..1; None where only one class occurs.

    Reference:
        DeLong, DeLong & Clarke-Pearson (1988), doi 10.2307/2531595. The mean over classes has the mean of the
        cases' influences; its variance follows the same way.
    """
    present = np.unique(labels)
    if len(present) < 2:
        return None
    if probabilities.shape[1] == 2:
        present = present[1:]
    areas, influence = [], np.zeros(len(labels))
    for c in present:
        positive = labels == c
        share = placements(positive, probabilities[:, c])
        areas.append(share[positive].mean())
        influence += (share - areas[-1]) * np.where(positive, _weight(positive), _weight(~positive)) / len(present)
    area, half = float(np.mean(areas)), Z * float(np.sqrt((influence**2).sum()))
    return area, [max(area - half, 0.0), min(area + half, 1.0)]


def _weight(kind: np.ndarray) -> float:
    """Of one case of a kind in the variance of their mean, estimated with one degree of freedom less."""
    n = kind.sum()
    return 1 / np.sqrt(n * max(n - 1, 1))
