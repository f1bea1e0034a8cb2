"""What the viewer shows: planes of slices whose pixels come one at a time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

PIXEL_TYPES = ("uint8", "int16", "uint16", "float32")
"""Of the pixels that go to the browser; all little-endian there."""


@dataclass(frozen=True)
class Window:
    """Which values go from black to white: centre - width/2 to centre + width/2, in the unit of the image.

    `name` is what people see: "Lung", or the explanation in the file (0028,1055).
    """

    name: str
    centre: float
    width: float


@dataclass(frozen=True)
class Plane:
    """Parallel slices as they are shown.

    Args:
        name: "acquired", "axial", "coronal" or "sagittal".
        slices: how many.
        rows, columns: pixels of a slice as shown.
        spacing: (between rows, between columns) in mm as shown, or None where unknown.
        step: from slice to slice in mm, or None where unknown or uneven.
        marks: (left, right, top, bottom): towards which side of the patient, letters of R L A P H F;
            "" where unknown.
    """

    name: str
    slices: int
    rows: int
    columns: int
    spacing: tuple[float, float] | None
    step: float | None
    marks: tuple[str, str, str, str] = ("", "", "", "")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


class Cut(NamedTuple):
    """The pixels of one slice, as shown.

    Args:
        pixels: (rows, columns) of one of `PIXEL_TYPES`, or (rows, columns, 3) uint8 RGB; C-contiguous.
        slope, intercept: value = stored * slope + intercept.
        mask: (rows, columns) uint8 class numbers, 0 is nothing, or None.
    """

    pixels: np.ndarray
    slope: float = 1.0
    intercept: float = 0.0
    mask: np.ndarray | None = None


class Viewable(Protocol):
    """What the viewer can show: an uploaded series, or the images of a data set. Thread-safe."""

    title: str
    """For the page alone: the name of a file may tell who the patient is."""
    unit: str
    """Of the values: "HU", or "" for stored units."""
    colour: bool
    inverted: bool
    """MONOCHROME1: low values are white."""
    windows: tuple[Window, ...]
    """Presets, those of the file first; the first one is where the viewer starts. Empty: the viewer takes
    the range of the first slice."""
    planes: Mapping[str, Plane]
    """At least one; the first is shown first."""

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        """The slice; waits for it to be decoded, before others.

        Raises:
            ValueError: with one sentence, if it cannot be decoded, or there is none.
            TimeoutError: if it is not there in time.
        """
