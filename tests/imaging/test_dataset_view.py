"""Images of a data set as the viewer gets them."""

import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset
from medcore.imaging.dataset_view import DatasetView
from medcore.imaging.view import PIXEL_TYPES

CARD = Card("x", "x", "classification", "", "", "", "")
RNG = np.random.default_rng(0)


def part(images, **more):
    return ImageDataset(images, np.zeros(len(images), np.int64), ("a",), CARD, **more)


def test_gray_images_in_the_order_asked_for_with_masks():
    images = RNG.integers(0, 256, (6, 5, 4, 1), dtype=np.uint8)
    masks = RNG.integers(0, 2, (6, 5, 4), dtype=np.uint8)
    view = DatasetView(part(images, masks=masks, spacing=(0.5, 0.25)), [4, 1], "x", window=(10, 30))
    (plane,) = view.planes.values()
    assert (plane.slices, plane.rows, plane.columns, plane.spacing) == (2, 5, 4, (0.5, 0.25))
    assert [(window.centre, window.width) for window in view.windows] == [(127.5, 255), (20, 20)]
    cut = view.cut("acquired", 1, 1.0)
    np.testing.assert_array_equal(cut.pixels, images[1, ..., 0])
    np.testing.assert_array_equal(cut.mask, masks[1])
    assert (cut.slope, cut.intercept) == (1, 0)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_pixels_are_of_the_kinds_that_go_to_the_browser(channels, dtype):
    images = RNG.random((2, 6, 5, channels))
    images = (images * 255).astype(np.uint8) if dtype == np.uint8 else images.astype(dtype)
    view = DatasetView(part(images), [0], "x")
    pixels = view.cut("acquired", 0, 1.0).pixels
    assert pixels.dtype.name in PIXEL_TYPES
    assert pixels.flags.c_contiguous
    assert pixels.shape == ((6, 5) if channels == 1 else (6, 5, 3))
    assert view.colour == (channels == 3)
    if channels == 3:
        assert pixels.dtype == np.uint8
        np.testing.assert_allclose(pixels, images[0] * (1 if dtype == np.uint8 else 255), atol=0.5)


@pytest.mark.parametrize(("plane", "index"), [("axial", 0), ("acquired", 2), ("acquired", -1)])
def test_what_is_not_there_is_said(plane, index):
    view = DatasetView(part(np.zeros((2, 4, 4, 1), np.uint8)), [0, 1], "x")
    with pytest.raises(ValueError, match=r"There are 2 images here\. Received: number"):
        view.cut(plane, index, 1.0)


def test_views_of_the_same_images_are_equal(tmp_path):
    images = RNG.integers(0, 256, (3, 4, 4, 1), dtype=np.uint8)
    np.save(tmp_path / "a.npy", images)
    np.save(tmp_path / "b.npy", images)
    first, again, other = (part(np.load(tmp_path / name, mmap_mode="r")) for name in ("a.npy", "a.npy", "b.npy"))
    assert DatasetView(first, [1], "x") == DatasetView(again, [1], "x")
    assert DatasetView(first, [1], "x") != DatasetView(first, [2], "x")
    assert DatasetView(first, [1], "x") != DatasetView(first, [1], "x", window=(1, 2))
    assert DatasetView(first, [1], "x") != DatasetView(other, [1], "x")
    assert DatasetView(part(images), [1], "x") != DatasetView(part(images.copy()), [1], "x")
