"""Two places brought to the same classes, shape and range."""

from dataclasses import replace

import numpy as np
import pytest

from medcore.training import domains
from tests.training.conftest import NAMES


def test_classes_go_by_name_whatever_case_and_order(splits):
    names = ("Lower Left", " upper left", "UPPER RIGHT")
    theirs = {name: replace(part, class_names=names) for name, part in splits.items()}
    matched = domains.matched(theirs, NAMES)
    for name, part in matched.items():
        assert part.class_names == NAMES
        ours = [NAMES[label] for label in part.labels]
        assert ours == [names[label].strip().lower() for label in splits[name].labels]


def test_fewer_classes_are_taken_and_an_unseen_one_is_refused(splits):
    two = {name: replace(part, class_names=NAMES[1:], labels=part.labels % 2) for name, part in splits.items()}
    assert set(domains.matched(two, NAMES)["train"].labels) == {1, 2}
    with pytest.raises(
        ValueError, match=r"^Every class of the target .*: upper right, lower left\. Received: upper left$"
    ):
        domains.matched(splits, NAMES[1:])


def test_size_and_colour_of_bytes_and_floats():
    gray = np.full((3, 8, 4, 1), 200, np.uint8)
    colour = domains.reshaped(gray, (5, 7, 3))
    assert (colour.shape, colour.dtype) == ((3, 5, 7, 3), np.uint8)
    np.testing.assert_array_equal(colour, 200)
    red = np.zeros((2, 6, 6, 3), np.float32)
    red[..., 0] = 1
    np.testing.assert_allclose(domains.reshaped(red, (6, 6, 1)), np.full((2, 6, 6, 1), 0.299), rtol=1e-6)


def test_an_image_of_the_right_shape_is_left_as_it_is():
    images = np.random.default_rng(0).random((4, 5, 5, 1)).astype(np.float32)
    assert domains.reshaped(images, (5, 5, 1)) is images


def test_shrinking_averages_instead_of_leaving_pixels_out():
    checks = np.indices((16, 16)).sum(axis=0) % 2
    small = domains.reshaped(checks[None, ..., None].astype(np.float32), (4, 4, 1))
    np.testing.assert_allclose(small[0, 1:3, 1:3], 0.5, atol=0.02)
