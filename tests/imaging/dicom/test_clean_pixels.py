"""Beside compressed frames nothing can hide: not in the offset table, in further fragments, in unused bits."""

import io
import struct

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom import uid
from pydicom.pixels.encoders import RLELosslessEncoder

from medcore.imaging.dicom.deidentify import deidentified
from tests.imaging.dicom import making

HIDDEN = b"ZQ1234 HIDDEN TEXT"
GRAY = np.arange(1024, dtype=np.uint16).reshape(32, 32)


def rle(pixels: np.ndarray) -> bytes:
    return RLELosslessEncoder.encode(
        pixels,
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        samples_per_pixel=3 if pixels.ndim == 3 else 1,
        bits_allocated=8 * pixels.itemsize,
        bits_stored=8 * pixels.itemsize,
        pixel_representation=0,
        photometric_interpretation="RGB" if pixels.ndim == 3 else "MONOCHROME2",
        number_of_frames=1,
        **({"planar_configuration": 0} if pixels.ndim == 3 else {}),
    )


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray((GRAY // 4).astype(np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def encapsulated(pixels: np.ndarray, syntax: str, table: bytes, *fragments: bytes, **values) -> memoryview:
    dataset = making.slice_of(pixels, RescaleSlope=None, RescaleIntercept=None, RescaleType=None, **values)
    items = [struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part for part in (table, *map(padded, fragments))]
    dataset.PixelData = b"".join(items)
    return making.written(dataset, syntax)


def padded(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


def cleaned(data: memoryview) -> pydicom.Dataset:
    out = deidentified(data, bytes(32), 1, True).data
    assert HIDDEN not in out
    return pydicom.dcmread(io.BytesIO(out))


def test_high_bits_of_rle_go():
    """An overlay in bits 12 to 15, as old machines burned text in."""
    overlay = np.random.default_rng(0).integers(0, 16, GRAY.shape).astype(np.uint16) << 12
    made = cleaned(encapsulated(GRAY, uid.RLELossless, b"", rle(GRAY | overlay), BitsStored=12, HighBit=11))
    assert made.file_meta.TransferSyntaxUID == uid.ExplicitVRLittleEndian
    assert made.PixelData == GRAY.tobytes()


@pytest.mark.parametrize("planar", [0, 1])
def test_colours_of_rle_stay(planar):
    colours = np.random.default_rng(0).integers(0, 256, (8, 6, 3)).astype(np.uint8)
    made = cleaned(encapsulated(colours, uid.RLELossless, b"", rle(colours), PlanarConfiguration=planar))
    np.testing.assert_array_equal(made.pixel_array, colours)


def test_room_within_rle_goes():
    frame = rle(GRAY)
    count, *offsets = struct.unpack("<16I", frame[:64])
    moved = [offset + 64 if n < count else 0 for n, offset in enumerate(offsets)]
    gap = struct.pack("<16I", count, *moved) + HIDDEN.ljust(64, b"\0") + frame[64:]
    for hiding in (gap, frame + b"\x80" + bytes([len(HIDDEN) - 1]) + HIDDEN):
        assert cleaned(encapsulated(GRAY, uid.RLELossless, b"", hiding)).PixelData == GRAY.tobytes()


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGBaseline8Bit])
def test_the_offset_table_is_not_copied(syntax):
    lossy = syntax == uid.JPEGBaseline8Bit
    pixels = (GRAY // 4).astype(np.uint8) if lossy else GRAY
    frame = jpeg() if lossy else rle(GRAY)
    table = struct.pack("<II", 0, len(padded(frame)) + 8) + HIDDEN.ljust(24, b"\0")
    assert HIDDEN in bytes(encapsulated(pixels, syntax, table, frame))
    cleaned(encapsulated(pixels, syntax, table, frame))


@pytest.mark.parametrize("frames", [1, 2])
def test_fragments_behind_the_last_frame_go(frames):
    pixels = (GRAY // 4).astype(np.uint8)
    given = encapsulated(pixels, uid.JPEGBaseline8Bit, b"", *[jpeg()] * frames, HIDDEN, NumberOfFrames=frames)
    made = cleaned(given)
    assert made.pixel_array.size == frames * GRAY.size


def test_fragments_behind_rle_go():
    cleaned(encapsulated(GRAY, uid.RLELossless, b"", rle(GRAY), HIDDEN))
