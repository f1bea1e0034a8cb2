"""Statistics of a set against NumPy over the whole arrays."""

import numpy as np
import pytest
from skimage import color

from medcore.data import sources
from medcore.data.dataset import SPLITS, Card, ImageDataset
from medcore.data.inspection import blocks, overview
from medcore.data.inspection.overview import Overview

CARD = Card("x", "x", "classification", "", "", "", "")
COUNTS = {"train": 31, "val": 7, "test": 12}


@pytest.fixture(params=["gray bytes", "colour bytes", "floats far from 0"])
def labelled(request, monkeypatch):
    """A set of three classes, the last of them without images, looked at in small blocks."""
    monkeypatch.setattr(blocks, "IMAGES", 5)
    rng = np.random.default_rng(0)
    splits = {}
    for split, count in COUNTS.items():
        images = rng.integers(0, 256, (count, 9, 7, 3 if request.param.startswith("colour") else 1), dtype=np.uint8)
        if request.param.startswith("floats"):
            images = images.astype(np.float32) / 255 + 1000
        labels = rng.integers(0, 2, count)
        splits[split] = ImageDataset(images, labels, ("a", "b", "never"), CARD)
    return splits


def together(splits, name="images"):
    return np.concatenate([getattr(part, name) for part in splits.values()])


def test_means_and_deviations_are_those_of_the_whole(labelled):
    images, labels = together(labelled).astype(np.float64), together(labelled, "labels")
    found = overview.measure(labelled).averages
    assert list(found) == ["", "a", "b"]
    for name, chosen in (("", labels >= 0), ("a", labels == 0), ("b", labels == 1)):
        assert found[name].count == chosen.sum()
        np.testing.assert_allclose(found[name].mean, images[chosen].mean(axis=0), rtol=1e-6)
        np.testing.assert_allclose(found[name].deviation, images[chosen].std(axis=0), rtol=1e-5)


def test_histograms_are_exact_by_class(labelled):
    found = overview.measure(labelled)
    images, labels = together(labelled), together(labelled, "labels")
    gray = blocks.luminance(images)
    for number, name in enumerate(("a", "b", "never")):
        np.testing.assert_array_equal(found.histograms[name], np.histogram(gray[labels == number], found.edges)[0])
    assert sum(counts.sum() for counts in found.histograms.values()) == gray.size
    step = found.edges[1] - found.edges[0]
    np.testing.assert_allclose(found.window, np.percentile(gray, (1, 99)), atol=step)


def test_an_overview_comes_back_from_its_file(labelled):
    found = overview.measure(labelled)
    again = Overview.from_arrays(found.to_arrays())
    np.testing.assert_array_equal(again.averages["b"].deviation, found.averages["b"].deviation)
    np.testing.assert_array_equal(again.histograms["a"], found.histograms["a"])
    assert (again.averages["a"].count, again.sizes, again.window, again.near) == (
        found.averages["a"].count,
        found.sizes,
        found.window,
        found.near,
    )


def test_sets_of_masks(monkeypatch):
    monkeypatch.setattr(blocks, "IMAGES", 4)
    rng = np.random.default_rng(0)
    splits = {}
    for split, count in COUNTS.items():
        images = rng.integers(0, 256, (count, 6, 5, 1), dtype=np.uint8)
        masks = rng.integers(0, 3, (count, 6, 5), dtype=np.uint8) * (rng.random((count, 1, 1)) < 0.5)
        masks = masks.astype(np.uint8)
        splits[split] = ImageDataset(images, None, ("background", "organ", "lesion"), CARD, masks=masks)
    found = overview.measure(splits)
    images, masks = together(splits), together(splits, "masks")
    assert list(found.averages) == [""]
    for number, name in ((1, "organ"), (2, "lesion")):
        np.testing.assert_allclose(found.coverage[name], (masks == number).mean(axis=0), rtol=1e-6)
        np.testing.assert_array_equal(
            found.histograms[name], np.histogram(images[..., 0][masks == number], found.edges)[0]
        )
    for split, part in splits.items():
        expected = np.stack([(part.masks == number).any(axis=(1, 2)) for number in range(3)], axis=1)
        np.testing.assert_array_equal(found.shows[split], expected)
    again = Overview.from_arrays(found.to_arrays())
    np.testing.assert_array_equal(again.shows["val"], found.shows["val"])
    np.testing.assert_array_equal(again.coverage["lesion"], found.coverage["lesion"])


def test_sizes_in_the_files_are_counted_the_commonest_first():
    sizes = {"train": [(10, 12), (8, 8), (10, 12)], "val": [(8, 8), (10, 12)], "test": [(9, 9)]}
    splits = {
        split: ImageDataset(
            np.zeros((len(of_split), 8, 8, 1), np.uint8),
            np.zeros(len(of_split), np.int64),
            ("a",),
            CARD,
            original_sizes=np.array(of_split, np.int32),
        )
        for split, of_split in sizes.items()
    }
    assert overview.measure(splits).sizes == ((10, 12, 3), (8, 8, 2), (9, 9, 1))


def test_gray_of_colours_is_that_of_scikit_image():
    colours = np.random.default_rng(0).random((3, 4, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(blocks.luminance(colours), color.rgb2gray(colours), rtol=1e-5)


@pytest.mark.parametrize(("shape", "side", "expected"), [((2, 10, 8, 1), 5, (5, 4)), ((1, 11, 5, 3), 4, (3, 1))])
def test_images_are_averaged_down_by_a_whole_factor(shape, side, expected):
    images = np.random.default_rng(0).random(shape).astype(np.float32)
    found = blocks.reduced(images, side)
    assert found.shape == (shape[0], *expected, shape[3])
    factor = -(-max(shape[1:3]) // side)
    np.testing.assert_allclose(found[0, 0, 0], images[0, :factor, :factor].mean(axis=(0, 1)), rtol=1e-6)
    assert blocks.reduced(images, 64) is images


def test_an_overview_is_measured_once_in_another_process(home, monkeypatch):
    found = sources.overview("digits")
    assert found.averages["3"].count == 183
    assert found.near.skipped
    monkeypatch.setattr(sources, "_run", lambda *args: pytest.fail("measured again"))
    assert sources.overview("digits").window == found.window
    splits = sources.snapshot("digits")
    np.testing.assert_allclose(found.averages[""].mean, together(splits).mean(axis=0), rtol=1e-6)
    assert list(SPLITS) == list(splits)
