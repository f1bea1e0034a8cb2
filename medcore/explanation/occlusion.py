"""Occlusion: what happens to the answer when a patch of the image is hidden."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from medcore.explanation.forward import at_once, logits, nothing, score

ACROSS = 7
"""Patches side by side, about; neighbours overlap by half."""


class Occluded(NamedTuple):
    """Of one image.

    Args:
        falls: (height, width) float32: by how much `forward.score` falls, on average over the patches that hide a
            pixel; negative where hiding it speaks for the class.
        patch, stride: pixels.
        lowest: logits (classes,) of the image with the patch hidden whose absence costs most.
        corner: row and column of that patch's upper left pixel.
    """

    falls: np.ndarray
    patch: int
    stride: int
    lowest: np.ndarray
    corner: tuple[int, int]


def occlude(
    model: keras.Model,
    image: np.ndarray,
    target: int,
    pause: Callable[[], None] = nothing,
    patch: int | None = None,
    stride: int | None = None,
) -> Occluded:
    """Hides one patch after the other behind the mean value of the image.

    Args:
        image: (height, width, channels), as the network takes it.
        target: number of the class.
        pause: called now and then; may raise to stop.
        patch: pixels a side, a seventh of the shorter side by default.
        stride: pixels between patches, half a patch by default.

    Reference:
        Zeiler & Fergus, Visualizing and Understanding Convolutional Networks, arXiv:1311.2901.
    """
    height, width, _ = image.shape
    patch = patch or max(1, round(min(height, width) / ACROSS))
    stride = stride or max(1, patch // 2)
    corners = [(top, left) for top in _places(height, patch, stride) for left in _places(width, patch, stride)]
    together = at_once(image.shape)
    parts = [corners[start : start + together] for start in range(0, len(corners), together)]
    answers = np.concatenate([logits(model, _hidden(image, part, patch), pause) for part in parts])
    falls = score(logits(model, image[None]), target) - score(answers, target)
    total, times = np.zeros((height, width)), np.zeros((height, width))
    for (top, left), fall in zip(corners, falls, strict=True):
        total[top : top + patch, left : left + patch] += fall
        times[top : top + patch, left : left + patch] += 1
    worst = int(falls.argmax())
    return Occluded((total / times).astype(np.float32), patch, stride, answers[worst], corners[worst])


def _places(length: int, patch: int, stride: int) -> list[int]:
    """Where patches begin, so that the last one ends with the image."""
    return [*range(0, length - patch, stride), length - patch]


def _hidden(image: np.ndarray, corners: list[tuple[int, int]], patch: int) -> np.ndarray:
    """The image once for every patch, hidden there: (patches, height, width, channels)."""
    hidden = np.repeat(image[None].astype(np.float32), len(corners), axis=0)
    mean = image.mean(axis=(0, 1))
    for one, (top, left) in zip(hidden, corners, strict=True):
        one[top : top + patch, left : left + patch] = mean
    return hidden
