"""What the viewer shows of an image that a network is asked about: the image as it is, the heatmap over its slice."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from medcore.imaging.view import Cut, Plane, Viewable, Window

ALL_BYTES = Window("All values", 127.5, 255)
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


class HeatView:
    """An image, with or without a heatmap over one of its slices; implements `view.Viewable`.

    8-bit images begin with all their values, as those of data sets are stored: a window by the image itself would
    change what the network sees.

    Args:
        image: what is shown.
        bytes_: whether its pixels have 8 bits.
        heat: None for the image alone.
    """

    def __init__(self, image: Viewable, bytes_: bool, heat: Heat | None = None) -> None:
        self._image, self._heat = image, heat
        self.title, self.unit, self.colour, self.inverted = image.title, image.unit, image.colour, image.inverted
        self.windows = image.windows or ((ALL_BYTES,) if bytes_ and not image.colour else ())
        self.planes: Mapping[str, Plane] = image.planes

    @property
    def _identity(self) -> tuple[int, str]:
        return id(self._image), self._heat.name if self._heat else ""

    def __eq__(self, other: object) -> bool:
        """The same image under the same map: a viewer need not fetch it again."""
        return isinstance(other, HeatView) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        """The image's slice, the map's levels as its mask where they belong to it.

        Raises:
            ValueError, TimeoutError: as the image.
        """
        cut = self._image.cut(plane, index, seconds)
        if self._heat is None or (plane, index) != (self._heat.plane, self._heat.index):
            return cut
        return cut._replace(mask=self._heat.levels)
