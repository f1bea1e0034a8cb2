"""Exact duplicates, constructed and real."""

import numpy as np
import pytest

from medcore.data import sources
from medcore.data.dataset import Card, ImageDataset
from medcore.data.inspection import duplicates
from medcore.spec import DataSpec

CARD = Card("x", "x", "classification", "", "", "", "")


def part(numbers, labels):
    images = np.array(numbers, np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 1), np.uint8)
    return ImageDataset(images, np.array(labels, np.int64), ("a", "b"), CARD)


def test_counts_within_between_and_in_conflict():
    splits = {"train": part([1, 2, 2, 2, 3], [0, 0, 0, 0, 1]), "val": part([4], [0]), "test": part([3, 1], [0, 0])}
    found = duplicates.find(splits)
    assert found.within == {"train": 2}
    assert found.between == {"train and test": 2}
    assert found.conflicting == 1
    assert found.places == ((("train", 0), ("test", 1)), (("train", 4), ("test", 0)))
    assert found.notes() == (
        "Leak: 2 images lie in both train and test (equal to the last pixel).",
        "2 images of train repeat another one of it.",
        "1 image occurs more than once with different labels.",
    )


def test_images_that_differ_in_one_pixel_are_none():
    splits = {"train": part([1, 2], [0, 1]), "test": part([1], [0])}
    splits["test"].images[0, 3, 3, 0] += 1
    found = duplicates.find(splits)
    assert not found.within
    assert not found.between
    assert found.notes() == ()


@pytest.mark.parametrize(
    ("name", "between"),
    [("breastmnist", {"train and test": 1}), ("pneumoniamnist_rebuilt", {"train and val": 8})],
)
def test_the_leaks_of_the_published_sets_are_found(home, monkeypatch, shared_data, name, between):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    splits = sources.load(DataSpec(name))
    found = duplicates.find(splits)
    assert found.between == between
    for group in found.places:
        images = [splits[split].images[index] for split, index in group]
        assert all(np.array_equal(image, images[0]) for image in images)
    assert any(note.startswith("Leak: ") for note in splits["train"].card.notes)
    assert any(note.startswith("Leak: ") for note in sources.find(name).card.notes)
