"""How the weights of the first layer shrink along a path, and which pixels drop out."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from medcore.training.strengths import Point

FILE = "coefficients.npz"
SHOWN = 64
"""Weights whose course is kept: those that get largest."""


def save(file: Path, points: Sequence[Point], model: keras.Model) -> None:
    """Writes how the first layer with a kernel changes with the strength.

    - strengths: (L,).
    - values: (L, t) of the t <= 64 weights that get largest at any strength; NaN where the network diverged.
    - places: (t, 4) row, column, channel and unit (filter) of each; rows and columns of the image for a dense layer,
      of the kernel for a convolution.
    - nonzero: (L,) weights of the layer that are not exactly 0.
    - dead: (L, height, width) pixels all whose weights are exactly 0; only where the first layer is dense.
    """
    place = next(i for i, variable in enumerate(model.weights) if variable.name == "kernel")
    kernels = np.stack([point.weights[place] for point in points]).astype(np.float32)
    dense = kernels.ndim == 3
    if dense:
        kernels = kernels.reshape(len(points), *model.input_shape[1:], -1)
    whole = np.asarray([point.diverged_at is None for point in points])
    flat = np.where(whole[:, None], kernels.reshape(len(points), -1), np.nan)
    largest = np.nan_to_num(np.abs(flat)).max(axis=0)
    chosen = np.argsort(-largest, kind="stable")[:SHOWN]
    arrays = {
        "strengths": np.asarray([point.strength for point in points]),
        "values": flat[:, chosen],
        "places": np.stack(np.unravel_index(chosen, kernels.shape[1:]), axis=1).astype(np.int32),
        "nonzero": np.count_nonzero(kernels.reshape(len(points), -1), axis=1),
    }
    if dense:
        arrays["dead"] = (kernels == 0).all(axis=(3, 4))
    with file.open("wb") as opened:
        np.savez(opened, **arrays)
