"""What a training task is given to report to: the store's run, or the terminal."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Row(NamedTuple):
    """One value of one metric; `step` counts updates, the first is 1. A value that is not finite stays so."""

    step: int
    metric: str
    value: float


class Cancelled(Exception):  # noqa: N818 - a person's decision, not an error
    """Raised by a task that found its run cancelled."""


class Run(Protocol):
    """One run as its task sees it."""

    folder: Path
    """For the model and other files of the run; exists."""

    def plan(self, **facts: Any) -> None:
        """Says what will happen, as soon as it is known: steps, steps_per_epoch, epochs, parameters, device, …"""

    def status(self, sentence: str) -> None:
        """Says what is happening now, for a person who waits."""

    def log(self, rows: Iterable[Row]) -> None:
        """Records metrics; cheap, returns at once."""

    def cancelled(self) -> bool:
        """Whether to stop. A task that stops for it raises `Cancelled`."""
