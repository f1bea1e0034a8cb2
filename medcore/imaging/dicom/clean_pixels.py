"""The pixels of a file to give out: the same values, and nothing that hides beside them."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from pydicom import uid
from pydicom.encaps import encapsulate

from medcore.imaging.dicom import comments, fragments, syntaxes
from medcore.imaging.dicom.decoding import stored
from medcore.imaging.dicom.layout import Layout
from medcore.imaging.dicom.reading import Document

_CLEANERS: dict[str, Callable[[bytes], comments.Image]] = {
    codec: comments.jpeg2000 if "JPEG 2000" in about.name else comments.jpeg
    for codec, about in syntaxes.CODECS.items()
    if codec != uid.RLELossless
}
_DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
DELIMITER_BYTES = len(_DELIMITER)


class Clean(NamedTuple):
    """Pixels to give out.

    Args:
        value: of the pixel element, little-endian; of compressed pixels a fragment a frame behind an empty offset
            table, with the delimiter at its end.
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

    Frames of RLE come out uncompressed: its runs hold the bits that do not count, and room for more than the image.
    Other compressed frames are written anew, each up to its end; fragments that are of no frame stay behind.

    Raises:
        ValueError: if compressed pixels cannot be decoded, or followed from segment to segment.
    """
    assert document.pixels is not None
    if document.syntax in _CLEANERS:
        value, behind, said = _compressed(document, pixels, _CLEANERS[document.syntax])
        return Clean(value, "OB", document.syntax, {BEHIND: behind, COMMENTS: said})
    if document.syntax == uid.RLELossless:
        little, behind = _unpacked(document, pixels), _behind_fragments(document.pixels)
    else:
        length = math.ceil(pixels.frame_bits * pixels.frames / 8)
        little = _little_endian(document.pixels[: length + length % 2], document, pixels)[:length]
        behind = max(0, len(document.pixels) - length - length % 2)
    value, hidden = _stored_bits(little, pixels)
    vr = {"FloatPixelData": "OF", "DoubleFloatPixelData": "OD"}.get(document.keyword, "OW")
    removed = {BEHIND: behind, BITS: hidden}
    return Clean(value + b"\0" * (len(value) % 2), vr, uid.ExplicitVRLittleEndian, removed)


def _compressed(
    document: Document, pixels: Layout, cleaner: Callable[[bytes], comments.Image]
) -> tuple[bytes, int, int]:
    """The frames as a decoder gets them, cleaned; bytes that are of none of them; and bytes that were comments."""
    assert document.pixels is not None
    given = list(fragments.frames(document.pixels, pixels.frames, fragments.offsets(document.header)))[: pixels.frames]
    images = [cleaner(frame) for frame in given]
    unused = fragments.count(document.pixels)[1] - sum(map(len, given))
    behind = _behind_fragments(document.pixels) + max(0, unused)
    value = encapsulate([image.data for image in images], has_bot=False)
    return value + _DELIMITER, behind, sum(image.removed for image in images)


def _behind_fragments(value: memoryview) -> int:
    return max(0, len(value) - sum(fragments.places(value)[-1]) - len(_DELIMITER))


def _unpacked(document: Document, pixels: Layout) -> bytes:
    """All frames of RLE, little-endian, colours as the Planar Configuration says."""
    frames = []
    for index in range(pixels.frames):
        frame = stored(document, pixels, index)
        frame = frame.transpose(2, 0, 1) if frame.ndim == 3 and pixels.planar else frame
        frames.append(frame.astype(frame.dtype.newbyteorder("<"), copy=False).tobytes())
    return b"".join(frames)


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
    given = np.frombuffer(value, f"<u{size}", len(value) // size)
    counting = ((1 << pixels.stored) - 1) << low
    above = (1 << pixels.allocated) - (1 << (pixels.high + 1))
    plain = given & given.dtype.type(counting)
    if np.array_equal(plain, given):
        return value, 0
    if pixels.signed:
        negative = (given >> given.dtype.type(pixels.high)) & given.dtype.type(1)
        plain |= negative * given.dtype.type(above)
    return plain.astype(f"<u{size}").tobytes(), int(np.count_nonzero(plain != given))
