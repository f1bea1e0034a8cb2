"""What is drawn on: one slice of an image, its classes, and the masks that a drawing is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from medcore.imaging.view import Plane, Viewable

REFERENCE, MODEL = "Reference", "Model"
MOST_PIXELS = 2**24


@dataclass(frozen=True)
class Subject:
    """One slice to draw on.

    Args:
        name: of its drawings in this session, without the reader.
        file: start of the names of what is downloaded; tells nothing of a patient.
        view: without any mask, so that no reader sees one.
        plane, index: of the slice.
        classes: names of the classes, class 0 (nothing) first.
        masks: (rows, columns) uint8 by whose they are: `REFERENCE`, `MODEL`, or none.
        note: what has to be known of these masks, in a sentence.
    """

    name: str
    file: str
    view: Viewable
    plane: str
    index: int
    classes: tuple[str, ...]
    masks: Mapping[str, np.ndarray] = field(default_factory=dict)
    note: str = ""

    @property
    def slice(self) -> Plane:
        """The plane that it lies in."""
        return self.view.planes[self.plane]

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.slice.rows, self.slice.columns

    @property
    def area(self) -> tuple[float, str]:
        """Of one pixel, and its unit."""
        spacing = self.slice.spacing
        return (1.0, "pixels") if spacing is None else (spacing[0] * spacing[1], "mm²")


def check(subject: Subject) -> Subject:
    """The subject.

    Raises:
        ValueError: with one sentence, if the image is too large to draw on.
    """
    rows, columns = subject.shape
    if rows * columns > MOST_PIXELS:
        raise ValueError(
            f"An image of at most {MOST_PIXELS:,} pixels can be drawn on. Received: {columns:,} x {rows:,} pixels"
        )
    return subject


def brought(mask: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The mask in another size, each pixel that of the place it lies in."""
    rows, columns = (
        ((np.arange(length) + 0.5) * of / length).astype(int) for length, of in zip(shape, mask.shape, strict=True)
    )
    return mask[np.ix_(rows, columns)]
