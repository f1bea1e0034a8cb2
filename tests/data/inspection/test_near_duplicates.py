"""Near duplicates: copies are found however they were changed, and images that are only alike are not."""

import json

import numpy as np
import pytest
from scipy import ndimage

from medcore.data import sources
from medcore.data.dataset import SPLITS, Card, ImageDataset
from medcore.data.inspection import near_duplicates
from medcore.data.inspection.near_duplicates import NearDuplicates

CARD = Card("x", "x", "classification", "", "", "", "")
SIDE = 96


def scenes(count: int, seed: int = 0, side: int = SIDE) -> np.ndarray:
    """(count, side, side) float: smooth random images of 0..255 that have nothing to do with each other."""
    noise = np.random.default_rng(seed).normal(size=(count, side, side))
    smooth = ndimage.gaussian_filter(noise, (0, side / 16, side / 16), mode="wrap")
    low, high = smooth.min(axis=(1, 2), keepdims=True), smooth.max(axis=(1, 2), keepdims=True)
    return 255 * (smooth - low) / (high - low)


def split(images: np.ndarray, labels=None, groups=None) -> ImageDataset:
    labels = np.zeros(len(images), np.int64) if labels is None else np.array(labels)
    pixels = np.rint(np.clip(images, 0, 255)).astype(np.uint8)
    return ImageDataset(pixels if pixels.ndim == 4 else pixels[..., None], labels, ("a", "b"), CARD, groups=groups)


CHANGES = {
    "noise": lambda image: image + np.random.default_rng(9).normal(0, 4, image.shape),
    "contrast": lambda image: 0.6 * image + 70,
    "gamma": lambda image: 255 * (image / 255) ** 1.2,
    "shift by a pixel": lambda image: np.roll(image, 1, axis=1),
    "blur": lambda image: ndimage.gaussian_filter(image, 1),
    "a mark in the corner": lambda image: np.where(np.indices(image.shape).max(axis=0) < 3, 255, image),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_in_another_split_is_found(change):
    images = scenes(60)
    test = scenes(20, seed=1)
    test[7] = change(images[33])
    found = near_duplicates.find({"train": split(images), "val": split(scenes(20, seed=2)), "test": split(test)})
    assert [(pair.first, pair.second) for pair in found.pairs] == [(("train", 33), ("test", 7))]
    assert found.pairs[0].distance <= near_duplicates.MAX_DISTANCE
    assert near_duplicates.MIN_CORRELATION <= found.pairs[0].correlation <= 1
    assert found.between == {"train and test": 1}
    assert found.notes() == ("Leak: 1 image of test is nearly the same as one of train.",)


OTHERS = {
    "turned upside down": lambda image: image[::-1],
    "mirrored": lambda image: image[:, ::-1],
    "inverted": lambda image: 255 - image,
    "a quarter moved": lambda image: np.roll(image, SIDE // 4, axis=1),
    "half of another": lambda image: np.where(np.arange(SIDE) < SIDE // 2, image, scenes(1, seed=5)[0]),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_what_is_another_image_is_not_found(change):
    images = scenes(20)
    test = scenes(5, seed=1)
    test[0] = change(images[3])
    found = near_duplicates.find({"train": split(images), "val": split(scenes(5, seed=2)), "test": split(test)})
    assert found.pairs == ()
    assert found.notes() == ()


def test_pairs_are_counted_by_image_split_label_and_patient():
    images = scenes(10)
    noisy = images + np.random.default_rng(1).normal(0, 3, images.shape)
    splits = {
        "train": split(np.concatenate([images[:4], noisy[:1]]), [0, 0, 0, 0, 1], groups=np.array([1, 2, 3, 4, 1])),
        "val": split(scenes(3, seed=7), groups=np.array([5, 6, 7])),
        "test": split(np.stack([noisy[1], images[2], noisy[3]]), [0, 0, 1], groups=np.array([2, 8, 9])),
    }
    found = near_duplicates.find(splits)
    assert found.found == 3, "the exact copy of train 2 in test is not counted here"
    assert found.within == {"train": 2}
    assert found.between == {"train and test": 2}
    assert found.conflicting == 2
    assert found.same_group == 2
    assert [pair.first[0] == pair.second[0] for pair in found.pairs] == [False, False, True]
    assert found.notes() == (
        "Leak: 2 images of test are nearly the same as one of train.",
        "2 images of train are nearly the same as another one of it.",
        "Different labels: 2 of the 3 pairs.",
        "The same patient or volume: 2 of the 3 pairs.",
    )
    assert NearDuplicates.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_colours_and_floats_and_flat_images():
    rng = np.random.default_rng(0)
    images = np.stack([scenes(12, seed=s) for s in range(3)], axis=-1)
    images[5] = 128 + rng.normal(0, 0.6, images[5].shape)  # nearly uniform: alike, and no copies
    images[6] = 128 + rng.normal(0, 0.6, images[6].shape)
    images[7] = images[8] = 0
    test = images[:1] + rng.normal(0, 3, images[:1].shape)
    splits = {"train": split(images), "val": split(images[9:10] * 0.9), "test": split(test)}
    pairs = {(("train", 0), ("test", 0)), (("train", 9), ("val", 0))}
    assert {(pair.first, pair.second) for pair in near_duplicates.find(splits).pairs} == pairs
    floats = {
        name: ImageDataset(part.images / np.float32(255) - np.float32(7), part.labels, ("a", "b"), CARD)
        for name, part in splits.items()
    }
    assert {(pair.first, pair.second) for pair in near_duplicates.find(floats).pairs} == pairs


def test_tiny_images_are_not_compared_and_that_is_said():
    tiny = {name: split(scenes(4, side=8)) for name in SPLITS}
    found = near_duplicates.find(tiny)
    assert found.pairs == ()
    assert found.notes() == ("Images of 8x8 pixels are too small to tell a near duplicate from one that is alike.",)


def test_of_too_many_images_some_are_compared_and_that_is_said(monkeypatch):
    monkeypatch.setattr(near_duplicates, "MAX_IMAGES", 20)
    found = near_duplicates.find({name: split(scenes(10, seed=i, side=32)) for i, name in enumerate(SPLITS)})
    assert (found.compared, found.total) == (20, 30)
    assert found.notes() == ("20 of the 30 images were compared, drawn at random.",)


def test_the_blocks_of_the_comparison_do_not_matter(monkeypatch):
    images = scenes(50, side=32)
    splits = {"train": split(images), "val": split(images[10:20] * 0.9), "test": split(images[::7] * 0.8 + 20)}
    whole = near_duplicates.find(splits)
    assert whole.found > 10
    monkeypatch.setattr(near_duplicates, "_BLOCK", 150)
    assert near_duplicates.find(splits) == whole


def test_a_flood_of_copies_ends(monkeypatch):
    monkeypatch.setattr(near_duplicates, "MAX_FOUND", 100)
    one = scenes(1, side=32)
    noisy = one + np.random.default_rng(0).normal(0, 2, (40, 32, 32))
    found = near_duplicates.find({name: split(noisy + i) for i, name in enumerate(SPLITS)})
    assert found.found == 100
    assert len(found.pairs) <= near_duplicates.MAX_PAIRS
    assert "The search ended after 100 pairs." in found.notes()


def test_the_hash_says_which_low_frequencies_are_above_the_median():
    """One cosine alone: its own bit is set, the mean takes no part."""
    rows = np.cos(np.pi * (2 * np.arange(32) + 1) * 3 / 64)
    image = np.tile(rows[:, None], (1, 32)).astype(np.float32) + 7
    bits = np.unpackbits(near_duplicates.hashes(image[None]).view(np.uint8))
    assert bits[3 * 8] == 1, "row frequency 3, column frequency 0"
    assert bits[0] == 0


def test_the_hash_does_not_see_brightness_and_contrast():
    images = scenes(30, side=32)
    np.testing.assert_array_equal(near_duplicates.hashes(images), near_duplicates.hashes(0.5 * images + 40))
    assert len(np.unique(near_duplicates.hashes(images))) == 30


def test_the_published_sets(home, monkeypatch, shared_data):
    """BreastMNIST holds neighbouring frames of the same scans across its splits; PneumoniaMNIST only exact copies."""
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    breast = near_duplicates.find(sources.snapshot("breastmnist"))
    assert breast.between == {"train and val": 22, "train and test": 38, "val and test": 6}
    assert breast.found == 155
    assert near_duplicates.find(sources.snapshot("pneumoniamnist_rebuilt")).found == 0
