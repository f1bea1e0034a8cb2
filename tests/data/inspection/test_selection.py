"""Which images a filter lets through, and in which order."""

import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset
from medcore.data.inspection.selection import select

CARD = Card("x", "x", "classification", "", "", "", "")
LABELS = {"train": [1, 0, 1, 0], "val": [0], "test": [1, 0]}
EVERYTHING = [("train", 0), ("train", 1), ("train", 2), ("train", 3), ("val", 0), ("test", 0), ("test", 1)]


@pytest.fixture
def splits():
    return {
        split: ImageDataset(np.zeros((len(labels), 2, 2, 1), np.uint8), np.array(labels), ("a", "b"), CARD)
        for split, labels in LABELS.items()
    }


def places(selection):
    return selection.places(0, 100)


def test_every_image_as_it_stands_in_the_set(splits):
    assert places(select(splits)) == EVERYTHING


def test_filters_by_split_class_and_place(splits):
    assert places(select(splits, only_split="test")) == [("test", 0), ("test", 1)]
    assert places(select(splits, only_class=1)) == [("train", 0), ("train", 2), ("test", 0)]
    both = select(splits, only_class=1, only_places={("train", 2), ("test", 1), ("val", 0)})
    assert places(both) == [("train", 2)]
    assert len(select(splits, only_split="val", only_class=1)) == 0


def test_orders(splits):
    by_class = [("train", 1), ("train", 3), ("val", 0), ("test", 1), ("train", 0), ("train", 2), ("test", 0)]
    assert places(select(splits, order="class")) == by_class
    shuffled = places(select(splits, order="shuffled", seed=1))
    assert sorted(shuffled) == sorted(EVERYTHING)
    assert shuffled != EVERYTHING
    assert places(select(splits, order="shuffled", seed=1)) == shuffled
    assert places(select(splits, order="shuffled", seed=2)) != shuffled


def test_pages_and_numbers(splits):
    selection = select(splits, only_class=1)
    assert selection.places(1, 2) == [("train", 2)]
    assert selection.places(3, 6) == []
    assert selection.number(("test", 0)) == 2
    assert selection.number(("test", 1)) is None


def test_sets_of_masks_by_what_they_show():
    masks = {split: np.zeros((count, 2, 2), np.uint8) for split, count in (("train", 3), ("val", 1), ("test", 2))}
    sets = {
        split: ImageDataset(np.zeros((*of_split.shape, 1), np.uint8), None, ("nothing", "organ"), CARD, masks=of_split)
        for split, of_split in masks.items()
    }
    shows = {"train": np.eye(3, 2, -1, bool), "val": np.zeros((1, 2), bool), "test": np.ones((2, 2), bool)}
    selection = select(sets, only_class=1, order="class", shows=shows)
    assert places(selection) == [("train", 2), ("test", 0), ("test", 1)]
