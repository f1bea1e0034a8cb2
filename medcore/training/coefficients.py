"""How the weights of the first layer shrink along a path, and which pixels drop out."""

import itertools
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
    kernels = [point.weights[place] for point in points]
    dense = kernels[0].ndim == 2
    shape = (*model.input_shape[1:], -1) if dense else kernels[0].shape
    kernels = [kernel.astype(np.float32, copy=False).reshape(shape) for kernel in kernels]
    whole = np.asarray([point.diverged_at is None for point in points])
    chosen = _largest(kernels, whole)
    values = np.stack([kernel.reshape(-1)[chosen] for kernel in kernels])
    values[~whole] = np.nan
    arrays = {
        "strengths": np.asarray([point.strength for point in points]),
        "values": values,
        "places": np.stack(np.unravel_index(chosen, kernels[0].shape), axis=1).astype(np.int32),
        "nonzero": np.asarray([np.count_nonzero(kernel) for kernel in kernels]),
    }
    if dense:
        arrays["dead"] = np.stack([(kernel == 0).all(axis=(2, 3)) for kernel in kernels])
    with file.open("wb") as opened:
        np.savez(opened, **arrays)


def _largest(kernels: Sequence[np.ndarray], whole: np.ndarray) -> np.ndarray:
    """Flat places of the `SHOWN` weights that get largest; one kernel at a time, since large ones fill the memory.

    Args:
        whole: (L,) which kernels are those of a network that did not diverge.
    """
    largest = np.zeros(kernels[0].size, np.float32)
    for kernel in itertools.compress(kernels, whole):
        np.maximum(largest, np.abs(kernel.reshape(-1)), out=largest)
    return np.argsort(-largest, kind="stable")[:SHOWN]
