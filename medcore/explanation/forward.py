"""The network's answers to a few images, without anything being traced or compiled first."""

from collections.abc import Callable

import keras
import numpy as np

PIXELS_AT_ONCE = 2**19


def nothing() -> None:
    """The pause of those who need none."""


def logits(model: keras.Model, images: np.ndarray, pause: Callable[[], None] = nothing) -> np.ndarray:
    """(n, classes) in single precision.

    Args:
        images: (n, height, width, channels), as the network takes them.
        pause: called before each batch; may raise to stop.
    """
    at_once = max(1, PIXELS_AT_ONCE // (images.shape[1] * images.shape[2]))
    parts = []
    for start in range(0, len(images), at_once):
        pause()
        answer = model(np.asarray(images[start : start + at_once], np.float32), training=False)
        parts.append(np.asarray(keras.ops.convert_to_numpy(answer), np.float32))
    return np.concatenate(parts)
