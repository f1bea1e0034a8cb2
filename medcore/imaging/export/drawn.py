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
        areas: (slices, classes) mm² of every class in each slice, or None where pixels have no known size.
        volumes: ml of every class, or None where voxels have none.
        model: what drew it: "U-Net".
        run: id of the run that this was trained in.
        settings: what else the mask depends on: "threshold" and the like.
    """

    mask: np.ndarray
    classes: tuple[str, ...]
    areas: np.ndarray | None
    volumes: tuple[float, ...] | None
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

    @property
    def sizes(self) -> list[float] | None:
        """What a report says of each class: ml, of a single slice mm²; None where unknown."""
        if len(self.mask) == 1:
            return None if self.areas is None else [float(area) for area in self.areas[0]]
        return None if self.volumes is None else [float(size) for size in self.volumes]

    def check(self, stack: Stack) -> None:
        """Raises ValueError, with one sentence, if it does not lie over that stack."""
        if self.mask.shape != tuple(stack.shape):
            raise ValueError(
                "A mask has the slices, rows and columns of its images: "
                f"{' x '.join(map(str, stack.shape))}. Received: {' x '.join(map(str, self.mask.shape))}"
            )


def table(drawn: Drawn) -> str:
    """What was measured as CSV: a line for each class and slice that has some of it, then one for the whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "slice", "pixels", "area_mm2", "volume_ml"])
    for number, name in enumerate(drawn.classes, 1):
        counts = (drawn.mask == number).sum((1, 2))
        for index in np.flatnonzero(counts):
            area = "" if drawn.areas is None else _rounded(drawn.areas[index][number - 1])
            writer.writerow([name, index + 1, counts[index], area, ""])
        whole = "" if drawn.volumes is None else _rounded(drawn.volumes[number - 1])
        writer.writerow([name, "all", counts.sum(), "", whole])
    return text.getvalue()


def _rounded(size: float) -> str:
    return f"{size:.6g}"
