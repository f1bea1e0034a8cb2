import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset
from medcore.imaging.dataset_view import DatasetView
from medcore.imaging.marked import Marked

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4, 1)
PART = ImageDataset(IMAGES, None, ("nothing", "lesion"), Card("set", "Set", "segmentation", "", "", "", ""))
MASK = np.eye(3, 4, dtype=np.uint8)


def marked(index=1, mask=MASK):
    return Marked(DatasetView(PART, [0, 1], "Set"), "acquired", index, mask)


def test_one_slice_under_its_mask():
    view = marked()
    cut = view.cut("acquired", 0, 1)
    np.testing.assert_array_equal(cut.pixels, IMAGES[1, ..., 0])
    np.testing.assert_array_equal(cut.mask, MASK)
    assert (view.planes["acquired"].slices, view.planes["acquired"].rows) == (1, 3)
    with pytest.raises(ValueError, match=r"There is one slice here. Received: number 2 of the plane acquired"):
        view.cut("acquired", 1, 1)


def test_another_slice_or_mask_is_another_view():
    assert marked() == marked()
    assert hash(marked()) == hash(marked())
    assert marked() != marked(index=0)
    assert marked() != marked(mask=1 - MASK)
