"""A mask as PNG: the class numbers are its pixels, its palette the classes' colours."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED, _UNFILTERED = 3, 0


def png(mask: np.ndarray, colours: Sequence[str]) -> bytes:
    """The file (PNG specification, ISO/IEC 15948, colour type 3: indexed, 8 bits).

    Args:
        mask: (rows, columns) uint8 class numbers.
        colours: "#rrggbb" of class 0, 1, …; at least one for each class number.

    Raises:
        ValueError: if a class has no colour.
    """
    if len(colours) > 256 or (mask.size and mask.max() >= len(colours)):
        raise ValueError(f"A colour for each class number was expected. Received: {len(colours)} for {mask.max() + 1}")
    rows, columns = mask.shape
    header = struct.pack(">IIBBBBB", columns, rows, 8, _INDEXED, 0, 0, 0)
    palette = bytes.fromhex("".join(colour.removeprefix("#") for colour in colours))
    lines = np.pad(np.asarray(mask, np.uint8), ((0, 0), (1, 0)), constant_values=_UNFILTERED)
    parts = {b"IHDR": header, b"PLTE": palette, b"IDAT": zlib.compress(lines.tobytes()), b"IEND": b""}
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in parts.items())


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
