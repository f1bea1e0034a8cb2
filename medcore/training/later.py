"""A run as a second stage sees it: its updates are counted on from those of the first."""

from collections.abc import Iterable
from pathlib import Path

from medcore.training.run import Row, Run


class Later:
    """Passes on what a stage logs, its updates and seconds counted on.

    Args:
        steps: updates made before.
        seconds: that they took, as they were logged.
    """

    def __init__(self, run: Run, steps: int, seconds: float) -> None:
        self._run, self._steps, self._seconds = run, steps, seconds
        self.folder: Path = run.folder

    def plan(self, **facts: object) -> None:
        self._run.plan(**facts)

    def status(self, sentence: str) -> None:
        self._run.status(sentence)

    def log(self, rows: Iterable[Row]) -> None:
        self._run.log(map(self._counted_on, rows))

    def cancelled(self) -> bool:
        return self._run.cancelled()

    def _counted_on(self, row: Row) -> Row:
        seconds = self._seconds if row.metric == "seconds" else 0.0
        return Row(row.step + self._steps, row.metric, row.value + seconds)
