"""A compressed image without what it carries beside its pixels: comments, camera data, thumbnails, what follows it.

JPEG and JPEG-LS are written anew from the segments that their scans refer to; of JPEG 2000 the codestream alone is
taken, without boxes around it, and comments in it are overwritten, since it holds lengths of its own.

What cannot be told without decoding: bytes behind the last coded sample, yet before the marker that ends a scan, or
before the end of a tile-part. They stay. Whatever they hold, `leaks` searches them for what identified the patient.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from medcore.imaging.dicom.reading import RefusedError

_ALONE = (0x01, *range(0xD0, 0xD8))  # JPEG markers without a length: TEM, RST
_DHT, _DAC, _EOI, _SOS, _DQT, _DRI, _LSE, _SOF_LS = 0xC4, 0xCC, 0xD9, 0xDA, 0xDB, 0xDD, 0xF8, 0xF7
_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), _SOF_LS)
_COLOURS = {
    0xE0: (b"JFIF\0", slice(0, 0), b"\1\2\0\0\1\0\1\0\0"),
    0xEE: (b"Adobe", slice(11, 12), b"\0\x64\0\0\0\0"),
    0xE8: (b"mrfx", slice(4, 5), b""),
}
"""Application segments that say how colours are coded: name, the part that says it, and what we write between both."""

_LSE_PRESETS = b"\1"
_LSE_BYTES = 11

_J2K_START = b"\xff\x4f\xff\x51"
_SOT, _SOD, _EOC, _COM = 0xFF90, 0xFF93, 0xFFD9, 0xFF64
_SAYING_NOTHING = (_COM, 0xFF57, 0xFF58, 0xFF63)
"""Comments, lengths of packets (PLM, PLT) and offsets of components (CRG): no decoder needs them."""


class Image(NamedTuple):
    """A compressed image, from its first marker to its last.

    Args:
        data: its bytes.
        removed: how many bytes that are not zero went.
    """

    data: bytes
    removed: int


def jpeg(frame: bytes) -> Image:
    """JPEG and JPEG-LS (ITU-T T.81 annex B, T.87 annex C), each table before the scan that uses it.

    Raises:
        ValueError: if the segments cannot be followed.
    """
    start = frame.find(b"\xff\xd8")
    if start < 0:
        raise _unclear("JPEG")
    written = bytearray(b"\xff\xd8")
    header, tables, interval = b"", dict[tuple[int, int], bytes](), 0
    for marker, content, scan in _segments(frame, start + 2):
        if marker == _EOI:
            written += b"\xff\xd9"
        elif marker in _COLOURS:
            written += _colours(marker, content)
        elif marker in _FRAMES:
            if header or len(content) < 6 or len(content) != 6 + 3 * content[5]:
                raise _unclear("JPEG")
            header = content
            written += _segment(marker, content)
        elif marker in (_DQT, _DHT, _DAC):
            tables.update(_tables(marker, content))
        elif marker == _DRI:
            interval = int.from_bytes(content[:2], "big")
            written += _segment(marker, content[:2])
        elif marker == _LSE and content[:1] == _LSE_PRESETS and len(content) == _LSE_BYTES:
            written += _segment(marker, content)
        elif marker == _SOS:
            if not header or len(content) < 4 or len(content) != 4 + 2 * content[0]:
                raise _unclear("JPEG")
            for table in sorted(_used(header, content, tables)):
                written += _segment(table[0], tables.pop(table))
            written += _segment(marker, content) + (scan if interval else _to_restart(scan))
    return Image(bytes(written), max(0, _saying(frame) - _saying(written)))


def _segments(frame: bytes, place: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, content and, of a scan, the coded samples behind it; up to the end of the image."""
    while place + 2 <= len(frame):
        if frame[place] != 0xFF:
            raise _unclear("JPEG")
        marker = frame[place + 1]
        if marker == _EOI:
            yield marker, b"", b""
            return
        if marker == 0xFF or marker in _ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        if place + 4 > len(frame):
            return
        end = place + 2 + struct.unpack_from(">H", frame, place + 2)[0]
        if end < place + 4:
            raise _unclear("JPEG")
        content, place = frame[place + 4 : end], _after_scan(frame, end) if marker == _SOS else end
        yield marker, content, frame[end:place]


def _after_scan(frame: bytes, place: int) -> int:
    """Where the next marker is: within a scan, 0xFF is followed by a stuffed byte or bit, or by RST."""
    while 0 <= (place := frame.find(b"\xff", place)) < len(frame) - 1:
        follower = frame[place + 1]
        if follower >= 0x80 and not 0xD0 <= follower <= 0xD7:
            return place
        place += 1 if follower == 0xFF else 2
    return len(frame)


def _to_restart(scan: bytes) -> bytes:
    """Up to the first RST: where no interval is set there is none."""
    place = 0
    while 0 <= (place := scan.find(b"\xff", place)) < len(scan) - 1:
        if 0xD0 <= scan[place + 1] <= 0xD7:
            return scan[:place]
        place += 2
    return scan


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def _colours(marker: int, content: bytes) -> bytes:
    name, part, between = _COLOURS[marker]
    return _segment(marker, name + between + content[part]) if content.startswith(name) else b""


def _tables(marker: int, content: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The tables of a segment, each with its marker, and its class and number in one byte (T.81 B.2.4)."""
    while content:
        kind = content[0]
        if marker == _DQT:
            key, length = kind & 0xF, 1 + 64 * (1 + bool(kind >> 4))
        elif marker == _DHT:
            key, length = kind, 17 + sum(content[1:17])
        else:
            key, length = kind, 2
        if len(content) < length or (marker == _DHT and length > 17 + 256):
            raise _unclear("JPEG")
        yield (marker, key), content[:length]
        content = content[length:]


def _used(header: bytes, scan: bytes, tables: dict[tuple[int, int], bytes]) -> set[tuple[int, int]]:
    """The tables that a scan refers to (T.81 B.2.2, B.2.3)."""
    quantised = {header[place]: header[place + 2] for place in range(6, len(header), 3)}
    used = set()
    for place in range(1, 1 + 2 * scan[0], 2):
        component, both = scan[place : place + 2]
        used.add((_DQT, quantised.get(component, 0)))
        for marker in (_DHT, _DAC):
            used |= {(marker, both >> 4), (marker, 0x10 | both & 0xF)}
    return used & tables.keys()


def jpeg2000(frame: bytes) -> Image:
    """The codestream of JPEG 2000 (ITU-T T.800 annex A).

    Raises:
        ValueError: if the segments cannot be followed.
    """
    start = frame.find(_J2K_START)
    if start < 0:
        raise _unclear("JPEG 2000")
    stream = bytearray(frame[start:])
    place = _header(stream, 2)
    while _marker(stream, place) == _SOT:
        (length,) = struct.unpack_from(">I", stream, place + 6)
        end = place + length if length else stream.rfind(b"\xff\xd9", place)
        _header(stream, place + 12)
        if end <= place:
            raise _unclear("JPEG 2000")
        place = end
    del stream[place + 2 if _marker(stream, place) == _EOC else place :]
    return Image(bytes(stream), max(0, _saying(frame) - _saying(stream)))


def _header(stream: bytearray, place: int) -> int:
    """Goes through the segments of a header up to the tile or the data, blanks comments, returns where it ends."""
    while (marker := _marker(stream, place)) not in (_SOT, _SOD):
        if not 0xFF30 <= marker <= 0xFFFF or place + 4 > len(stream):
            raise _unclear("JPEG 2000")
        end = place + 2 + struct.unpack_from(">H", stream, place + 2)[0]
        if marker in _SAYING_NOTHING:
            stream[place : place + 2] = struct.pack(">H", _COM)
            content = slice(place + 4, min(end, len(stream)))
            stream[content] = bytes(len(stream[content]))
        place = end
    return place


def _marker(stream: bytes | bytearray, place: int) -> int:
    return int.from_bytes(stream[place : place + 2], "big")


def _saying(data: bytes | bytearray) -> int:
    return len(data) - data.count(0)


def _unclear(codec: str) -> RefusedError:
    return RefusedError(f"The compressed pixels ({codec}) cannot be searched for comments, so they are not given out.")
