"""A layer of an answer lies over the image in every plane."""

from types import SimpleNamespace

import numpy as np

from medcore.imaging import planes, segmented_view
from medcore.imaging.segmented_view import Layer, SegmentedView
from medcore.imaging.stack import Stack
from medcore.imaging.view import Cut

STACK = Stack(
    "f1", "nifti", "", "", (3, 4, 5), 1, "uint8", "", (), np.tile([1.0, 0.0], (3, 1)), (5, 1, 1), np.eye(4), True
)
MASK = np.random.default_rng(0).integers(0, 3, (3, 4, 5), np.uint8)


def image(stack: Stack = STACK):
    def cut(plane, index, _seconds):
        return Cut(np.zeros(planes.cut(MASK, stack, plane, index).shape, np.uint8))

    there = planes.planes(stack)
    return SimpleNamespace(
        title="", unit="", colour=False, inverted=False, windows=(), planes=there, stack=stack, cut=cut
    )


def test_the_mask_is_cut_as_the_image_is():
    shown = SegmentedView(image(), Layer("mask", MASK))
    for plane in ("acquired", "axial", "coronal", "sagittal"):
        np.testing.assert_array_equal(shown.cut(plane, 1, 1).mask, planes.cut(MASK, STACK, plane, 1))
    assert SegmentedView(image()).cut("axial", 0, 1).mask is None
    assert shown.windows[0].width == 255


def test_doubt_and_probability_are_shown_in_levels():
    values = np.zeros((3, 4, 5), np.uint8)
    values[0, 0] = [0, 26, 51, 102, 153]  # standard deviations of 0, 0.051, 0.1, 0.2, 0.3
    doubt = SegmentedView(image(), segmented_view.doubt("a", values)).cut("acquired", 0, 1)
    assert doubt.mask[0].tolist() == [0, 1, 2, 3, 4]
    values[0, 0] = [12, 13, 64, 128, 192]
    probability = SegmentedView(image(), segmented_view.probability("a", values)).cut("acquired", 0, 1)
    assert probability.mask[0].tolist() == [0, 1, 2, 3, 4]


def test_another_layer_is_another_view():
    below = image()
    assert SegmentedView(below, Layer("mask", MASK)) == SegmentedView(below, Layer("mask", MASK))
    assert SegmentedView(below, Layer("mask", MASK)) != SegmentedView(below, segmented_view.doubt("mask", MASK))
