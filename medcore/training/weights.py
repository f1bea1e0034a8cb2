"""What becomes of the kernels of a run: the penalty on them, how many are exactly 0, how they are spread."""

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np

from medcore.spec import RunSpec
from medcore.training import penalty
from medcore.training.course import evenly
from medcore.training.histograms import Histograms

FILE = "weights.npz"
MOST_EPOCHS = 41
MOST_UNITS = 64
"""Units of a dense first layer whose weights are kept as images."""


class Weights:
    """Follows the kernels of a model through its run.

    Args:
        model: as it is before the first update.
        spec: says which penalty there is, and whether the weights are recorded.
    """

    def __init__(self, model: keras.Model, spec: RunSpec) -> None:
        self._model, self._regularization = model, spec.regularization
        self.recorded = spec.training.record_weights
        self._counts_zeros = self.recorded or spec.regularization.l1 > 0
        self._due = evenly(0, spec.training.epochs, MOST_EPOCHS)
        self._histograms, self._epochs, self._zeros = Histograms(), [], []
        if self.recorded:
            self._note(0, _kernels(model))

    def end_epoch(self, epoch: int) -> dict[str, float]:
        """What is logged after an epoch (from 1): `penalty` where there is one; `zero_share`, and `zeros/LAYER`, the
        share of a kernel's weights that are exactly 0, where there is an L1 penalty or weights are recorded."""
        if not (self._counts_zeros or self._regularization):
            return {}
        kernels = _kernels(self._model)
        self._note(epoch, kernels)
        metrics = {"penalty": self._penalty(kernels)} if self._regularization else {}
        if self._counts_zeros:
            facts = _zeros(kernels)
            metrics["zero_share"] = facts["share"]
            metrics |= {f"zeros/{layer}": share for layer, share in facts["layers"].items()}
        return metrics

    def finish(self, epoch: int) -> None:
        """Notes the last epoch that was trained, which need not be the last that was planned."""
        if self.recorded and epoch not in self._epochs:
            self._add(epoch, _kernels(self._model))

    def facts(self) -> dict[str, Any]:
        """Of the model as it is now: "penalty", None without one or where it is not finite, and "zeros": the "share"
        of all kernel weights that are exactly 0, those of the "layers", and how many "weights" there are."""
        kernels = _kernels(self._model)
        added = self._penalty(kernels) if self._regularization else math.nan
        return {"penalty": added if math.isfinite(added) else None, "zeros": _zeros(kernels)}

    def save(self, file: Path) -> None:
        """Writes what was recorded, and the first layer as it is now, as NumPy arrays.

        `layers` names; `epochs` (s,), 0 is before the first update; `edges` (b + 1,) and `counts` (s, layers, b) of the
        histograms of the kernels; `zeros` (s, layers), how many are exactly 0; `first`, the first kernel: (height,
        width, channels, units) of a dense layer's first units, (height, width, channels, filters) of a convolution;
        and of a dense layer `dead` (height, width, channels), the input values that no weight but 0 looks at.
        """
        kernels = _kernels(self._model)
        edges, counts = self._histograms.finished()
        arrays = {"layers": list(kernels), "epochs": self._epochs, "edges": edges, "counts": counts}
        with file.open("wb") as opened:
            np.savez_compressed(opened, **arrays, zeros=np.stack(self._zeros), **_first(self._model, kernels))

    def _note(self, epoch: int, kernels: dict[str, np.ndarray]) -> None:
        if self.recorded and epoch in self._due:
            self._add(epoch, kernels)

    def _add(self, epoch: int, kernels: dict[str, np.ndarray]) -> None:
        if all(np.isfinite(kernel).all() for kernel in kernels.values()):
            self._histograms.add(list(kernels.values()))
            self._zeros.append([kernel.size - np.count_nonzero(kernel) for kernel in kernels.values()])
            self._epochs.append(epoch)

    def _penalty(self, kernels: dict[str, np.ndarray]) -> float:
        return penalty.value(list(kernels.values()), self._regularization.l1, self._regularization.l2)


def _kernels(model: keras.Model) -> dict[str, np.ndarray]:
    return {name: keras.ops.convert_to_numpy(kernel) for name, kernel in penalty.kernels(model).items()}


def _zeros(kernels: dict[str, np.ndarray]) -> dict[str, Any]:
    zeros = {name: kernel.size - np.count_nonzero(kernel) for name, kernel in kernels.items()}
    weights = sum(kernel.size for kernel in kernels.values())
    layers = {name: float(zeros[name] / kernel.size) for name, kernel in kernels.items()}
    return {"share": float(sum(zeros.values()) / weights), "layers": layers, "weights": weights}


def _first(model: keras.Model, kernels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    kernel = next(iter(kernels.values())).astype(np.float32)
    if kernel.ndim > 2:
        return {"first": kernel}
    images = kernel.reshape(*model.input_shape[1:], -1)
    return {"first": images[..., :MOST_UNITS], "dead": ~images.any(axis=-1)}
