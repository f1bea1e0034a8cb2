"""One slice of a view with a mask of our own over it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from medcore.imaging.view import Cut, Plane, Viewable


class Marked:
    """A single slice of another view, and what is laid over it; implements `view.Viewable`.

    Args:
        view: whose slice it is.
        plane, index: which.
        mask: (rows, columns) uint8 class numbers, 0 is nothing.
    """

    def __init__(self, view: Viewable, plane: str, index: int, mask: np.ndarray) -> None:
        self._view, self._plane, self._index = view, plane, index
        self._mask = np.ascontiguousarray(mask, np.uint8)
        self.title, self.unit, self.colour = view.title, view.unit, view.colour
        self.inverted, self.windows = view.inverted, view.windows
        self.planes: Mapping[str, Plane] = {plane: replace(view.planes[plane], slices=1)}

    def __eq__(self, other: object) -> bool:
        """The same slice under the same mask: a viewer need not fetch it again."""
        return (
            isinstance(other, Marked)
            and (self._view, self._plane, self._index) == (other._view, other._plane, other._index)
            and np.array_equal(self._mask, other._mask)
        )

    def __hash__(self) -> int:
        return hash((self._plane, self._index, self._mask.tobytes()))

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        """The slice under the mask.

        Raises:
            ValueError, TimeoutError: as the view.
        """
        if plane != self._plane or index:
            raise ValueError(f"There is one slice here. Received: number {index + 1} of the plane {plane}")
        return self._view.cut(self._plane, self._index, seconds)._replace(mask=self._mask)
