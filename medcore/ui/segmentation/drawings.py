"""The masks that this session has drawn: kept as run lengths, by the name of the drawing, and gone with the session."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from medcore.imaging import run_lengths
from medcore.ui import session

MOST = 200
"""Drawings that a session keeps; of more, those opened longest ago go."""


@dataclass
class _Drawing:
    shape: tuple[int, int]
    classes: int
    runs: list[int]
    revision: int = 0


@dataclass
class Drawings:
    """Of one session. A browser may say anything: what is no mask of a drawing that is open is left aside."""

    kept: dict[str, _Drawing] = field(default_factory=dict)

    def open(self, name: str, shape: tuple[int, int], classes: int) -> None:
        """Begins a drawing, empty, unless there is one of this name, shape and these classes.

        Args:
            name: what it is called here.
            shape: (rows, columns).
            classes: how many there are with what is nothing.
        """
        known = self.kept.pop(name, None)
        if known is None or (known.shape, known.classes) != (shape, classes):
            known = _Drawing(shape, classes, [0, shape[0] * shape[1]])
        self.kept[name] = known
        while len(self.kept) > MOST:
            del self.kept[next(iter(self.kept))]

    def runs(self, name: str) -> tuple[list[int], int]:
        """Its run lengths, and its revision: how often Python itself has put a mask in its place."""
        return self.kept[name].runs, self.kept[name].revision

    def mask(self, name: str) -> np.ndarray:
        """(rows, columns) uint8 class numbers."""
        drawing = self.kept[name]
        return run_lengths.decode(drawing.runs, drawing.shape, drawing.classes)

    def put(self, name: str, mask: np.ndarray) -> None:
        """Puts a mask in place of what is drawn."""
        drawing = self.kept[name]
        drawing.runs = run_lengths.encode(mask)
        drawing.revision += 1

    def heard(self, said: Any) -> None:
        """Takes what the editor says: {"name", "revision", "runs"}."""
        try:
            drawing = self.kept[said["name"]]
            if said["revision"] == drawing.revision:
                run_lengths.decode(said["runs"], drawing.shape, drawing.classes)
                drawing.runs = list(said["runs"])
        except (ValueError, LookupError, TypeError):
            return

    def forget(self, start: str) -> None:
        """Lets go of the drawings whose names start so."""
        self.kept = {name: drawing for name, drawing in self.kept.items() if not name.startswith(start)}

    def close(self) -> None:
        """Nothing is kept."""
        self.kept.clear()


def of_session() -> Drawings:
    """This session's."""
    return session.kept("drawings", Drawings, Drawings.close)
