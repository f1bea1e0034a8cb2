"""Masks of what a network says of every pixel: kept in two bytes, made anew at any threshold."""

import numpy as np

THRESHOLD = 0.5
"""From this probability of anything but background on, a pixel is foreground, unless one chooses otherwise."""
SURE = 255
"""What a byte of the foreground says of a probability of 1."""


def said(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is kept of probabilities.

    Args:
        probabilities: (..., classes), class 0 is the background.

    Returns:
        `foreground` (...) uint8, 255 (1 - p(background)) to the nearest; `classes` (...) uint8, the likeliest class
        that is not background, 1, 2, …; of equally likely ones the first.
    """
    foreground = np.rint(SURE * np.clip(1 - probabilities[..., 0], 0, 1)).astype(np.uint8)
    return foreground, (1 + probabilities[..., 1:].argmax(axis=-1)).astype(np.uint8)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (..., classes) float32 of logits; those of a diverged network are no numbers."""
    with np.errstate(invalid="ignore", over="ignore"):
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True), dtype=np.float32)
        return powers / powers.sum(axis=-1, keepdims=True)


def masks(foreground: np.ndarray, classes: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """The mask at a threshold: foreground where 1 - p(background) is as high or higher, and there its likeliest class.

    Args:
        foreground, classes: (...) uint8, as `said` gives them.
        threshold: 0 to 1. A byte holds a probability to 1/510, so that a pixel as near to the threshold may fall on
            either side; at 0.5 none does.

    Returns:
        (...) uint8, 0 is background.
    """
    return np.where(foreground >= SURE * threshold, classes, np.uint8(0))
