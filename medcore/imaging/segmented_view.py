"""What the viewer shows of an upload that was segmented: the image, and one layer of the answer over it."""

from typing import NamedTuple

import numpy as np

from medcore.imaging import planes
from medcore.imaging.covered import Covered
from medcore.imaging.heat_view import COLOURS
from medcore.imaging.stack_view import StackView
from medcore.imaging.view import Cut

DOUBT = (0.05, 0.1, 0.2, 0.3)
"""Standard deviation of the foreground's probability from which on a place is in each level."""
DOUBT_LEVELS = ("Nothing", "from 5%", "from 10%", "from 20%", "from 30% apart")
PROBABILITY = (0.05, 0.25, 0.5, 0.75)
PROBABILITY_LEVELS = ("Nothing", "from 5%", "from 25%", "from 50%", "from 75%")
LEVEL_COLOURS = COLOURS


class Layer(NamedTuple):
    """What lies over the image.

    Args:
        name: tells it from any other.
        values: (slices, rows, columns) uint8 in the order of the stack.
        bounds: values from which on a place is in class 1, 2, …; () where the values are classes.
    """

    name: str
    values: np.ndarray
    bounds: tuple[float, ...] = ()


def doubt(name: str, unsure: np.ndarray) -> Layer:
    """How far variants disagree; `unsure` has 510 for a standard deviation of 1."""
    return Layer(f"doubt {name}", unsure, tuple(510 * bound for bound in DOUBT))


def probability(name: str, foreground: np.ndarray) -> Layer:
    """How likely anything but background is; `foreground` has 255 for certain."""
    return Layer(f"probability {name}", foreground, tuple(255 * bound for bound in PROBABILITY))


class SegmentedView(Covered):
    """A stack with or without a layer over it; implements `view.Viewable`.

    Args:
        image: what is shown.
        layer: None for the image alone.
    """

    def __init__(self, image: StackView, layer: Layer | None = None) -> None:
        super().__init__(image, image.stack.dtype == "uint8", layer.name if layer else "")
        self._image, self._layer = image, layer

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        """The image's slice, with the layer's as its mask.

        Raises:
            ValueError, TimeoutError: as the image.
        """
        cut = self._image.cut(plane, index, seconds)
        if self._layer is None:
            return cut
        mask = planes.cut(self._layer.values, self._image.stack, plane, index)
        if self._layer.bounds:
            mask = np.digitize(mask, self._layer.bounds)
        return cut._replace(mask=np.ascontiguousarray(mask, np.uint8))
