"""The classics of machine learning: each builder returns a pipeline of scikit-learn.

They take images (n, height, width, channels) with values in 0..1 and give probabilities (n, classes).
"""

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

MAX_SVM_IMAGES = 20_000
"""Support vectors compare every image with every other: twice the images take four times as long."""
RANKED = "Its AUC ranks images by their distance from the border; its probabilities are not calibrated."


class Classic:
    """A classifier of scikit-learn as the networks are: from images to probabilities of all classes.

    Args:
        estimator: anything of scikit-learn with `predict_proba` or `decision_function`.
        classes: how many there are, also where the training images lack one; that one gets the probability 0.
        notes: what differs from what was asked for, one sentence each.
    """

    def __init__(self, estimator: BaseEstimator, classes: int, notes: tuple[str, ...] = ()) -> None:
        self.estimator, self.classes, self.notes = estimator, classes, notes

    def fit(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Learns from images (n, height, width, channels) with labels (n,) of two classes at least."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            self.estimator.fit(_rows(images), labels)
        if any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
            self.notes += ("It was stopped before it had settled.",)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """(n, classes) for images (n, height, width, channels); rows sum to 1.

        Those of the SVM are the softmax of how far an image lies from the border: in order, but not calibrated.
        Fitting a curve to them, as Platt does, would take a cross-validation and may change which class is likeliest.
        """
        rows = _rows(images)
        if hasattr(self.estimator, "predict_proba"):
            known = self.estimator.predict_proba(rows)
        else:
            known = _of_distances(self.estimator.decision_function(rows))
        probabilities = np.zeros((len(images), self.classes))
        probabilities[:, self.estimator.classes_] = known
        return probabilities


Builder = Callable[..., Classic]
"""Takes the classes, the training images' number, whether to weigh the classes, a seed, and the model's options."""


def logistic_regression(classes: int, images: int, weighted: bool, seed: int, c: float) -> Classic:  # noqa: ARG001
    """Softmax of a weighted sum of standardised pixels, with an L2 penalty of the inverse strength `c`."""
    regression = LogisticRegression(C=c, class_weight=_weight(weighted), max_iter=1000)
    return Classic(make_pipeline(StandardScaler(), regression), classes)


def svm(classes: int, images: int, weighted: bool, seed: int, c: float) -> Classic:  # noqa: ARG001
    """Support vectors with a Gaussian kernel on standardised pixels; `c` is the cost of a margin that is missed.

    Raises:
        ValueError: for more images than it can take in reasonable time.
    """
    if images > MAX_SVM_IMAGES:
        raise ValueError(f"The SVM takes {MAX_SVM_IMAGES:,} training images at most. Received: {images:,}")
    return Classic(make_pipeline(StandardScaler(), SVC(C=c, class_weight=_weight(weighted))), classes, (RANKED,))


def random_forest(classes: int, images: int, weighted: bool, seed: int, trees: int) -> Classic:  # noqa: ARG001
    """Decision trees (Breiman 2001) on the pixels as they are: a tree does not mind their scale."""
    forest = RandomForestClassifier(trees, class_weight=_weight(weighted), random_state=seed, n_jobs=1)
    return Classic(make_pipeline(forest), classes)


def knn(classes: int, images: int, weighted: bool, seed: int, k: int) -> Classic:  # noqa: ARG001
    """The share of each class among the `k` training images whose pixels are nearest, all in the same unit."""
    notes = ("Nearest neighbours know no class weights; each counts the same.",) if weighted else ()
    if k > images:
        notes += (f"There are {images} training images, so {images} neighbours are asked.",)
    return Classic(make_pipeline(KNeighborsClassifier(min(k, images), n_jobs=1)), classes, notes)


def _weight(weighted: bool) -> str | None:
    """scikit-learn's "balanced" is n / (classes * count), as the networks' class weights are."""
    return "balanced" if weighted else None


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def _of_distances(distances: np.ndarray) -> np.ndarray:
    """Softmax over the classes; of two there is one distance, positive on the side of the second."""
    if distances.ndim == 1:
        distances = np.stack([np.zeros_like(distances), distances], axis=1)
    powers = np.exp(distances - distances.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
