"""What is judged as one case, an image or a volume, and how large its pixels are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Extent:
    """Which images make up a case, and its measures.

    Args:
        unit: what a case is.
        unit_of: (n,) int64, the case of each image: 0, 1, …; the images of a volume follow each other in order.
        spacing: from one pixel to the next: (row, column) of an image, (slice, row, column) of a volume.
        length_unit: of the spacing.
        volume_unit: in which sizes of cases are told.
        pixel: the size of one pixel in this unit.
    """

    unit: Literal["image", "volume"]
    unit_of: np.ndarray
    spacing: tuple[float, ...]
    length_unit: Literal["mm", "pixels"]
    volume_unit: Literal["mm²", "ml", "pixels", "voxels"]
    pixel: float

    @property
    def units(self) -> int:
        """How many cases there are."""
        return int(self.unit_of.max()) + 1 if len(self.unit_of) else 0

    def case(self, values: np.ndarray, unit: int) -> np.ndarray:
        """Of values (n, h, w), those of one case: (h, w) of an image, (slices, h, w) of a volume."""
        here = np.flatnonzero(self.unit_of == unit)
        return values[here[0]] if self.unit == "image" else values[here]


def extent(n: int, volumes: np.ndarray | None, spacing: Sequence[float] | None, step: float | None) -> Extent:
    """The extent of a data set's images.

    Args:
        n: number of images.
        volumes: (n,) the volume of each, or None where images stand for themselves.
        spacing: (row, column) in mm, or None where unknown.
        step: mm between slices, or None where unknown. Of volumes, lengths are told in mm only with both.
    """
    if volumes is None:
        unit_of, known = np.arange(n), spacing is not None
        sizes = tuple(float(value) for value in spacing) if known else (1.0, 1.0)
        return Extent("image", unit_of, sizes, *(("mm", "mm²") if known else ("pixels", "pixels")), math.prod(sizes))
    _, unit_of = np.unique(volumes, return_inverse=True)
    known = spacing is not None and step is not None
    sizes = (float(step), *(float(value) for value in spacing)) if known else (1.0, 1.0, 1.0)
    units = ("mm", "ml") if known else ("pixels", "voxels")
    return Extent("volume", unit_of.reshape(n), sizes, *units, math.prod(sizes) / (1000 if known else 1))
