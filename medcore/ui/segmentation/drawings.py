"""The masks that this session has drawn: packed, by the name of the drawing, and gone with the session."""

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from medcore.imaging import run_lengths
from medcore.ui import session

MOST, MOST_BYTES = 200, 2**26
"""Drawings that a session keeps, and their bytes together; of more, those opened longest ago go."""


@dataclass
class _Drawing:
    shape: tuple[int, int]
    classes: int
    packed: bytes
    revision: int = 0


@dataclass
class Drawings:
    """Of one session. A browser may say anything: what is no mask of a drawing that is open is left aside."""

    kept: dict[str, _Drawing] = field(default_factory=dict)

    def open(self, name: str, shape: tuple[int, int], classes: int) -> None:
        """Begins a drawing, empty, unless there is one of this name and shape; of fewer classes the others go.

        Args:
            name: what it is called here.
            shape: (rows, columns).
            classes: how many there are with what is nothing.
        """
        known = self.kept.pop(name, None)
        if known is None or known.shape != shape:
            known = _Drawing(shape, classes, _packed(np.zeros(shape, np.uint8)))
        self.kept[name] = known
        if classes < known.classes and (beyond := self.mask(name) >= classes).any():
            self.put(name, np.where(beyond, 0, self.mask(name)))
        known.classes = classes
        while len(self.kept) > MOST or (self.nbytes > MOST_BYTES and len(self.kept) > 1):
            del self.kept[next(iter(self.kept))]

    @property
    def nbytes(self) -> int:
        """Of all drawings."""
        return sum(len(drawing.packed) for drawing in self.kept.values())

    def mask(self, name: str) -> np.ndarray:
        """(rows, columns) uint8 class numbers."""
        drawing = self.kept[name]
        return np.frombuffer(zlib.decompress(drawing.packed), np.uint8).reshape(drawing.shape)

    def revision(self, name: str) -> int:
        """How often Python itself has put a mask in the place of what was drawn."""
        return self.kept[name].revision

    def put(self, name: str, mask: np.ndarray) -> None:
        """Puts a mask in place of what is drawn."""
        drawing = self.kept[name]
        drawing.packed = _packed(mask)
        drawing.revision += 1

    def heard(self, said: Any) -> None:
        """Takes what the editor says: {"name", "revision", "runs"}."""
        try:
            drawing = self.kept[said["name"]]
            if said["revision"] == drawing.revision:
                drawing.packed = _packed(run_lengths.decode(said["runs"], drawing.shape, drawing.classes))
        except (ValueError, LookupError, TypeError):
            return

    def forget(self, start: str) -> None:
        """Lets go of the drawings whose names start so."""
        self.kept = {name: drawing for name, drawing in self.kept.items() if not name.startswith(start)}

    def close(self) -> None:
        """Nothing is kept."""
        self.kept.clear()


def _packed(mask: np.ndarray) -> bytes:
    return zlib.compress(np.ascontiguousarray(mask, np.uint8).tobytes(), 1)


def of_session() -> Drawings:
    """This session's."""
    return session.kept("drawings", Drawings, Drawings.close)
