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
        self._kept: dict[int, tuple[np.ndarray, float]] = {}
        self.pass_by(0)

    def pass_by(self, step: int, last: bool = False) -> None:
        """Keeps the weights after this update if they are due, or the last; none that are no finite numbers."""
        if step in self._kept or not (last or step in self.due):
            return
        parts = [keras.ops.convert_to_numpy(variable).ravel() for variable in self._model.trainable_variables]
        weights = np.concatenate(parts, dtype=np.float32)
        if not self._kept:
            self._start = weights
        with np.errstate(over="ignore", invalid="ignore"):
            move = weights - self._start
            scale = np.abs(move).max(initial=0.0)
        if np.isfinite(scale):
            self._kept[step] = (move / (scale or 1)).astype(np.float16), scale

    def save(self, file: Path) -> None:
        """Writes what `load` reads."""
        steps = sorted(self._kept)
        moves, scales = zip(*(self._kept[step] for step in steps), strict=True)
        with file.open("wb") as opened:
            np.savez(opened, steps=np.asarray(steps), start=self._start, moves=np.stack(moves), scales=scales)


def load(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """The updates (s,) at which weights were kept, and these weights (s, parameters), float32.

    A file holds how far the weights are from the first ones, in half precision and scaled: the weights themselves
    in half precision would lose what a slow run moves.

    Raises:
        OSError, ValueError, KeyError, zipfile.BadZipFile: if it cannot be read.
    """
    with np.load(file, allow_pickle=False) as kept:
        weights = kept["moves"].astype(np.float32)
        weights *= kept["scales"][:, None].astype(np.float32)
        weights += kept["start"]
        return kept["steps"], weights
