"""Of a compressed image only what its decoder needs is taken along."""

import io
import struct

import numpy as np
import pytest
from openjpeg.utils import decode, encode_array
from PIL import Image

from medcore.imaging.dicom import comments

HIDDEN = b"ZQ1234 HIDDEN TEXT"
PIXELS = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)


def encoded(**options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([PIXELS, PIXELS.T, PIXELS[::-1]])).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def shown(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


@pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"optimize": True, "subsampling": 0}, {"restart_marker_blocks": 2}, {"keep_rgb": True}],
    ids=str,
)
def test_a_jpeg_keeps_its_pixels(options):
    data = encoded(**options)
    np.testing.assert_array_equal(shown(comments.jpeg(data).data), shown(data))


@pytest.mark.parametrize(
    "hiding",
    [
        segment(0xDC, HIDDEN),  # DNL
        segment(0xDB, b"\3" + HIDDEN.ljust(64, b".")),  # a quantisation table that no component uses
        segment(0xDB, b"\0" + HIDDEN.ljust(64, b".")),  # one that is defined anew before it is used
        segment(0xC4, b"\3" + bytes([len(HIDDEN)]) + bytes(15) + HIDDEN),  # a Huffman table that no scan uses
        segment(0xE0, b"JFIF\0" + HIDDEN),
        segment(0xEE, b"Adobe" + HIDDEN[:6] + b"\1" + HIDDEN),
        segment(0xF8, b"\2" + HIDDEN),
        segment(0xFE, HIDDEN),
    ],
    ids=lambda hiding: f"{hiding[1]:X} {hiding[4]}",
)
def test_segments_that_no_scan_refers_to_go(hiding):
    plain = encoded()
    result = comments.jpeg(plain[:2] + hiding + plain[2:])
    assert HIDDEN[:6] not in result.data
    assert result.removed > 8
    np.testing.assert_array_equal(shown(result.data), shown(plain))


def test_behind_a_restart_that_is_none_nothing_stays():
    plain = encoded()
    end = plain.rfind(b"\xff\xd9")
    result = comments.jpeg(plain[:end] + b"\xff\xd0" + HIDDEN + plain[end:])
    assert HIDDEN not in result.data
    np.testing.assert_array_equal(shown(result.data), shown(plain))


def test_of_jp2_the_codestream_stays():
    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), kind) + content

    stream = encode_array(PIXELS, photometric_interpretation=2)
    header = box(b"ihdr", struct.pack(">IIHBBBB", 64, 64, 1, 7, 7, 0, 0)) + box(b"colr", b"\2\0\0" + HIDDEN)
    boxes = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 " + HIDDEN) + box(b"jp2h", header)
    result = comments.jpeg2000(boxes + box(b"jp2c", stream) + HIDDEN)
    assert HIDDEN not in result.data
    assert result.data.startswith(b"\xff\x4f\xff\x51")
    np.testing.assert_array_equal(decode(result.data), PIXELS)


@pytest.mark.parametrize("marker", [0xFF64, 0xFF57, 0xFF63])
def test_segments_of_jpeg_2000_that_no_decoder_needs_go(marker):
    stream = encode_array(PIXELS, photometric_interpretation=2)
    size = 4 + struct.unpack_from(">H", stream, 4)[0]
    result = comments.jpeg2000(stream[:size] + struct.pack(">HH", marker, 2 + len(HIDDEN)) + HIDDEN + stream[size:])
    assert HIDDEN not in result.data
    np.testing.assert_array_equal(decode(result.data), PIXELS)
