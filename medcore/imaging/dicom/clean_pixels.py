"""The pixels of a file to give out: the same values, and nothing that hides beside them."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from pydicom import uid

from medcore.imaging.dicom import comments, fragments, syntaxes
from medcore.imaging.dicom.layout import Layout
from medcore.imaging.dicom.reading import Document

_CLEANERS: dict[str, Callable[[bytearray], int]] = {
    codec: comments.jpeg2000 if "JPEG 2000" in about.name else comments.rle if about.name == "RLE" else comments.jpeg
    for codec, about in syntaxes.CODECS.items()
}
_STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")
"""First bytes of a compressed image."""

_DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
DELIMITER_BYTES = len(_DELIMITER)


class Clean(NamedTuple):
    """Pixels to give out.

    Args:
        value: of the pixel element, little-endian; of compressed pixels with the delimiter at its end.
        vr: of the pixel element.
        syntax: Transfer Syntax UID that fits.
        removed: bytes by what they were.
    """

    value: bytes
    vr: str
    syntax: str
    removed: dict[str, int]


BEHIND, COMMENTS, BITS = "Bytes behind the image", "Comments within the compressed image", "Bits beside the stored ones"


def clean(document: Document, pixels: Layout) -> Clean:
    """The pixels without what hides in padding, in comments of a codec, and in bits that do not count (PS3.5 8.1.1).

    Raises:
        ValueError: if compressed pixels cannot be followed from segment to segment.
    """
    assert document.pixels is not None
    if document.syntax in syntaxes.CODECS:
        value, behind, said = _compressed(document.pixels, pixels.frames, _CLEANERS[document.syntax])
        return Clean(value, "OB", document.syntax, {BEHIND: behind, COMMENTS: said})
    length = math.ceil(pixels.frame_bits * pixels.frames / 8)
    little = _little_endian(document.pixels[: length + length % 2], document, pixels)[:length]
    value, hidden = _stored_bits(little, pixels)
    vr = {"FloatPixelData": "OF", "DoubleFloatPixelData": "OD"}.get(document.keyword, "OW")
    behind = max(0, len(document.pixels) - length - length % 2)
    removed = {BEHIND: behind, BITS: hidden}
    return Clean(value + b"\0" * (len(value) % 2), vr, uid.ExplicitVRLittleEndian, removed)


def _compressed(value: memoryview, frames: int, cleaner: Callable[[bytearray], int]) -> tuple[bytes, int, int]:
    places = fragments.places(value)
    cleaned, said = bytearray(value[: sum(places[-1])]), 0
    for parts in _frames(value, places[1:], frames):
        frame = bytearray().join(value[start : start + length] for start, length in parts)
        said += cleaner(frame)
        done = 0
        for start, length in parts:
            cleaned[start : start + length] = frame[done : done + length]
            done += length
    behind = max(0, len(value) - len(cleaned) - len(_DELIMITER))
    return bytes(cleaned + _DELIMITER), behind, said


def _frames(value: memoryview, places: list[tuple[int, int]], frames: int) -> list[list[tuple[int, int]]]:
    """The fragments of each frame: one each, or up to the next that begins like an image."""
    if len(places) == frames:
        return [[place] for place in places]
    found: list[list[tuple[int, int]]] = []
    for start, length in places:
        if not found or bytes(value[start : start + 12]).startswith(_STARTS):
            found.append([])
        found[-1].append((start, length))
    return found


def _little_endian(value: memoryview, document: Document, pixels: Layout) -> bytes:
    if document.syntax != uid.ExplicitVRBigEndian:
        return bytes(value)
    words = document.vr == "OW" and pixels.allocated == 8
    size = 2 if words else max(1, pixels.allocated // 8)
    whole = bytes(value) + b"\0" * (-len(value) % size)
    return np.frombuffer(whole, f">u{size}").astype(f"<u{size}").tobytes()


def _stored_bits(value: bytes, pixels: Layout) -> tuple[bytes, int]:
    """Bits that do not count are made zero, or copies of the sign, if they are neither (once they held overlays)."""
    low, size = pixels.high + 1 - pixels.stored, pixels.allocated // 8
    if pixels.floating or pixels.allocated == 1 or pixels.stored == pixels.allocated:
        return value, 0
    stored = np.frombuffer(value, f"<u{size}", len(value) // size)
    counting = ((1 << pixels.stored) - 1) << low
    above = (1 << pixels.allocated) - (1 << (pixels.high + 1))
    plain = stored & stored.dtype.type(counting)
    if np.array_equal(plain, stored):
        return value, 0
    if pixels.signed:
        negative = (stored >> stored.dtype.type(pixels.high)) & stored.dtype.type(1)
        plain |= negative * stored.dtype.type(above)
    return plain.astype(f"<u{size}").tobytes(), int(np.count_nonzero(plain != stored))
