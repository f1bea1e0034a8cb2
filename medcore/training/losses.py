"""Losses of logits against class numbers, one value an image, so that class weights can multiply them."""

from typing import Any

import keras
from keras import ops


def _probabilities(logits: Any) -> Any:
    return ops.softmax(ops.cast(logits, "float32"), axis=-1)


def _one_hot(labels: Any, like: Any) -> Any:
    return ops.one_hot(labels, like.shape[-1], dtype="float32")


class CrossEntropy:
    """-log of the probability given to the true class; its gradient by the logits is p - y.

    Args:
        smoothing: share of the true class' 1 that is spread evenly over all classes, itself among them, 0 to 1. A
            network is then not rewarded for being surer than that: the loss is lowest at a probability of
            1 - smoothing + smoothing / classes, and never 0.

    Reference:
        Szegedy et al., Rethinking the Inception Architecture for Computer Vision, arXiv:1512.00567.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self.smoothing = smoothing

    def __call__(self, labels: Any, logits: Any) -> Any:
        """Loss of each image.

        Args:
            labels: (n,) integers, the true class of each image.
            logits: (n, classes), before the softmax.

        Returns:
            (n,) float32.
        """
        logits = ops.cast(logits, "float32")
        if not self.smoothing:
            return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        spread = (1 - self.smoothing) * _one_hot(labels, logits) + self.smoothing / logits.shape[-1]
        return -ops.sum(spread * ops.log_softmax(logits, axis=-1), axis=-1)


class Focal:
    """(1 - p)^gamma * -log p, p the probability given to the true class: images count less the surer it is.

    Args:
        gamma: how much less, 0 or more; 0 is cross-entropy.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, arXiv:1708.02002; here for the softmax of several classes.
    """

    def __init__(self, gamma: float = 2.0) -> None:
        self.gamma = gamma

    def __call__(self, labels: Any, logits: Any) -> Any:
        """Loss (n,) of each image; labels (n,) integers, logits (n, classes)."""
        cross_entropy = CrossEntropy()(labels, logits)
        if not self.gamma:
            return cross_entropy
        doubt = ops.maximum(-ops.expm1(-cross_entropy), 1e-7)  # 1 - p; a power of 0 has no slope for a gamma below 1
        return doubt**self.gamma * cross_entropy


class SoftmaxTwice:
    """Cross-entropy that takes the softmax's probabilities for logits, as `from_logits=True` behind a softmax does.

    The second softmax can give the true class e / (e + C - 1) at most, so the loss has a floor of
    ln(e + C - 1) - 1: 0.3133 for two classes, 1.4612 for ten; and its gradient passes two slopes.
    """

    def __call__(self, labels: Any, logits: Any) -> Any:
        """Loss (n,) of each image; labels (n,) integers, logits (n, classes)."""
        # Not Keras' own: on TensorFlow it finds the softmax, warns, and takes the true logits after all.
        p = _probabilities(logits)
        return -ops.sum(_one_hot(labels, p) * ops.log_softmax(p, axis=-1), axis=-1)


class MeanSquaredError:
    """Mean over the classes of (p - y)², p the softmax of the logits and y the true class as one-hot.

    Its gradient by the logits carries the softmax's slope, which vanishes where the network is
    confident, right or wrong: that is why it learns slowly from its worst mistakes.
    """

    def __call__(self, labels: Any, logits: Any) -> Any:
        """Loss (n,) of each image; labels (n,) integers, logits (n, classes)."""
        p = _probabilities(logits)
        return keras.losses.mean_squared_error(_one_hot(labels, p), p)


class Huber:
    """Mean over the classes of the Huber loss of e = p - y: e²/2 up to delta, delta·|e| - delta²/2 beyond.

    Its derivative by e is e clipped at ±delta. As |e| is at most 1 for probabilities, a delta of
    1 or more leaves half the squared error.

    Args:
        delta: error beyond which the loss grows linearly, above 0.

    Reference:
        Huber, P. J. (1964), Robust Estimation of a Location Parameter, doi 10.1214/aoms/1177703732.
    """

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = delta

    def __call__(self, labels: Any, logits: Any) -> Any:
        """Loss (n,) of each image; labels (n,) integers, logits (n, classes)."""
        p = _probabilities(logits)
        return keras.losses.huber(_one_hot(labels, p), p, delta=self.delta)
