"""An image is brought to the pixel size that a network learned at, and what it says back to the image's own."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from skimage import transform

MOST_VALUES = 2**24
"""Of a slice at the network's pixel size, classes counted: what is worked with then stays below a gigabyte."""
MOST_OWN = 2**26
"""Pixels of a slice as it comes, neighbours not counted."""
STRIP = 2**20
"""Values of a slice's own size that are made at once: a person who stops waits for them."""


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

    def inner(self, framed: np.ndarray) -> np.ndarray:
        """What lies within the frame: (rows, columns, …) of the slice at the network's pixel size."""
        (top, left), _ = self._margins()
        return framed[top : top + self.made[0], left : left + self.made[1]]

    def back(self, values: np.ndarray, pause: Callable[[], None]) -> Iterator[tuple[slice, np.ndarray]]:
        """What is said of `inner`, (rows, columns, n), of the slice's own pixels: strips from top to bottom.

        Linear between pixels, so probabilities still add up to 1.

        Args:
            values: at the network's pixel size.
            pause: called before each strip; may raise to stop.

        Yields:
            The strip's rows, and their values (rows, columns, n) float32.
        """
        pause()
        values = _resized(values, (min(self.made[0], self.own[0]), min(self.made[1], self.own[1])))
        height = max(1, STRIP // (self.own[1] * values.shape[2]))
        for top in range(0, self.own[0], height):
            pause()
            rows = slice(top, min(top + height, self.own[0]))
            low, high, share = _between(values.shape[0], self.own[0], rows)
            near = _grown(values[low[0] : high[-1] + 1], self.own[1])
            yield rows, _mixed(near, low - low[0], high - low[0], share)

    def _margins(self) -> tuple[tuple[int, int], tuple[int, int]]:
        room = [whole - part for whole, part in zip(self.framed, self.made, strict=True)]
        return (room[0] // 2, room[1] // 2), (room[0] - room[0] // 2, room[1] - room[1] // 2)


def scale(own: tuple[int, int], factor: tuple[float, float], window: tuple[int, int], classes: int = 2) -> Scale:
    """The scale of a slice.

    Args:
        own: (rows, columns) of the slice.
        factor: pixels of the network to one of the slice, along rows and columns.
        window: rows and columns that the network sees at once.
        classes: that it tells apart.

    Raises:
        ValueError: if the slice is too large, or would become so.
    """
    if own[0] * own[1] > MOST_OWN:
        raise ValueError(f"A slice may have {MOST_OWN:,} pixels at most. Received: {own[1]:,} x {own[0]:,} pixels")
    made = tuple(max(1, round(count * many)) for count, many in zip(own, factor, strict=True))
    if made[0] * made[1] * classes > MOST_VALUES:
        raise ValueError(
            f"At the network's pixel size a slice may have {MOST_VALUES // classes:,} pixels at most: check the "
            f"spacing in the file, or switch resampling {'off' if factor[0] > 1 else 'on'}. "
            f"Received: {made[1]:,} x {made[0]:,} pixels"
        )
    framed = tuple(max(count, least) for count, least in zip(made, window, strict=True))
    return Scale(own, made, framed)  # type: ignore[arg-type]


def _resized(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if image.shape[:2] == shape:
        return image
    shrinks = image.shape[0] > shape[0] or image.shape[1] > shape[1]
    made = transform.resize(image, (*shape, image.shape[2]), order=1, mode="edge", anti_aliasing=shrinks)
    return np.asarray(made, np.float32)


def _grown(values: np.ndarray, columns: int) -> np.ndarray:
    """As many columns."""
    if values.shape[1] == columns:
        return values
    return _mixed(values.swapaxes(0, 1), *_between(values.shape[1], columns, slice(0, columns))).swapaxes(0, 1)


def _between(count: int, own: int, taken: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Between which two of so many pixels each of some own ones lies, and how near to the second (0 to 1)."""
    place = np.clip((np.arange(taken.start, taken.stop) + 0.5) * count / own - 0.5, 0, count - 1)
    low = place.astype(int)
    return low, np.minimum(low + 1, count - 1), (place - low).astype(np.float32)


def _mixed(values: np.ndarray, low: np.ndarray, high: np.ndarray, share: np.ndarray) -> np.ndarray:
    if not share.any():
        return values[low]
    first = values[low]
    return first + share[:, None, None] * (values[high] - first)
