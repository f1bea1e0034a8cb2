"""A slice as a network takes it, and as it is shown with its heatmap."""

import numpy as np
import pytest

from medcore.imaging import heat_view, one_image
from medcore.imaging.covered import ALL_BYTES
from medcore.imaging.heat_view import Heat, HeatView
from medcore.imaging.view import Cut, Plane, Window
from medcore.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox():
    opened = Sandbox()
    yield opened
    opened.close()


def made(sandbox, cut, channels=1, inverted=False, fill=False, window=(100.0, 200.0)):
    plane = Plane("acquired", 1, *cut.pixels.shape[:2], None, None)
    fit = one_image.fitted(plane, (8, 8), fill)
    return one_image.make(cut, window, inverted, fit, plane.spacing, channels, sandbox)


def test_window_rescale_and_inversion(sandbox):
    """Stored 50 is 2 * 50 - 50 = 50: a quarter of the way from 0 to 200."""
    cut = Cut(np.full((8, 8), 50, np.int16), 2.0, -50.0)
    assert (made(sandbox, cut).pixels == 64).all()
    assert (made(sandbox, cut, inverted=True).pixels == 191).all()
    assert made(sandbox, cut, channels=3).pixels.shape == (8, 8, 3)


def test_what_is_left_around_and_what_is_cut_out(sandbox):
    cut = Cut(np.full((8, 16), 200, np.uint8))
    whole = made(sandbox, cut)
    assert (whole.pixels[2:6] == 255).all()
    assert not whole.pixels[[0, 1, 6, 7]].any()
    assert (made(sandbox, cut, fill=True).pixels == 255).all()
    assert whole.original == (8, 16)


def test_colour_is_told_from_gray_in_three_channels(sandbox):
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    assert made(sandbox, Cut(red)).colour
    assert (made(sandbox, Cut(red)).pixels == round(0.299 * 200)).all()
    gray = np.repeat(np.arange(64, dtype=np.uint8).reshape(8, 8, 1), 3, axis=2)
    assert not made(sandbox, Cut(gray)).colour


class Still:
    """One gray slice and its neighbour."""

    title, unit, colour, inverted, windows = "Still", "", False, False, ()
    planes = {"acquired": Plane("acquired", 2, 2, 2, None, None)}  # noqa: RUF012

    def cut(self, plane, index, seconds):
        return Cut(np.full((2, 2), index, np.uint8))


def test_the_heatmap_lies_over_its_slice_alone():
    still = Still()
    levels = heat_view.levels(np.array([[0.0, 0.39], [0.5, 1.0]]))
    assert levels.tolist() == [[0, 0], [1, 4]]
    view = HeatView(still, True, Heat("answer", "acquired", 1, levels))
    assert view.cut("acquired", 0, 1).mask is None
    np.testing.assert_array_equal(view.cut("acquired", 1, 1).mask, levels)
    assert view.windows == (ALL_BYTES,)
    assert HeatView(still, False).windows == ()
    still.windows = (Window("Lung", -600, 1500),)
    assert HeatView(still, True).windows == still.windows


def test_an_empty_map_has_no_levels():
    assert not heat_view.levels(np.full((2, 2), -1.0)).any()


def test_views_are_the_same_under_the_same_answer():
    still = Still()
    heat = Heat("answer", "acquired", 0, np.zeros((2, 2), np.uint8))
    assert HeatView(still, True, heat) == HeatView(still, True, heat)
    assert HeatView(still, True, heat) != HeatView(still, True)
    assert HeatView(still, True) != HeatView(Still(), True)
