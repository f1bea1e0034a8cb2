"""The pixels of a stack, which come slice by slice while others already look at them."""

import threading
from collections.abc import Collection

import numpy as np


class Pixels:
    """Stored values of a stack in one array. Thread-safe.

    Args:
        shape: (slices, rows, columns).
        samples: 1, or 3 for colour.
        dtype: of the stored values.
    """

    def __init__(self, shape: tuple[int, int, int], samples: int, dtype: str) -> None:
        self.array = np.empty(shape if samples == 1 else (*shape, samples), dtype)
        """(slices, rows, columns) or (slices, rows, columns, 3); a slice is there once `ready` says so."""
        self.ready = np.zeros(shape[0], bool)
        self.failed: dict[int, str] = {}
        self.closed = ""
        """Why there are no pixels any more, one sentence; "" while there are."""
        self._news = threading.Condition()

    def put(self, index: int, pixels: bytes | bytearray) -> None:
        """Takes a slice.

        Raises:
            ValueError: if it has not the size that was announced.
        """
        place = self.array[index]
        if self.closed or len(pixels) != place.nbytes:
            raise ValueError(self.closed or f"A slice has {place.nbytes:,} bytes. Received: {len(pixels):,} bytes")
        place[...] = np.frombuffer(pixels, place.dtype.newbyteorder("<")).reshape(place.shape)
        with self._news:
            self.ready[index] = True
            self._news.notify_all()

    def fail(self, indices: Collection[int], why: str) -> None:
        """Notes that slices cannot be decoded; they are left black."""
        with self._news:
            for index in indices:
                if not self.ready[index]:
                    self.array[index] = 0  # no slice of another person's image shows through
                    self.failed[index] = why
            self._news.notify_all()

    def close(self, why: str) -> None:
        """Lets go of the memory, also where somebody still holds this; whoever waits is told why."""
        with self._news:
            self.array = np.empty((len(self.ready), *(0,) * (self.array.ndim - 1)), self.array.dtype)
            self.closed = why
            self._news.notify_all()

    def settled(self, indices: Collection[int]) -> bool:
        """Whether each of these slices is there, or will never be."""
        return bool(self.closed) or all(self.ready[index] or index in self.failed for index in indices)

    def wait(self, indices: Collection[int], seconds: float) -> bool:
        """Waits until these slices are settled; says whether they are."""
        with self._news:
            return self._news.wait_for(lambda: self.settled(indices), seconds)

    def progress(self) -> tuple[int, int]:
        """Slices settled, and slices in all."""
        return int(self.ready.sum()) + len(self.failed), len(self.ready)
