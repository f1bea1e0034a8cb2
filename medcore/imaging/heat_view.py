"""What the viewer shows of an image that a network is asked about: the image as it is, the heatmap over its slice."""

from typing import NamedTuple

import numpy as np

from medcore.imaging.covered import Covered
from medcore.imaging.view import Cut, Viewable

BOUNDS = (0.4, 0.55, 0.7, 0.85)
"""Share of the strongest value from which on a place is in each level; below the first the image stays clear."""
LEVELS = ("Nothing", "from 40%", "from 55%", "from 70%", "from 85% of the strongest")
COLOURS = ("#000000", "#FFC800", "#FF9600", "#F0501E", "#DC003C")
"""Of each level: warmer is stronger."""


class Heat(NamedTuple):
    """A heatmap where it belongs.

    Args:
        name: of the answer that it is part of.
        plane, index: of the slice.
        levels: (rows, columns) uint8, numbers of `LEVELS`.
    """

    name: str
    plane: str
    index: int
    levels: np.ndarray


def levels(values: np.ndarray) -> np.ndarray:
    """(rows, columns) uint8: which of `LEVELS` each value has; what is 0 or less has none."""
    highest = float(values.max(initial=0))
    if highest <= 0:
        return np.zeros(values.shape, np.uint8)
    return np.digitize(values / highest, BOUNDS).astype(np.uint8)


class HeatView(Covered):
    """An image, with or without a heatmap over one of its slices; implements `view.Viewable`.

    Args:
        image: what is shown.
        bytes_: whether its pixels have 8 bits.
        heat: None for the image alone.
    """

    def __init__(self, image: Viewable, bytes_: bool, heat: Heat | None = None) -> None:
        super().__init__(image, bytes_, heat.name if heat else "")
        self._image, self._heat = image, heat

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        """The image's slice, the map's levels as its mask where they belong to it.

        Raises:
            ValueError, TimeoutError: as the image.
        """
        cut = self._image.cut(plane, index, seconds)
        if self._heat is None or (plane, index) != (self._heat.plane, self._heat.index):
            return cut
        return cut._replace(mask=self._heat.levels)
