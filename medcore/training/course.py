"""What is planned for each update of a run: its learning rate, and whether it is looked at more closely."""

from typing import NamedTuple

import numpy as np

from medcore import catalog
from medcore.optimization import schedules
from medcore.spec import RunSpec

WATCHED = 50
"""Updates of a run at which gradients and updates are measured layer by layer."""


class Epoch(NamedTuple):
    """The updates of one epoch.

    Args:
        order: (n,) the images' numbers in the order to take them; the last batch may be short.
        rates: (updates,) float32 learning rates.
        watched: (updates,) whether the layers are measured.
        stops: (updates,) whether the caller wants to hear at once, before the next update.
    """

    order: np.ndarray
    rates: np.ndarray
    watched: np.ndarray
    stops: np.ndarray


class Course:
    """The updates of a run, numbered from 1: all of them, those `watched`, and those after which there are `stops`.

    Args:
        n: training images.
        batch: images an update.
    """

    def __init__(self, spec: RunSpec, n: int, batch: int) -> None:
        self.updates_per_epoch = -(-n // batch)
        self.updates = self.updates_per_epoch * spec.training.epochs
        self.varies = spec.schedule.name != "constant" or spec.schedule.warmup > 0
        self._spec = spec
        self.watched = set(evenly(1, self.updates, WATCHED))
        self.stops: set[int] = set()

    def epoch(self, epoch: int, order: np.ndarray) -> Epoch:
        """What is planned for an epoch (from 0) that takes the images in this order."""
        first = epoch * self.updates_per_epoch
        numbers = range(first + 1, first + 1 + self.updates_per_epoch)
        chosen = (np.asarray([number in some for number in numbers]) for some in (self.watched, self.stops))
        return Epoch(order, self._rates(np.arange(first, first + self.updates_per_epoch)), *chosen)

    def _rates(self, updates: np.ndarray) -> np.ndarray:
        schedule = self._spec.schedule
        factors = schedules.factors(
            catalog.resolve(catalog.SCHEDULES[schedule.name].target),
            schedule.options,
            schedule.warmup,
            updates,
            self.updates_per_epoch,
            self._spec.training.epochs,
        )
        return (self._spec.optimizer.learning_rate * factors).astype(np.float32)


def evenly(first: int, last: int, count: int) -> list[int]:
    """At most `count` whole numbers from `first` to `last`, both included, as far apart as can be."""
    return np.unique(np.linspace(first, last, count).round().astype(int)).tolist()
