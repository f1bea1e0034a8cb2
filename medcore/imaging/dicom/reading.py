"""A DICOM file from a stranger, read up to its pixels: nothing is trusted, nothing is copied, nothing is printed."""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from pydicom import config, uid
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_dataset

MAX_INFLATED = 2**28
"""Bytes that a deflated file may become."""

DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    BytesLengthException,
    InvalidDicomError,
    struct.error,
    zlib.error,
)
"""What pydicom and the decoders raise over damaged bytes."""

PIXELS = {0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData", 0x7FE00010: "PixelData"}

_META = re.compile(rb"\x02\x00[\x00-\x10]\x00(?:UL|OB|UI)")
"""One of the first elements of the file meta information."""

_UNDEFINED = 0xFFFFFFFF
_ENCODINGS = {  # implicit VR, little-endian (PS3.5 annex A); all others are explicit and little-endian
    uid.ImplicitVRLittleEndian: (True, True),
    uid.ExplicitVRBigEndian: (False, False),
}


class RefusedError(ValueError):
    """A file that is refused, with the sentence that says why."""


class Document(NamedTuple):
    """A DICOM file, read up to its pixels.

    Args:
        meta: the file meta information (group 0002).
        header: the elements before the pixels.
        syntax: Transfer Syntax UID; "" where the file does not say.
        pixels: the value of the pixel element, as it is stored; None where there is none.
        keyword: of the pixel element, one of `PIXELS`; "" where there is none.
        vr: of the pixel element: "OB", "OW", …
        encapsulated: the pixels are compressed, in fragments.
        rest: what follows uncompressed pixels; what follows compressed ones is part of `pixels`.
    """

    meta: Dataset
    header: Dataset
    syntax: str
    pixels: memoryview | None
    keyword: str
    vr: str
    encapsulated: bool
    rest: memoryview = memoryview(b"")


class View:
    """A file to read from bytes that are in memory already: unlike BytesIO it does not copy them."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes from here; all by default."""
        end = len(self._data) if size is None or size < 0 else self._place + size
        part = self._data[self._place : end].tobytes()
        self._place += len(part)
        return part

    def seek(self, offset: int, whence: int = 0) -> int:
        """Goes there; past the end nothing is read."""
        self._place = max(0, offset + (0, self._place, len(self._data))[whence])
        return self._place

    def tell(self) -> int:
        """The place to read from next."""
        return self._place


@contextmanager
def quietly() -> Iterator[None]:
    """Values are not validated on reading, and pydicom's warnings go nowhere: what matters is said in notes."""
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def read(data: memoryview, tags: Sequence[int] | None = None) -> Document:
    """Reads a file up to its pixels.

    Args:
        data: the whole file.
        tags: the elements wanted, others are skipped; None for all.

    Raises:
        ValueError: if it is no DICOM file, or is damaged.
    """
    file = View(data)
    try:
        file.seek(_start(data))
        meta = read_dataset(file, False, True, stop_when=lambda tag, *_: tag.group != 2)
        syntax = str(meta.get("TransferSyntaxUID", None) or "").strip("\0 ")
        read_dataset(file, True, True, stop_when=lambda tag, *_: tag.group != 0)  # of a message, not of a file
        if syntax == uid.DeflatedExplicitVRLittleEndian:
            data = _inflated(data[file.tell() :])
            file = View(data)
        return _body(data, file, meta, syntax, tags)
    except RefusedError:
        raise
    except RecursionError as error:
        raise RefusedError("The DICOM file nests its sequences too deeply to be read.") from error
    except DAMAGE as error:
        raise RefusedError("The DICOM file is damaged: its header cannot be read.") from error


def _start(data: memoryview) -> int:
    """Where the elements begin: behind "DICM", which follows 128 bytes of anything; elsewhere in odd files."""
    if data[128:132] == b"DICM":
        return 132
    meta = _META.search(data[:1024])
    return meta.start() if meta else 0


def _inflated(data: memoryview) -> memoryview:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        whole = inflater.decompress(data, MAX_INFLATED)
    except zlib.error as error:
        raise RefusedError("The DICOM file is damaged: its compressed part cannot be unpacked.") from error
    if inflater.unconsumed_tail:
        raise RefusedError(f"The DICOM file must not unpack to more than {MAX_INFLATED // 2**20} MB.")
    if not inflater.eof:
        raise RefusedError("The DICOM file is cut off: its compressed part has no end.")
    return memoryview(whole)


def _body(data: memoryview, file: View, meta: Dataset, syntax: str, tags: Sequence[int] | None) -> Document:
    implicit, little = _ENCODINGS.get(syntax, (False, True)) if syntax else _guessed(data[file.tell() :])
    met: list[tuple[int, str, int, int]] = []

    def at_pixels(tag: int, vr: str | None, length: int) -> bool:
        if tag in PIXELS:
            met.append((int(tag), vr or "OW", length, file.tell()))
        return tag in PIXELS

    header = read_dataset(file, implicit, little, stop_when=at_pixels, specific_tags=list(tags) if tags else None)
    if not met:
        return Document(meta, header, syntax, None, "", "", False)
    tag, vr, length, place = met[-1]
    end = len(data) if length == _UNDEFINED else place + length
    return Document(meta, header, syntax, data[place:end], PIXELS[tag], vr, length == _UNDEFINED, data[end:])


def _guessed(data: memoryview) -> tuple[bool, bool]:
    """Implicit VR and little-endian, told by the first element of a file that does not say (PS3.5 7.1)."""
    first = data[:6].tobytes()
    explicit = first[4:6].isalpha() and first[4:6].isupper()
    return not explicit, not (explicit and first[0] == 0)
