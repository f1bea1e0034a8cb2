"""The size that compressed pixels claim, read from their first bytes before any decoder sees them."""

import struct
from typing import NamedTuple

_NO_FRAME = (0xC4, 0xC8, 0xCC)  # DHT, JPG, DAC lie among the frame headers SOF0 to SOF15 (ITU-T T.81 table B.1)
_ALONE = (0x01, *range(0xD0, 0xD9))  # markers without a length: TEM, RST, SOI


class Size(NamedTuple):
    """Rows, columns, components and bits of a component, as a codestream says."""

    rows: int
    columns: int
    samples: int
    precision: int


def jpeg(frame: bytes) -> Size | None:
    """From the frame header of JPEG (ITU-T T.81 B.2.2) or JPEG-LS (T.87 C.2.2); None where there is none."""
    place = frame.find(b"\xff\xd8") + 2
    while 2 <= place <= len(frame) - 10:
        if frame[place] != 0xFF:
            return None
        marker = frame[place + 1]
        if marker == 0xFF or marker in _ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        if marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in _NO_FRAME):
            precision, rows, columns, samples = struct.unpack_from(">BHHB", frame, place + 4)
            return Size(rows, columns, samples, precision)
        place += 2 + struct.unpack_from(">H", frame, place + 2)[0]
    return None


def jpeg2000(frame: bytes) -> Size | None:
    """From the SIZ segment, the first of a codestream (ITU-T T.800 A.5.1); None where there is none."""
    place = frame.find(b"\xff\x4f\xff\x51")  # behind the boxes of a JP2 file, where there are any
    if place < 0 or len(frame) < place + 43:
        return None
    right, bottom, left, top = struct.unpack_from(">4I", frame, place + 8)
    samples, depth = struct.unpack_from(">HB", frame, place + 40)
    return Size(bottom - top, right - left, samples, (depth & 0x7F) + 1)
