"""What a run writes down about its updates: losses, layers, learning rates and seconds."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from medcore.training.course import Epoch
from medcore.training.run import Row, Run

SECONDS_EVERY = 0.05
"""Least time in s between two rows of `seconds`."""

FAR = 100.0
"""A loss above so many times the first one, or above this if the first is below 1, does not come back: such networks
end at the level of guessing, with units that are dead for every image."""


class Diverged(Exception):  # noqa: N818 - an outcome, not an error
    """The loss left all bounds, or is no number any more."""


class Journal:
    """Logs `train_loss` of every update; `seconds`, the time spent in updates until then, now and then and at the end
    of each epoch; and at the updates watched `gradient_norm/LAYER`, `update_ratio/LAYER` and, if it varies,
    `learning_rate`.

    Args:
        layers: names of the layers that are measured.
        varies: whether the learning rate does.
    """

    def __init__(self, run: Run, layers: Sequence[str], varies: bool) -> None:
        self.steps = 0
        self.losses: list[float] = []
        self._limit: float | None = None
        self._run, self._layers, self._varies = run, layers, varies
        self._seconds, self._said, self._since = 0.0, -SECONDS_EVERY, 0.0
        self._clock: list[tuple[int, float]] = []  # the first two readings

    @property
    def clock(self) -> float:
        """Time spent in updates until now, as `seconds` is logged."""
        return self._seconds

    @property
    def seconds(self) -> float:
        """Time spent in updates until now, without compiling, which falls into the first: as `charts/progress.py`."""
        if len(self._clock) < 2:
            return self._seconds
        (step, first), (next_step, second) = self._clock
        pace = (second - first) / (next_step - step)
        return self._seconds - max(0.0, first - pace * step)

    def open(self, epoch: Epoch) -> None:
        """Begins an epoch."""
        self.losses, self._epoch = [], epoch
        self.resume()

    def resume(self) -> None:
        """The clock of the updates runs from here to the next `write`."""
        self._since = time.perf_counter()

    def write(self, losses: np.ndarray, norms: np.ndarray | None) -> None:
        """Notes the updates since the last call.

        Args:
            losses: (k,) of each update; may be empty.
            norms: (k, layers, 2) as `layers.measure` gives them, valid at the updates watched; None if not measured.

        Raises:
            Diverged: if a loss is not finite or `FAR` away; what came after it is left out.
        """
        self._seconds += time.perf_counter() - self._since
        if self._limit is None and len(losses):
            self._limit = FAR * max(1.0, float(losses[0]))
        near = np.abs(losses) <= (self._limit or FAR)  # false for what is no number
        diverged = not near.all()
        if diverged:
            losses = losses[: near.argmin() + 1]
        if len(losses):
            self._run.log(self._rows(losses, norms))
        if diverged:
            raise Diverged

    def _rows(self, losses: np.ndarray, norms: np.ndarray | None) -> Iterator[Row]:
        first = len(self.losses)
        for i, loss in enumerate(losses.tolist()):
            self.steps += 1
            self.losses.append(loss)
            yield Row(self.steps, "train_loss", loss)
            if self._epoch.watched[first + i]:
                yield from self._looked_at(first + i, None if norms is None else norms[i])
        if self._seconds - self._said >= SECONDS_EVERY or len(self.losses) == len(self._epoch.rates):
            self._said = self._seconds
            self._clock = [*self._clock, (self.steps, self._seconds)][:2]
            yield Row(self.steps, "seconds", self._seconds)

    def _looked_at(self, update: int, norms: np.ndarray | None) -> Iterator[Row]:
        if self._varies:
            yield Row(self.steps, "learning_rate", float(self._epoch.rates[update]))
        if norms is None:
            return
        for layer, (gradient, ratio) in zip(self._layers, norms.tolist(), strict=True):
            yield Row(self.steps, f"gradient_norm/{layer}", gradient)
            yield Row(self.steps, f"update_ratio/{layer}", ratio)
