"""The network's answers to a few images, without anything being traced or compiled first."""

from collections.abc import Callable
from typing import TypeVar

import keras
import numpy as np

PIXELS_AT_ONCE = 2**19

Logits = TypeVar("Logits")


def nothing() -> None:
    """The pause of those who need none."""


def at_once(shape: tuple[int, ...], pixels: int = PIXELS_AT_ONCE) -> int:
    """How many images (height, width, …) are worked on together, so that a large one takes no more memory."""
    return max(1, pixels // (shape[0] * shape[1]))


def score(logits: Logits, target: int) -> Logits:
    """(n,) what speaks for a class, of logits (n, classes), arrays or tensors.

    The class' logit; of two classes how far it lies above the other's: that alone decides, and either logit by itself
    may hardly move.
    """
    return logits[:, target] if logits.shape[-1] != 2 else logits[:, target] - logits[:, 1 - target]


def logits(model: keras.Model, images: np.ndarray, pause: Callable[[], None] = nothing) -> np.ndarray:
    """(n, classes) in single precision.

    Args:
        images: (n, height, width, channels), as the network takes them.
        pause: called before each batch; may raise to stop.
    """
    together = at_once(images.shape[1:])
    parts = []
    for start in range(0, len(images), together):
        pause()
        answer = model(np.asarray(images[start : start + together], np.float32), training=False)
        parts.append(np.asarray(keras.ops.convert_to_numpy(answer), np.float32))
    return np.concatenate(parts)
