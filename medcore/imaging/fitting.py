"""How a slice is brought to the size of other images: in its true proportions, with black around, or cut to fill it."""

from typing import NamedTuple

import numpy as np


class Part(NamedTuple):
    """A rectangle of pixels."""

    top: int
    left: int
    rows: int
    columns: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.top + self.rows), slice(self.left, self.left + self.columns)


class Fit(NamedTuple):
    """Which part of a slice becomes which part of the image.

    Args:
        taken: of the slice.
        made: of the image; black around it.
        size: (rows, columns) of the image.
    """

    taken: Part
    made: Part
    size: tuple[int, int]

    def back(self, values: np.ndarray, pixels: tuple[int, int]) -> np.ndarray:
        """(rows, columns) float32: values of an image, or of one made from it, where they belong in the slice.

        Args:
            values: (height, width), of any resolution, over the whole image.
            pixels: rows and columns of the slice; what was not taken gets 0.
        """
        for axis in (0, 1):
            values = self._stretched(values, axis)
        whole = np.zeros(pixels, np.float32)
        whole[self.taken.slices] = values
        return whole

    def _stretched(self, values: np.ndarray, axis: int) -> np.ndarray:
        """Linear between the middles of the values' cells, along one axis."""
        count, made = self.taken[axis + 2], self.made[axis + 2]
        places = (self.made[axis] + (np.arange(count) + 0.5) * made / count) * values.shape[axis] / self.size[
            axis
        ] - 0.5
        places = np.clip(places, 0, values.shape[axis] - 1)
        low = np.floor(places).astype(int)
        high = np.minimum(low + 1, values.shape[axis] - 1)
        share = (places - low).reshape((-1, 1) if axis == 0 else (1, -1))
        return np.take(values, low, axis) * (1 - share) + np.take(values, high, axis) * share


def fit(pixels: tuple[int, int], spacing: tuple[float, float] | None, size: tuple[int, int], fill: bool = False) -> Fit:
    """How a slice is fitted.

    Args:
        pixels: rows and columns of the slice.
        spacing: between rows and between columns; None for square pixels.
        size: rows and columns wanted.
        fill: take the largest middle part that has the proportions wanted; else the whole slice.
    """
    steps = spacing or (1, 1)
    lengths = [count * step for count, step in zip(pixels, steps, strict=True)]
    scales = [side / length for side, length in zip(size, lengths, strict=True)]
    taken = list(pixels)
    if fill:
        taken = [
            min(count, max(1, round(side / max(scales) / step)))
            for count, side, step in zip(pixels, size, steps, strict=True)
        ]
        made = list(size)
    else:
        made = [max(1, round(min(scales) * length)) for length in lengths]
    return Fit(_middle(pixels, taken), _middle(size, made), size)


def _middle(whole: tuple[int, int], part: list[int]) -> Part:
    top, left = ((all_ - some) // 2 for all_, some in zip(whole, part, strict=True))
    return Part(top, left, *part)
