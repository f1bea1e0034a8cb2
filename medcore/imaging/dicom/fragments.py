"""Compressed pixels lie in fragments (PS3.5 annex A.4); one frame is found among them without a copy of the rest."""

import struct
from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames, get_frame

from medcore.imaging.dicom import elements
from medcore.imaging.dicom.reading import View

_ITEM = b"\xfe\xff\x00\xe0"


def count(pixels: memoryview) -> tuple[int, int]:
    """How many fragments there are behind the offset table, and how many bytes in all of them."""
    found = places(pixels)[1:]
    return len(found), sum(length for _, length in found)


def frame(
    pixels: memoryview, index: int, frames: int, offsets: tuple[Sequence[int], Sequence[int]] | None = None
) -> bytes:
    """The compressed bytes of one frame.

    Args:
        pixels: the value of the pixel element.
        index: of the frame, from 0.
        frames: how many there are.
        offsets: the Extended Offset Table and its lengths, where the file has them.
    """
    return get_frame(View(pixels), index, number_of_frames=frames, extended_offsets=offsets)


def frames(
    pixels: memoryview, count: int, offsets: tuple[Sequence[int], Sequence[int]] | None = None
) -> Iterator[bytes]:
    """The compressed bytes of all frames, as `frame` gives each."""
    return generate_frames(View(pixels), number_of_frames=count, extended_offsets=offsets)


def offsets(header: Dataset) -> tuple[Sequence[int], Sequence[int]] | None:
    """The Extended Offset Table and its lengths (PS3.3 C.7.6.3.1.8)."""
    raw = [elements.value(header, keyword) for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")]
    if not all(isinstance(part, bytes) for part in raw):
        return None
    starts, lengths = (struct.unpack(f"<{len(part) // 8}Q", part[: len(part) // 8 * 8]) for part in raw)
    return starts, lengths


def places(pixels: memoryview) -> list[tuple[int, int]]:
    """Place and length of the value of every item, the offset table first; as far as the bytes reach."""
    found, place = [], 0
    while pixels[place : place + 4] == _ITEM and place + 8 <= len(pixels):
        (length,) = struct.unpack_from("<I", pixels, place + 4)
        length = min(length, len(pixels) - place - 8)
        found.append((place + 8, length))
        place += 8 + length
    return found
