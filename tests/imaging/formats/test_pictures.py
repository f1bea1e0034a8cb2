"""Pictures: values kept as they are, colours made RGB, turned upright."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from medcore.imaging.formats import pictures
from tests.imaging.good_input import ramp, saved

GRAY, DEEP = ramp(20, 30, np.uint8), ramp(20, 30) * np.uint16(257)
RGB = np.stack([GRAY, GRAY[::-1], GRAY[:, ::-1]], axis=2)


def opened(data):
    """The first thing found, and its frames."""
    found = pictures.describe(memoryview(data), "")[0]
    return found, list(pictures.decode(memoryview(data), found, range(len(found.frames))))


def tiff(array, **options):
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (saved(Image.fromarray(GRAY), "PNG"), GRAY),
        (saved(Image.fromarray(DEEP), "PNG"), DEEP),
        (saved(Image.fromarray(RGB), "PNG"), RGB),
        (saved(Image.fromarray(RGB).convert("RGBA"), "PNG"), RGB),
        (saved(Image.fromarray(GRAY).convert("LA"), "PNG"), GRAY),
        (saved(Image.fromarray(GRAY > 99), "PNG"), np.uint8(255) * (GRAY > 99)),
        (saved(Image.fromarray(GRAY).convert("P"), "PNG"), np.stack([GRAY] * 3, axis=2)),
        (saved(Image.fromarray(DEEP), "TIFF", compression="tiff_lzw"), DEEP),
        (tiff(DEEP.astype(">u2")), DEEP),
        (tiff((DEEP.astype(np.int32) - 32768).astype(np.int16)), (DEEP.astype(np.int32) - 32768).astype(np.int16)),
        (tiff(GRAY.astype(np.float32) / 7), GRAY.astype(np.float32) / 7),
        (tiff(GRAY.astype(np.uint32) * 2**23), np.float32(GRAY) * 2**23),
    ],
)
def test_values(data, expected):
    found, frames = opened(data)
    np.testing.assert_array_equal(frames[0], expected)
    assert frames[0].dtype == found.dtype == expected.dtype
    assert (found.rows, found.columns, found.samples) == (20, 30, 3 if expected.ndim == 3 else 1)
    assert found.frames[0].spacing is None
    assert "text about the patient" in found.burned_in


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_upright(kind, turn):
    """As Pillow's own turning has it."""
    exif = Image.Exif()
    exif[0x112] = turn
    data = saved(Image.fromarray(GRAY), kind, exif=exif)
    found, frames = opened(data)
    from PIL import ImageOps

    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    np.testing.assert_array_equal(frames[0], expected)
    assert (found.rows, found.columns) == expected.shape


def test_cmyk_becomes_rgb():
    found, frames = opened(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert found.samples == 3
    assert frames[0][4, 4].tolist() == pytest.approx([254, 0, 0], abs=3)


def test_pages_of_two_kinds_are_two_things():
    first, *others = [Image.fromarray(page) for page in (DEEP, RGB, DEEP + np.uint16(1))]
    data = memoryview(saved(first, "TIFF", save_all=True, append_images=others))
    deep, colour = pictures.describe(data, "")
    assert [frame.number for frame in deep.frames] == [1, 3]
    np.testing.assert_array_equal(next(pictures.decode(data, deep, [1])), DEEP + np.uint16(1))
    np.testing.assert_array_equal(next(pictures.decode(data, colour, [0])), RGB)


def test_deep_colours_say_what_is_lost():
    found, frames = opened(tiff(RGB.astype(np.uint16) * 257, photometric="rgb"))
    np.testing.assert_array_equal(frames[0], RGB)
    assert found.notes == (pictures.EIGHT,)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_small_picture_that_is_cut_off_is_refused_as_it_is_described(kind):
    noise = np.random.default_rng(0).integers(0, 256, (200, 300), np.uint8)
    data = saved(Image.fromarray(noise), kind, **({"compression": "tiff_lzw"} if kind == "TIFF" else {}))
    assert len(pictures.describe(memoryview(data), "")) == 1
    with pytest.raises(ValueError, match="The picture is damaged"):
        pictures.describe(memoryview(_without_middle(data)), "")


def _without_middle(data: bytes) -> bytes:
    """Head and directory stay, of the pixels half is zero."""
    third = len(data) // 3
    return data[: 2 * third] if data[:2] not in (b"II", b"MM") else data[:third] + bytes(third) + data[2 * third :]


def test_of_a_large_picture_no_pixel_is_decoded_to_describe_it(monkeypatch):
    data = saved(Image.new("L", (2001, 2000)), "PNG")
    decoded = []
    monkeypatch.setattr(Image.Image, "load", lambda picture: decoded.append(picture.size))
    (found,) = pictures.describe(memoryview(data), "")
    assert (found.rows, found.columns) == (2000, 2001)
    assert decoded == []
