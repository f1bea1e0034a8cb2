"""A stack as the viewer and the exports see it."""

from collections.abc import Callable

import numpy as np

from medcore.imaging import planes
from medcore.imaging.files import Found
from medcore.imaging.loading import Loader
from medcore.imaging.pixels import Pixels
from medcore.imaging.stack import Stack
from medcore.imaging.view import Cut
from medcore.sandbox import Sandbox

CLOSED = "These images were closed; open them again."


class StackView:
    """A stack whose pixels come in the background; implements `view.Viewable`.

    Args:
        stack: what is shown.
        file: gives the bytes of a file by its id.
        found: gives its description.
        sandbox: decodes.
    """

    def __init__(
        self, stack: Stack, file: Callable[[str], bytes], found: Callable[[str], Found], sandbox: Sandbox
    ) -> None:
        self.stack = stack
        self.title, self.unit, self.colour = stack.title, stack.unit, stack.samples == 3
        self.inverted, self.windows = stack.inverted, stack.windows
        self.planes = planes.planes(stack)
        self._pixels = Pixels(stack.shape, stack.samples, stack.dtype)
        self._loader = Loader(stack, self._pixels, file, found, sandbox)

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        """One slice of a plane; those across the slices need all of them.

        Raises:
            ValueError: with one sentence, if it cannot be decoded, or there is none.
            TimeoutError: if it is not there in time.
        """
        count = self.planes[plane].slices if plane in self.planes else 0
        if not 0 <= index < count:
            raise ValueError(f"There are {count:,} slices in this plane. Received: number {index + 1}")
        needed = [index] if plane == "acquired" else range(self.stack.shape[0])
        volume = self._pixels.array  # stays, if this view is closed in between
        self._await(needed, seconds)
        if plane == "acquired" and index in self._pixels.failed:
            raise ValueError(self._pixels.failed[index])
        pixels = self._cut(volume, plane, index)
        slope, intercept = self.stack.rescale[index if plane == "acquired" else 0]
        if plane != "acquired" and not (self.stack.rescale == self.stack.rescale[0]).all():
            slopes, intercepts = (self._cut(each, plane, index) for each in self._by_slice())
            pixels, slope, intercept = pixels * slopes + intercepts, 1.0, 0.0
        return Cut(np.ascontiguousarray(pixels), float(slope), float(intercept))

    def _cut(self, volume: np.ndarray, plane: str, index: int) -> np.ndarray:
        return planes.cut(volume, self.stack, plane, index)

    def _by_slice(self) -> np.ndarray:
        """(2, slices, rows, columns[, 3]) float32: slope and intercept of every pixel, in the memory of two a slice."""
        shape = self.stack.shape if self.stack.samples == 1 else (*self.stack.shape, self.stack.samples)
        by_slice = self.stack.rescale.astype(np.float32).T
        return np.broadcast_to(by_slice.reshape(2, -1, *(1,) * (len(shape) - 1)), (2, *shape))

    def _await(self, indices: range | list[int], seconds: float) -> None:
        if not self._pixels.settled(indices):
            self._loader.want(indices)
            if not self._pixels.wait(indices, seconds):
                raise TimeoutError(f"The slice was not decoded within {seconds:g} seconds.")
        if self._pixels.closed:
            raise ValueError(self._pixels.closed)

    def pixels(self, seconds: float = 600.0) -> np.ndarray:
        """The stored values of the whole stack; waits until every slice is settled. One that failed is black.

        Raises:
            TimeoutError: if they are not there in time.
        """
        volume = self._pixels.array
        self._await(range(self.stack.shape[0]), seconds)
        return volume

    def values(self) -> np.ndarray:
        """The values of the whole stack in its unit, float32."""
        pixels = self.pixels()
        slopes, intercepts = self._by_slice()
        return pixels * slopes + intercepts

    @property
    def failed(self) -> dict[int, str]:
        """Slices that cannot be decoded, and why."""
        return dict(self._pixels.failed)

    @property
    def nbytes(self) -> int:
        """Of the pixels."""
        return self._pixels.array.nbytes

    def progress(self) -> tuple[int, int]:
        """Slices settled, and slices in all."""
        return self._pixels.progress()

    def close(self) -> None:
        """No further slice is decoded, and the memory is free."""
        self._loader.stop()
        self._pixels.close(CLOSED)
