"""Gray values of an upload as a network learned them, one slice at a time."""

import numpy as np
import pytest

from medcore.data import neighbours
from medcore.data.turn import Turn
from medcore.inference import gray
from medcore.inference.gray import Slices
from tests.inference.conftest import upload

VALUES = np.random.default_rng(0).integers(-200, 200, (3, 4, 5)).astype(np.int16)


def test_values_become_what_the_window_says_by_the_rescale_of_each_slice():
    rescale = [[1.0, 0.0], [2.0, -10.0], [0.5, 7.0]]
    slices = Slices(upload(VALUES, rescale=rescale, turn=Turn((1, 0, 2), (True, False, True))), 1)
    expected = np.clip((VALUES * np.array(rescale)[:, :1, None] + np.array(rescale)[:, 1:, None]) / 100, 0, 1)
    assert slices.count == 4
    for index in range(4):
        np.testing.assert_allclose(slices.one(index)[..., 0], expected[:, 3 - index, ::-1], atol=1e-6)


def test_percentiles_are_of_the_whole_volume():
    slices = Slices(upload(VALUES, range=None, percentiles=(5.0, 95.0)), 1)
    assert (slices.low, slices.high) == pytest.approx(tuple(np.percentile(VALUES, (5, 95))))
    low, high = gray.percentiles(upload(np.full((2, 3, 3), 7, np.uint8), range=None, percentiles=(0.5, 99.5)))
    assert (low, high) == (7, 8)


def test_values_beyond_all_bounds_are_refused_in_a_sentence():
    values = np.array([[[-1e308, 1e308]]])
    with pytest.raises(ValueError, match="too large to be gray values"):
        Slices(upload(values, range=None, percentiles=(0.5, 99.5)), 1)


def test_what_is_no_number_is_counted_in_the_wanted_slices():
    values = np.zeros((3, 2, 2), np.float32)
    values[0, 0, 0] = values[2, 1] = np.nan
    assert gray.not_numbers(upload(values)) == 3
    assert gray.not_numbers(upload(values, turn=Turn((2, 0, 1), (True, False, False)), first=0, end=1)) == 1
    assert gray.not_numbers(upload(VALUES)) == 0


def test_what_is_no_number_is_black_and_white_can_be_black():
    values = np.array([[[np.nan, np.inf, -np.inf, 25.0]]], np.float32)
    np.testing.assert_allclose(Slices(upload(values), 1).one(0).ravel(), [0, 1, 0, 0.25])
    np.testing.assert_allclose(Slices(upload(values, inverted=True), 1).one(0).ravel(), [1, 0, 1, 0.75])


def test_colours_and_gray_stand_for_each_other():
    colours = np.zeros((1, 1, 1, 3), np.uint8) + np.array([255, 0, 51], np.uint8)
    np.testing.assert_allclose(Slices(upload(colours), 3).one(0).ravel(), [1, 0, 0.2])
    np.testing.assert_allclose(Slices(upload(colours), 1).one(0).ravel(), [0.299 + 0.2 * 0.114], atol=1e-6)
    np.testing.assert_allclose(Slices(upload(np.full((1, 1, 1), 30, np.uint8)), 3).one(0).ravel(), [0.3] * 3)


@pytest.mark.parametrize("context", [0, 1, 2])
def test_neighbours_are_those_that_were_learned(context):
    slices = Slices(upload(VALUES), 1)
    stacked = neighbours.stack(np.stack([slices.one(index) for index in range(3)]), context)
    for index in range(3):
        np.testing.assert_array_equal(slices.beside(index, context), stacked[index])
