import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset
from medcore.data.files import npz
from medcore.data.neighbours import stack, stacked

CARD = Card("set", "Set", "segmentation", "", "", "", "")


def slices(count: int) -> np.ndarray:
    """Slice i is 2x3 pixels of value i."""
    return np.tile(np.arange(count, dtype=np.uint8)[:, None, None, None], (1, 2, 3, 1))


def part(volumes: list[int] | None) -> ImageDataset:
    count = 6 if volumes is None else len(volumes)
    masks = np.zeros((count, 2, 3), np.uint8)
    return ImageDataset(
        slices(count), None, ("nothing", "it"), CARD, masks, volumes=None if volumes is None else np.array(volumes)
    )


def test_each_slice_lies_between_its_neighbours_of_the_same_volume():
    """By hand: volumes of three, one and two slices; the ends are seen again."""
    seen = stacked(part([5, 5, 5, 2, 7, 7]), 1)
    assert seen.images.shape == (6, 2, 3, 3)
    assert seen.images.dtype == np.uint8
    assert seen.images[:, 1, 2].tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 2], [3, 3, 3], [4, 4, 5], [4, 5, 5]]
    assert seen.masks.shape == (6, 2, 3)


def test_two_neighbours_to_each_side_of_one_volume():
    assert stack(slices(3), 2)[:, 0, 0].tolist() == [[0, 0, 0, 1, 2], [0, 0, 1, 2, 2], [0, 1, 2, 2, 2]]


def test_no_neighbours_leave_the_split_as_it_is():
    one = part(None)
    assert stacked(one, 0) is one


def test_images_that_stand_for_themselves_have_no_neighbours():
    with pytest.raises(ValueError, match=r"stand for themselves\. Received: 2 to each side"):
        stacked(part(None), 2)


def test_colours_and_neighbours_do_not_go_together():
    with pytest.raises(ValueError, match=r"gray images.*Received: shape \(3, 2, 3, 3\)"):
        stack(np.zeros((3, 2, 3, 3)), 1)


def test_more_neighbours_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(npz, "memory_limit", lambda: 6 * 2 * 3 * 3 - 1)
    with pytest.raises(ValueError, match=r"half of this machine's memory .* with 1 to each side"):
        stacked(part([1] * 6), 1)
