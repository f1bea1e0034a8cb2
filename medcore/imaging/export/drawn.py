"""A mask that a network drew on a stack, and the table of what was measured on it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from medcore.imaging.stack import Stack


@dataclass(frozen=True)
class Drawn:
    """A mask that a network drew on a stack.

    Args:
        mask: (slices, rows, columns) uint8 in the order of the stack: class of every voxel, 0 is nothing.
        classes: names of classes 1, 2, …
        first, end: slices of the stack that were looked at, from `first` to the one before `end`.
        pixel: mm² of a pixel, or None where unknown.
        voxel: ml of a voxel, or None where unknown.
        model: what drew it: "U-Net".
        run: id of the run that this was trained in.
        settings: what else the mask depends on: "threshold" and the like.
    """

    mask: np.ndarray
    classes: tuple[str, ...]
    first: int
    end: int
    pixel: float | None
    voxel: float | None
    model: str
    run: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mask.ndim != 3 or self.mask.dtype != np.uint8:
            raise ValueError(
                "A mask has slices, rows and columns of class numbers from 0 to 255. "
                f"Received: shape {self.mask.shape} of {self.mask.dtype}"
            )
        if (highest := int(self.mask.max(initial=0))) > len(self.classes):
            raise ValueError(
                f"Every class of a mask has a name. Received: class {highest} of {len(self.classes)} names"
            )
        if not 0 <= self.first < self.end <= len(self.mask):
            raise ValueError(
                f"The mask has {len(self.mask):,} slices. Received: {self.first + 1:,} to {self.end:,} of them"
            )

    @property
    def counts(self) -> np.ndarray:
        """(slices, classes) pixels of every class in each slice."""
        numbers = len(self.classes) + 1
        return np.array([np.bincount(one.ravel(), minlength=numbers)[1:] for one in self.mask])

    @property
    def size(self) -> float | None:
        """What a report counts pixels by: ml of each, where one slice was looked at mm²; None where unknown."""
        return self.pixel if self.end - self.first == 1 else self.voxel

    @property
    def sizes(self) -> list[float] | None:
        """Of each class, in this unit."""
        return None if self.size is None else (self.counts.sum(0) * self.size).tolist()

    def check(self, stack: Stack) -> None:
        """Raises ValueError, with one sentence, if it does not lie over that stack."""
        if self.mask.shape != tuple(stack.shape):
            raise ValueError(
                "A mask has the slices, rows and columns of its images: "
                f"{' x '.join(map(str, stack.shape))}. Received: {' x '.join(map(str, self.mask.shape))}"
            )


def measures(stack: Stack) -> tuple[float | None, float | None]:
    """mm² of a pixel and ml of a voxel of a stack; None where unknown, or where slices are not evenly spaced."""
    step, row, column = stack.spacing
    if row is None or column is None:
        return None, None
    even = stack.regular or stack.affine is None
    return row * column, step * row * column / 1000 if step is not None and even else None


def table(drawn: Drawn) -> str:
    """What was measured as CSV: a line for each class and slice that has some of it, then one for the whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "slice", "pixels", "area_mm2", "volume_ml"])
    for name, counts in zip(drawn.classes, drawn.counts.T, strict=True):
        for index in np.flatnonzero(counts):
            writer.writerow([name, index + 1, counts[index], _size(counts[index], drawn.pixel), ""])
        volume = drawn.voxel if drawn.end - drawn.first > 1 else None
        writer.writerow([name, "all", counts.sum(), "", _size(counts.sum(), volume)])
    return text.getvalue()


def _size(count: int, one: float | None) -> str:
    return "" if one is None else f"{count * one:.6g}"
