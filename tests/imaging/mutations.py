"""Small good files of every kind, and damage done to them; the same number gives the same file."""

import gzip
import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from tests.imaging import good_input
from tests.imaging.bad_input import deflated
from tests.imaging.good_input import WHEEL, ramp, saved

EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
HEADER = 600
"""Bytes in which most headers lie."""
WHEEL_FILES = (
    "693_J2KI.dcm",
    "CT_small.dcm",
    "JPEGLSNearLossless_16.dcm",
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "SC_rgb_dcmtk_+eb+cy+n2.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "SC_rgb_gdcm_KY.dcm",
    "image_dfl.dcm",
    "liver_1frame.dcm",
    "rtdose_1frame.dcm",
)
"""Of pydicom: each way of encoding pixels, big-endian, implicit, multi-frame, enhanced."""


class Seed(NamedTuple):
    """A file to damage.

    Args:
        data: what is damaged.
        wrapped: makes the file of it: packs it again, or mends its checksums, so that the damage gets further.
    """

    data: bytes
    wrapped: Callable[[bytes], bytes] = bytes


def seeds() -> dict[str, Seed]:
    """By name."""
    colour = Image.fromarray(np.stack([ramp(24, 20, np.uint8)] * 3, axis=2))
    gray, deep = Image.fromarray(ramp(24, 20, np.uint8)), Image.fromarray(ramp(24, 20))
    volume = good_input.nifti(ramp(6, 20, np.int32).reshape(6, 5, 4))
    wheel = {name: Seed((WHEEL / name).read_bytes()) for name in WHEEL_FILES}
    return wheel | {
        "deflated DICOM": Seed(good_input.dicom(ramp(16, 16))[132:], deflated),
        "PNG": Seed(saved(deep, "PNG"), mended),
        "PNG, palette": Seed(saved(colour.convert("P"), "PNG"), mended),
        "JPEG": Seed(saved(colour, "JPEG")),
        "JPEG, progressive": Seed(saved(gray, "JPEG", progressive=True)),
        "TIFF": Seed(saved(deep, "TIFF")),
        "TIFF, LZW, pages": Seed(saved(colour, "TIFF", save_all=True, append_images=[colour], compression="tiff_lzw")),
        "TIFF, JPEG": Seed(saved(colour, "TIFF", compression="jpeg")),
        "NIfTI": Seed(volume),
        "NIfTI-2": Seed(good_input.nifti(version=2)),
        "NIfTI, gzip outside": Seed(gzip.compress(volume, mtime=0)),
        "NIfTI, gzip inside": Seed(volume, lambda data: gzip.compress(data, mtime=0)),
        "npy": Seed(good_input.npy(ramp(12, 10))),
        "npz outside": Seed(good_input.npz(images=np.zeros((3, 9, 9), np.uint8), labels=np.zeros(3, np.uint8))),
        "npz inside": Seed(good_input.npy(ramp(12, 10)), lambda data: good_input.zipped({"x.npy": data})),
        "zip outside": Seed(good_input.zipped(good_input.slices(2))),
        "zip inside": Seed(good_input.dicom(ramp(16, 16)), lambda data: good_input.zipped({"a": data})),
    }


def mutated(seed: Seed, number: int) -> bytes:
    """The seed, damaged in one to three ways."""
    draw = np.random.default_rng([number, len(seed.data)])
    data = bytearray(seed.data)
    for _ in range(draw.integers(1, 4)):
        if data:
            data = WAYS[draw.integers(len(WAYS))](data, draw)
    return seed.wrapped(bytes(data))


def mended(data: bytes) -> bytes:
    """A PNG whose checksums are right again, as far as its chunks can be followed."""
    whole, place = bytearray(data), 8
    while place + 12 <= len(whole):
        length = struct.unpack(">I", whole[place : place + 4])[0]
        end = place + 8 + length
        if end + 4 > len(whole):
            break
        whole[end : end + 4] = struct.pack(">I", zlib.crc32(whole[place + 4 : end]))
        place = end + 4
    return bytes(whole)


def _flipped(data: bytearray, draw: np.random.Generator) -> bytearray:
    for place in draw.integers(len(data), size=draw.integers(1, 9)):
        data[place] ^= 1 << draw.integers(8)
    return data


def _cut(data: bytearray, draw: np.random.Generator) -> bytearray:
    return data[: draw.integers(len(data))]


def _copied(data: bytearray, draw: np.random.Generator) -> bytearray:
    begin, place = draw.integers(len(data), size=2)
    block = data[begin : begin + draw.integers(1, 200)]
    return data[:place] + block * int(draw.integers(1, 20)) + data[place:]


def _removed(data: bytearray, draw: np.random.Generator) -> bytearray:
    place = draw.integers(len(data))
    return data[:place] + data[place + draw.integers(1, 200) :]


def _blanked(data: bytearray, draw: np.random.Generator) -> bytearray:
    place, size = draw.integers(len(data)), draw.integers(1, 64)
    block = bytes([draw.choice([0, 255])]) * int(size)
    return data[:place] + block + data[place + size :]


def _extreme(data: bytearray, draw: np.random.Generator) -> bytearray:
    """A number somewhere becomes the least, the greatest, or one more than that, in either byte order."""
    size = int(draw.choice([1, 2, 4]))
    value = (int(draw.choice(EXTREMES)) & (2 ** (8 * size) - 1)).to_bytes(size, str(draw.choice(["little", "big"])))
    reach = len(data) if draw.random() < 0.5 else min(len(data), HEADER)
    place = int(draw.integers(reach))
    return data[:place] + value + data[place + size :]


WAYS = (_flipped, _cut, _copied, _removed, _blanked, _extreme, _extreme, _extreme)
"""Numbers at their extremes do most harm: lengths, sizes and counts are such."""
