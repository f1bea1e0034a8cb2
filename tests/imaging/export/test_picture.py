"""The PNG of the view."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from medcore.imaging.export import drawing, picture
from tests.imaging.dicom import making


def opened(data: bytes) -> Image.Image:
    assert isinstance(data, bytes)  # Streamlit gives out nothing else
    assert data.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("inverted", [False, True])
def test_the_window_is_applied(shelf, put, inverted):
    pixels = np.array([[0, 100], [200, 300]], np.int16)
    (stack,) = put(making.written(making.slice_of(pixels, RescaleIntercept=-100, PixelSpacing=[1, 1])))
    made = picture.png(shelf.view(stack.id), "acquired", 0, 50, 200, inverted, shelf.sandbox)
    wanted = np.floor(np.clip((pixels - 100.0 + 50) / 200, 0, 1) * 255 + 0.5)
    np.testing.assert_array_equal(np.asarray(opened(made)), 255 - wanted if inverted else wanted)


def test_pixels_are_square(shelf, put):
    (stack,) = put(making.written(making.slice_of(PixelSpacing=[2, 0.5])))
    image = opened(picture.png(shelf.view(stack.id), "acquired", 0, -1000, 50, False, shelf.sandbox))
    assert image.size == (6, 8 * 4)


def test_a_plane_across_the_slices(shelf, put):
    rng = np.random.default_rng(0)
    volume = rng.integers(0, 255, (3, 8, 6)).astype(np.int16)
    files = [
        making.written(making.slice_of(volume[z], position=(0, 0, z), number=z + 1, PixelSpacing=[1, 1]))
        for z in range(3)
    ]
    (stack,) = put(*files)
    view = shelf.view(stack.id)
    image = opened(picture.png(view, "coronal", 4, 127.5 - 1024, 255, False, shelf.sandbox))
    np.testing.assert_array_equal(np.asarray(image), volume[::-1, 4])  # the head at the top


def test_colours_stay(shelf, put):
    pixels = np.random.default_rng(0).integers(0, 255, (8, 6, 3)).astype(np.uint8)
    dataset = making.slice_of(pixels, PixelSpacing=[1, 1], RescaleSlope=None, RescaleIntercept=None, Modality="XC")
    (stack,) = put(making.written(dataset))
    image = opened(picture.png(shelf.view(stack.id), "acquired", 0, 127.5, 255, False, shelf.sandbox))
    np.testing.assert_array_equal(np.asarray(image), pixels)


def test_nothing_is_written_into_the_file(shelf, put):
    (stack,) = put(making.written(making.slice_of(PatientName="Hansemann^Erna")))
    made = picture.png(shelf.view(stack.id), "acquired", 0, 0, 100, False, shelf.sandbox)
    kinds = []
    place = 8
    while place < len(made):
        length = int.from_bytes(made[place : place + 4], "big")
        kinds.append(bytes(made[place + 4 : place + 8]))
        place += 12 + length
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}


@pytest.mark.parametrize("width", [0, -1, math.nan, math.inf])
def test_a_window_without_width_is_refused(shelf, put, width):
    (stack,) = put(making.written(making.slice_of()))
    with pytest.raises(ValueError, match="width above 0"):
        picture.png(shelf.view(stack.id), "acquired", 0, 0, width, False, shelf.sandbox)


def test_no_side_is_longer_than_allowed():
    assert drawing.square((6000, 3000), None) == (drawing.MAX_SIDE, drawing.MAX_SIDE // 2)
    assert drawing.square((10, 3000), (10, 1)) == (1, drawing.MAX_SIDE)
    assert drawing.window(np.array([np.nan, 0, 10]), 5, 10).tolist() == [0, 0, 255]
