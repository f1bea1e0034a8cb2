"""An upload as a file to read from: its bytes are in memory already and are not copied."""

import io

MAX_PIXELS = 100_000_000
"""Of one image: several times the largest mammogram; in colour it takes 300 MB."""
MAX_FRAMES = 100_000
"""Of one file: an hour of functional MRI has fewer slices."""
MAX_BYTES = 2**32
"""Of one array or volume, unpacked."""
DEFLATE_EXPANSION = 1032
"""Times its size that deflated data can become at most (zlib, technical details)."""


class Memory(io.RawIOBase):
    """A read-only file over a buffer.

    Args:
        data: the whole file.
    """

    def __init__(self, data: memoryview) -> None:
        super().__init__()
        self._data = data
        self._place = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """Fills the buffer as far as there are bytes; says how many."""
        part = self._data[self._place : self._place + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes there; past the end nothing is read.

        Raises:
            OSError: for a place before the beginning, as files do.
        """
        place = offset + (0, self._place, len(self._data))[whence]
        if place < 0:
            raise OSError("A place before the beginning of the file was asked for: it is damaged.")
        self._place = place
        return place

    def tell(self) -> int:
        """The place to read from next."""
        return self._place


def check_size(rows: int, columns: int, frames: int = 1) -> None:
    """Raises ValueError if an image is larger, or has more frames, than can be shown."""
    if rows < 1 or columns < 1 or frames < 1:
        raise ValueError(f"An image must have at least one pixel. Received: {columns:,} x {rows:,} x {frames:,}")
    if rows * columns > MAX_PIXELS:
        raise ValueError(
            f"An image may have {MAX_PIXELS / 1e6:.0f} million pixels at most. Received: {columns:,} x {rows:,}"
        )
    if frames > MAX_FRAMES:
        raise ValueError(f"A file may have {MAX_FRAMES:,} images at most. Received: {frames:,}")
