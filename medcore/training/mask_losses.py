"""Losses of the logits of every pixel against masks of class numbers, one value an image."""

from typing import Any

from keras import ops

from medcore.training.losses import CrossEntropy, Focal

PIXELS = (1, 2)
"""Axes of height and width."""

FEW = 8
"""Classes up to which cross-entropy is computed class by class."""


class MaskCrossEntropy:
    """Weighted mean over the pixels of -log of the probability given to the true class.

    Args:
        foreground: how many times more a pixel counts that is not background, above 0; 1 is the plain mean.
    """

    def __init__(self, foreground: float = 1.0) -> None:
        self.foreground = foreground

    def __call__(self, masks: Any, logits: Any) -> Any:
        """Loss of each image.

        Args:
            masks: (n, height, width) integers, the true class of each pixel; 0 is the background.
            logits: (n, height, width, classes), before the softmax.

        Returns:
            (n,) float32.
        """
        values = _class_by_class(masks, logits) if logits.shape[-1] <= FEW else CrossEntropy()(masks, logits)
        if self.foreground == 1:
            return ops.mean(values, axis=PIXELS)
        weights = ops.where(masks > 0, float(self.foreground), 1.0)
        return ops.sum(weights * values, axis=PIXELS) / ops.sum(weights, axis=PIXELS)


class MaskFocal:
    """Mean over the pixels of (1 - p)^gamma * -log p, p the probability given to the true class.

    Args:
        gamma: how much less a pixel counts the surer the network is of it, 0 or more; 0 is cross-entropy.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, arXiv:1708.02002; here for the softmax of several classes.
    """

    def __init__(self, gamma: float = 2.0) -> None:
        self.gamma = gamma

    def __call__(self, masks: Any, logits: Any) -> Any:
        """Loss (n,) of each image; masks (n, height, width), logits (n, height, width, classes)."""
        return ops.mean(Focal(self.gamma)(masks, logits), axis=PIXELS)


class Tversky:
    """One less the mean over the foreground classes of (2 TP + s) / (2 TP + 2 (1 - beta) FP + 2 beta FN + s).

    Of a class, TP is the sum over the image's pixels of its probability where it is true, FP of its probability where
    it is not, FN of what is missing to 1 where it is true. With a beta of 0.5 it is `Dice`.

    Args:
        beta: weight of missed pixels, 0 to 1; false ones weigh 1 - beta.
        smooth: pixels s added, so that a class that an image does not have has a loss, too.

    Reference:
        Salehi et al., Tversky loss function for image segmentation using 3D fully convolutional deep networks,
        arXiv:1706.05721.
    """

    def __init__(self, beta: float = 0.7, smooth: float = 1.0) -> None:
        self.beta, self.smooth = beta, smooth

    def __call__(self, masks: Any, logits: Any) -> Any:
        """Loss (n,) of each image; masks (n, height, width), logits (n, height, width, classes)."""
        logits = ops.cast(logits, "float32")
        given = ops.softmax(logits, axis=-1)[..., 1:]
        true = ops.one_hot(masks, logits.shape[-1], dtype="float32")[..., 1:]
        both = ops.sum(given * true, axis=PIXELS)
        false, missed = ops.sum(given, axis=PIXELS) - both, ops.sum(true, axis=PIXELS) - both
        wrong = (1 - self.beta) * false + self.beta * missed
        overlap = (2 * both + self.smooth) / (2 * both + 2 * wrong + self.smooth)
        return 1 - ops.mean(overlap, axis=-1)


class Dice:
    """One less the mean over the foreground classes of (2 * sum(p y) + s) / (sum(p) + sum(y) + s), over the pixels.

    p is the probability of the class, y 1 where it is true. Each image has a Dice of its own; that of a whole batch as
    one image would be another number.

    Args:
        smooth: pixels s added, so that a class that an image does not have has a loss, too.

    Reference:
        Milletari et al., V-Net, arXiv:1606.04797; here without the squares in the sum, as most do.
    """

    def __init__(self, smooth: float = 1.0) -> None:
        self.smooth = smooth

    def __call__(self, masks: Any, logits: Any) -> Any:
        """Loss (n,) of each image; masks (n, height, width), logits (n, height, width, classes)."""
        return Tversky(0.5, self.smooth)(masks, logits)


class CrossEntropyDice:
    """(1 - weight) * cross-entropy + weight * Dice.

    Args:
        weight: share of Dice, 0 to 1.

    Reference:
        Isensee et al., nnU-Net, doi 10.1038/s41592-020-01008-z: the sum of both.
    """

    def __init__(self, weight: float = 0.5) -> None:
        self.weight = weight

    def __call__(self, masks: Any, logits: Any) -> Any:
        """Loss (n,) of each image; masks (n, height, width), logits (n, height, width, classes)."""
        return (1 - self.weight) * MaskCrossEntropy()(masks, logits) + self.weight * Dice()(masks, logits)


class NoSigmoid:
    """Binary cross-entropy that takes numbers for probabilities, as behind a last layer without activation.

    For each foreground class the number is its logit less that of the background, and a half, so that it is 0.5 where
    the probability is. What is below 0 or above 1 is cut off, as Keras does before the logarithm, and has no gradient.
    """

    EPSILON = 1e-7

    def __call__(self, masks: Any, logits: Any) -> Any:
        """Loss (n,) of each image; masks (n, height, width), logits (n, height, width, classes)."""
        logits = ops.cast(logits, "float32")
        taken = ops.clip(logits[..., 1:] - logits[..., :1] + 0.5, self.EPSILON, 1 - self.EPSILON)
        true = ops.one_hot(masks, logits.shape[-1], dtype="float32")[..., 1:]
        each = -true * ops.log(taken) - (1 - true) * ops.log(1 - taken)
        return ops.mean(each, axis=(*PIXELS, 3))


def _class_by_class(masks: Any, logits: Any) -> Any:
    """Cross-entropy (n, height, width): log of the sum of exp(logit) less the true logit.

    Of maps, one a class: along a last axis of two numbers TensorFlow's own takes three times as long.
    """
    maps = ops.unstack(ops.cast(logits, "float32"), axis=-1)
    largest = maps[0]
    for one in maps[1:]:
        largest = ops.maximum(largest, one)
    below = [one - ops.stop_gradient(largest) for one in maps]  # so that no exp overflows; it cancels
    true = sum(ops.where(masks == number, one, 0.0) for number, one in enumerate(below))
    return ops.log(sum(ops.exp(one) for one in below)) - true
