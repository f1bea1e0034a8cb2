"""How a plane is cut from a stack of slices: along which axes it runs, and which of them are flipped."""

from typing import NamedTuple

import numpy as np


class Turn(NamedTuple):
    """A plane of a stack.

    Args:
        axes: of the stack (0 slice, 1 row, 2 column), along which the plane's slices, rows and columns run.
        flips: which of them run the other way.
    """

    axes: tuple[int, int, int] = (0, 1, 2)
    flips: tuple[bool, bool, bool] = (False, False, False)

    def cut(self, volume: np.ndarray, index: int) -> np.ndarray:
        """One slice as it is shown: a view of the volume, so what is written to it lies where it belongs.

        Args:
            volume: (slices, rows, columns), with more axes behind or without.
            index: of the slice, from 0.

        Raises:
            ValueError: if there is no such slice.
        """
        count = volume.shape[self.axes[0]]
        if not 0 <= index < count:
            raise ValueError(f"The slice must be from 0 to {count - 1}. Received: {index}")
        place = self.place(index, count)
        image = volume[(*(slice(None),) * self.axes[0], place)]
        if self.axes[1] > self.axes[2]:
            image = image.swapaxes(0, 1)
        return image[:: -1 if self.flips[1] else 1, :: -1 if self.flips[2] else 1]

    def place(self, index: int, count: int) -> int:
        """Where a slice of the plane lies along its axis of the stack, or back, of so many slices."""
        return count - 1 - index if self.flips[0] else index

    def shape(self, stack: tuple[int, int, int]) -> tuple[int, int, int]:
        """Slices, rows and columns of the plane, of a stack of this shape."""
        slices, rows, columns = (stack[axis] for axis in self.axes)
        return slices, rows, columns
