"""An image is brought to the pixel size that a network learned at, and what it says back to the image's own."""

from typing import NamedTuple

import numpy as np
from skimage import transform

MOST_PIXELS = 2**23
"""Of a slice after resampling: with seven variants of it, memory stays below 2 GB."""


class Scale(NamedTuple):
    """How a slice becomes what the network sees.

    Args:
        own: (rows, columns) of the slice.
        made: of it at the network's pixel size.
        framed: of it in a frame of black, no smaller than the window.
    """

    own: tuple[int, int]
    made: tuple[int, int]
    framed: tuple[int, int]

    @property
    def resampled(self) -> bool:
        """Whether it has other pixels."""
        return self.own != self.made

    @property
    def padded(self) -> bool:
        """Whether there is black around it."""
        return self.made != self.framed

    def forth(self, image: np.ndarray) -> np.ndarray:
        """The slice (rows, columns, channels) float32 as the network sees it: smoothed where it shrinks."""
        made = _resized(image, self.made)
        before, after = self._margins()
        return np.pad(made, ((before[0], after[0]), (before[1], after[1]), (0, 0)))

    def back(self, probabilities: np.ndarray) -> np.ndarray:
        """What is said of that, (rows, columns, classes), of the slice's own pixels; sums stay 1."""
        (top, left), _ = self._margins()
        inner = probabilities[top : top + self.made[0], left : left + self.made[1]]
        return _resized(inner, self.own)

    def _margins(self) -> tuple[tuple[int, int], tuple[int, int]]:
        room = [whole - part for whole, part in zip(self.framed, self.made, strict=True)]
        return (room[0] // 2, room[1] // 2), (room[0] - room[0] // 2, room[1] - room[1] // 2)


def scale(own: tuple[int, int], factor: tuple[float, float], window: tuple[int, int]) -> Scale:
    """The scale of a slice.

    Args:
        own: (rows, columns) of the slice.
        factor: pixels of the network to one of the slice, along rows and columns.
        window: rows and columns that the network sees at once.

    Raises:
        ValueError: if the slice would become too large.
    """
    made = tuple(max(1, round(count * many)) for count, many in zip(own, factor, strict=True))
    if made[0] * made[1] > MOST_PIXELS:
        raise ValueError(
            f"At the network's pixel size the slice would have {made[1]:,} x {made[0]:,} pixels, more than can be "
            "segmented: check the spacing in the file, or do not resample."
        )
    framed = tuple(max(count, least) for count, least in zip(made, window, strict=True))
    return Scale(own, made, framed)  # type: ignore[arg-type]


def _resized(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if image.shape[:2] == shape:
        return image
    shrinks = image.shape[0] > shape[0] or image.shape[1] > shape[1]
    made = transform.resize(image, (*shape, image.shape[2]), order=1, mode="edge", anti_aliasing=shrinks)
    return np.asarray(made, np.float32)
