"""What a compressed image carries beside its pixels (comments, camera data, thumbnails, whatever follows its end),
overwritten with zeros in its place: lengths and offsets stay true, and decoders skip it as before.
"""

import struct

from medcore.imaging.dicom.reading import RefusedError

_ALONE = (0x01, *range(0xD0, 0xD8))  # JPEG markers without a length: TEM, RST
_KEPT = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12), 0xE8: (b"mrfx", 5)}
"""Application segments that say how colours are coded, and how many bytes of them do so."""

_J2K_START = b"\xff\x4f\xff\x51"
_JP2_START = b"\0\0\0\x0cjP  "
_SOT, _SOD, _EOC, _COM = 0xFF90, 0xFF93, 0xFFD9, 0xFF64
_BOXES = (b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"res ", b"resd")
_RLE_SEGMENTS = 15


def jpeg(frame: bytearray) -> int:
    """JPEG and JPEG-LS (ITU-T T.81 annex B, T.87 annex C): comments, application data, what lies around the image.

    Returns:
        How many bytes said something and were overwritten.

    Raises:
        ValueError: if the segments cannot be followed.
    """
    start = frame.find(b"\xff\xd8")
    if start < 0:
        raise _unclear("JPEG")
    blanked, place = _blank(frame, 0, start), start + 2
    while place + 4 <= len(frame):
        if frame[place] != 0xFF:
            raise _unclear("JPEG")
        marker = frame[place + 1]
        if marker == 0xD9:
            break
        if marker == 0xFF or marker in _ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        end = place + 2 + struct.unpack_from(">H", frame, place + 2)[0]
        if marker == 0xFE or 0xE0 <= marker <= 0xEF:
            blanked += _application(frame, marker, place + 4, end)
        place = _after_scan(frame, end) if marker == 0xDA else end
    return blanked + _blank(frame, place + 2, len(frame))


def _application(frame: bytearray, marker: int, start: int, end: int) -> int:
    name, length = _KEPT.get(marker, (b"", 0))
    known = bool(name) and frame[start : start + len(name)] == name
    return _blank(frame, start + length if known else start, end)


def _after_scan(frame: bytearray, place: int) -> int:
    """Where the next marker is: within a scan, 0xFF is followed by a stuffed byte or bit, or by RST."""
    while 0 <= (place := frame.find(b"\xff", place)) < len(frame) - 1:
        follower = frame[place + 1]
        if follower >= 0x80 and not 0xD0 <= follower <= 0xD7:
            return place
        place += 2
    return len(frame)


def jpeg2000(frame: bytearray) -> int:
    """JPEG 2000 (ITU-T T.800 annexes A and I): comments, boxes that do not say what the pixels are, what follows.

    Returns:
        How many bytes said something and were overwritten.

    Raises:
        ValueError: if the segments cannot be followed.
    """
    start = frame.find(_J2K_START)
    if start < 0:
        raise _unclear("JPEG 2000")
    boxed = frame.startswith(_JP2_START)
    blanked = _boxes(frame, 0, start) if boxed else _blank(frame, 0, start)
    place, header_blanked = _header(frame, start + 2)
    blanked += header_blanked
    while _marker(frame, place) == _SOT:
        (length,) = struct.unpack_from(">I", frame, place + 6)
        end = place + length if length else frame.rfind(b"\xff\xd9", place)
        _, header_blanked = _header(frame, place + 12)
        blanked += header_blanked
        if end <= place:
            raise _unclear("JPEG 2000")
        place = end
    end = place + 2 if _marker(frame, place) == _EOC else place
    return blanked + _blank(frame, end, len(frame))


def _header(frame: bytearray, place: int) -> tuple[int, int]:
    """Goes through the segments of a header up to the tile or the data; returns where they end and what was blanked."""
    blanked = 0
    while (marker := _marker(frame, place)) not in (_SOT, _SOD):
        if not 0xFF30 <= marker <= 0xFFFF or place + 4 > len(frame):
            raise _unclear("JPEG 2000")
        end = place + 2 + struct.unpack_from(">H", frame, place + 2)[0]
        if marker == _COM:
            blanked += _blank(frame, place + 4, end)
        place = end
    return place, blanked


def _marker(frame: bytearray, place: int) -> int:
    return int.from_bytes(frame[place : place + 2], "big")


def _boxes(frame: bytearray, place: int, end: int) -> int:
    """Boxes that are not needed become free space."""
    blanked = 0
    while place + 8 <= end:
        length, kind = struct.unpack_from(">I4s", frame, place)
        if kind == b"jp2c":
            break
        if length < 8:
            raise _unclear("JPEG 2000")
        if kind == b"jp2h":
            blanked += _boxes(frame, place + 8, min(place + length, end))
        elif kind not in _BOXES:
            frame[place + 4 : place + 8] = b"free"
            blanked += _blank(frame, place + 8, min(place + length, end))
        place += length
    return blanked


def rle(frame: bytearray) -> int:
    """RLE (PS3.5 annex G): the unused part of its header.

    Returns:
        How many bytes said something and were overwritten.

    Raises:
        ValueError: if the header makes no sense.
    """
    segments = int.from_bytes(frame[:4], "little")
    if len(frame) < 64 or not 0 < segments <= _RLE_SEGMENTS:
        raise _unclear("RLE")
    return _blank(frame, 4 + 4 * segments, 64)


def _blank(frame: bytearray, start: int, end: int) -> int:
    """Zeros from `start` to `end`; returns how many bytes were something else."""
    end = min(end, len(frame))
    if start >= end:
        return 0
    said = end - start - frame.count(0, start, end)
    frame[start:end] = bytes(end - start)
    return said


def _unclear(codec: str) -> RefusedError:
    return RefusedError(f"The compressed pixels ({codec}) cannot be searched for comments, so they are not given out.")
