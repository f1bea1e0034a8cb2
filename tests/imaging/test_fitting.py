"""How slices are fitted, and how maps find their way back."""

import numpy as np
import pytest

from medcore.imaging.fitting import Part, fit


def test_the_whole_image_keeps_its_proportions():
    found = fit((40, 80), None, (28, 28))
    assert found.taken == Part(0, 0, 40, 80)
    assert found.made == Part(7, 0, 14, 28)


def test_spacing_counts():
    """20 rows of 4 mm are as long as 80 columns of 1 mm."""
    assert fit((20, 80), (4.0, 1.0), (28, 28)).made == Part(0, 0, 28, 28)


def test_the_middle_fills_the_frame():
    found = fit((40, 80), None, (28, 28), fill=True)
    assert found.taken == Part(0, 20, 40, 40)
    assert found.made == Part(0, 0, 28, 28)


def test_frames_that_are_no_squares():
    assert fit((40, 40), None, (10, 20)).made == Part(0, 5, 10, 10)
    assert fit((40, 40), None, (10, 20), fill=True).taken == Part(10, 0, 20, 40)


@pytest.mark.parametrize("fill", [False, True])
def test_a_map_goes_back_to_where_it_came_from(fill):
    """A ramp over the image's columns is a ramp over the part of the slice that was taken."""
    found = fit((40, 80), None, (28, 28), fill=fill)
    ramp = np.tile((np.arange(56) + 0.5) / 56, (56, 1))  # of twice the resolution
    back = found.back(ramp, (40, 80))
    rows, columns = found.taken.slices
    inside = back[rows, columns]
    expected = (np.arange(found.taken.columns) + 0.5) / found.taken.columns
    np.testing.assert_allclose(inside[10, 2:-2], expected[2:-2], atol=1e-6)
    back[rows, columns] = 0
    assert not back.any()
