from dataclasses import replace

import numpy as np
import pytest

from medcore.imaging import overlay
from medcore.imaging.stack import Stack
from medcore.imaging.view import Cut, Plane

IMAGE = Stack(
    id="image",
    kind="nifti",
    title="image",
    modality="MR",
    shape=(2, 3, 4),
    samples=1,
    dtype="int16",
    unit="",
    places=(("a", 0), ("a", 1)),
    rescale=np.tile([1.0, 0.0], (2, 1)),
    spacing=(2.0, 1.0, 1.0),
    affine=np.diag([1.0, 1.0, 2.0, 1.0]),
    regular=True,
)
LABELS = replace(IMAGE, id="labels", dtype="uint8")


class View:
    title, unit, colour, inverted, windows = "image", "", False, False, ()

    def __init__(self, pixels, planes=("acquired",), slope=1.0):
        self.pixels, self.slope = pixels, slope
        self.planes = {name: Plane(name, 2, 3, 4, None, None) for name in planes}

    def cut(self, plane, index, seconds):
        return Cut(self.pixels[index], self.slope, 0.0)


def test_labels_of_the_same_shape_and_place_fit():
    assert overlay.fits(IMAGE, LABELS)
    assert overlay.fits(IMAGE, replace(LABELS, affine=None))
    assert overlay.fits(IMAGE, replace(LABELS, kind="arrays", affine=None))
    assert overlay.fits(IMAGE, replace(LABELS, kind="dicom", modality="SEG"))
    assert overlay.fits(replace(IMAGE, kind="dicom"), LABELS)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "image"},
        {"shape": (2, 4, 3)},
        {"samples": 3},
        {"dtype": "float32"},
        {"kind": "picture"},
        {"kind": "dicom", "modality": "MR"},
        {"affine": np.diag([1.0, 1.0, 2.2, 1.0])},
    ],
)
def test_what_does_not_lie_over_the_image_does_not_fit(change):
    assert not overlay.fits(IMAGE, replace(LABELS, **change))


class Labels:
    """A view of these pixels."""

    def __init__(self, pixels, rescale=(1.0, 0.0)):
        self.title, self.stack, self._pixels = "case.nii", replace(LABELS, rescale=np.tile(rescale, (2, 1))), pixels

    def pixels(self):
        return self._pixels


def test_few_whole_numbers_are_classes():
    overlay.check_classes(Labels(np.arange(24, dtype=np.uint8).reshape(2, 3, 4)))
    overlay.check_classes(Labels(np.full((2, 3, 4), 510, np.int16), rescale=(0.5, 0.0)))


@pytest.mark.parametrize(
    ("pixels", "rescale", "count"),
    [
        (np.arange(70, dtype=np.uint8).reshape(2, 5, 7), (1.0, 0.0), 70),
        (np.array([0, -1], np.int16).reshape(2, 1, 1), (1.0, 0.0), 2),
        (np.array([0, 256], np.int16).reshape(2, 1, 1), (1.0, 0.0), 2),
        (np.array([0, 1], np.uint8).reshape(2, 1, 1), (0.5, 0.0), 2),
    ],
)
def test_an_image_is_no_labels(pixels, rescale, count):
    with pytest.raises(ValueError, match=f'^"case.nii" does not hold class numbers: it has {count} different values'):
        overlay.check_classes(Labels(pixels, rescale))


def test_the_mask_is_the_value_of_the_labels_and_the_image_stays():
    image = View(np.arange(24, dtype=np.int16).reshape(2, 3, 4), planes=("acquired", "axial"))
    labels = View(np.full((2, 3, 4), 4, np.uint8), slope=0.5)
    both = overlay.Overlaid(image, labels)
    assert list(both.planes) == ["acquired"]
    cut = both.cut("acquired", 1, 1.0)
    assert (cut.mask == 2).all()
    assert cut.mask.dtype == np.uint8
    np.testing.assert_array_equal(cut.pixels, image.pixels[1])


def test_the_same_image_under_the_same_labels_is_the_same_view():
    image, labels = View(np.zeros((2, 3, 4), np.int16)), View(np.zeros((2, 3, 4), np.uint8))
    assert overlay.Overlaid(image, labels) == overlay.Overlaid(image, labels)
    assert overlay.Overlaid(image, labels) != overlay.Overlaid(image, View(labels.pixels))
    assert len({overlay.Overlaid(image, labels), overlay.Overlaid(image, labels)}) == 1
