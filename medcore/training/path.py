"""The weights of a run as it goes, so that its path can be drawn on the loss surface."""

from pathlib import Path

import keras
import numpy as np

from medcore.training.course import evenly

FILE = "path.npz"
MOST, FEWEST = 40, 8
MOST_VALUES = 8_000_000


class WeightPath:
    """Keeps the trainable weights at updates spread evenly over the run, the first and the last among them.

    Args:
        model: its trainable variables are flattened and joined in their order.
        updates: of the whole run.
    """

    def __init__(self, model: keras.Model, updates: int) -> None:
        self._model = model
        parameters = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
        self.due = evenly(0, updates, min(max(MOST_VALUES // max(parameters, 1), FEWEST), MOST))
        self._kept: dict[int, np.ndarray] = {}
        self.pass_by(0)

    def pass_by(self, step: int, last: bool = False) -> None:
        """Keeps the weights after this update if they are due, or the last; none that half precision cannot hold."""
        if step in self._kept or not (last or step in self.due):
            return
        parts = [keras.ops.convert_to_numpy(variable).ravel() for variable in self._model.trainable_variables]
        with np.errstate(over="ignore"):
            weights = np.concatenate(parts).astype(np.float16)
        if np.isfinite(weights).all():
            self._kept[step] = weights

    def save(self, file: Path) -> None:
        """Writes `steps` (s,) and `weights` (s, parameters), float16."""
        steps = sorted(self._kept)
        with file.open("wb") as opened:
            np.savez(opened, steps=np.asarray(steps), weights=np.stack([self._kept[step] for step in steps]))
