"""What makes a set unusable, and what is only odd."""

from dataclasses import replace

import numpy as np
import pytest

from medcore.data import checks
from medcore.data.dataset import Card, ImageDataset

CARD = Card("x", "x", "classification", "", "", "", "")
PART = ImageDataset(np.zeros((4, 5, 6, 1), np.uint8), np.array([0, 1, 0, 1]), ("a", "b"), CARD)
GOOD = {"train": PART, "val": PART, "test": PART}


def test_a_good_set_has_no_notes():
    assert checks.check(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"images": np.zeros((4, 5, 6), np.uint8)}, r"shape \(n, height, width, 1 or 3\)"),
        ({"images": np.zeros((4, 5, 7, 1), np.uint8)}, r"must be \(5, 6, 1\) in all splits"),
        ({"images": np.zeros((0, 5, 6, 1), np.uint8)}, "must have images. Received: none in val"),
        ({"images": np.zeros((4, 5, 6, 1))}, "uint8 or float32. Received: float64"),
        ({"images": np.full((4, 5, 6, 1), np.nan, np.float32)}, "finite.*NaN or infinity in 4 images of val"),
        ({"labels": np.array([0, 1, 0])}, r"one label an image: 4 in val. Received: shape \(3,\)"),
        ({"labels": np.array([0, 1, 0, 2])}, "class numbers from 0 to 1. Received: 0 to 2 in val"),
        ({"labels": None}, "labels or masks. Received: neither in val"),
        ({"masks": np.zeros((4, 5, 5), np.uint8)}, "Masks must have the shape of their images"),
        ({"masks": np.full((4, 5, 6), 9, np.uint8)}, "Masks must hold class numbers from 0 to 1. Received: 9"),
    ],
)
def test_what_cannot_be_used_is_refused(change, expected):
    with pytest.raises(ValueError, match=expected):
        checks.check({**GOOD, "val": replace(PART, **change)})


def test_a_missing_split_is_refused():
    with pytest.raises(ValueError, match="Received: no val"):
        checks.check({"train": PART, "test": PART})


def test_oddities_are_notes():
    alone = replace(PART, labels=np.zeros(4, np.int64))
    grouped = {split: replace(part, groups=np.array([1, 1, 2, 3])) for split, part in GOOD.items()}
    assert checks.check({**GOOD, "test": alone}) == ("No image of test has the class b.",)
    assert checks.check(grouped)[0] == "Leak: 3 patients lie in both train and val."


def segmented(masks: np.ndarray, **changes) -> dict[str, ImageDataset]:
    part = replace(PART, labels=None, masks=masks, class_names=("nothing", "a", "b"), **changes)
    return dict.fromkeys(GOOD, part)


def test_classes_that_no_mask_shows_and_empty_masks_are_notes():
    """By hand: of four masks the first two are empty, and none shows b."""
    masks = np.zeros((4, 5, 6), np.uint8)
    masks[2:, 0, 0] = 1
    notes = checks.check(segmented(masks))
    assert notes[:2] == ("No mask of train shows b.", "Nothing is marked in 2 of the 4 images of train.")
    by_volume = checks.check(segmented(masks, volumes=np.array([1, 2, 2, 3])))
    assert "Nothing is marked in 1 of the 3 volumes of train." in by_volume


def test_masks_have_their_own_classes_where_these_are_named():
    masks = np.full((4, 5, 6), 2, np.uint8)
    named = {split: replace(part, masks=masks, mask_names=("x", "y", "z")) for split, part in GOOD.items()}
    assert checks.check(named)[0] == "No mask of train shows x, y."


def test_slices_of_a_volume_that_do_not_follow_one_another_are_refused():
    with pytest.raises(ValueError, match=r"must follow one another\. Received: others between them in train"):
        checks.check(segmented(np.ones((4, 5, 6), np.uint8), volumes=np.array([1, 2, 1, 3])))
