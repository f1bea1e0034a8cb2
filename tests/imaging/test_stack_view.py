import numpy as np
import pytest

from medcore.imaging.shelf import Shelf
from medcore.imaging.view import Plane
from tests.imaging.uploads import PATIENCE, png, series, volume


@pytest.fixture
def show():
    shelves = []

    def show(*files):
        shelves.append(Shelf(2**27))
        for data in files:
            shelves[-1].add("file", data)
        assert shelves[-1].wait(PATIENCE)
        (stack,) = shelves[-1].stacks()
        return shelves[-1].view(stack.id)

    yield show
    for shelf in shelves:
        shelf.close()


def test_it_is_what_the_viewer_shows(show):
    expected = volume()
    view = show(*series(expected))
    assert (view.unit, view.colour, view.inverted) == ("HU", False, False)
    assert list(view.planes) == ["acquired", "axial", "coronal", "sagittal"]
    assert all(isinstance(plane, Plane) for plane in view.planes.values())
    cut = view.cut("acquired", 3, PATIENCE)
    np.testing.assert_array_equal(cut.pixels, expected[3])
    assert (cut.slope, cut.intercept, cut.mask) == (1.0, -1024.0, None)
    assert cut.pixels.flags.c_contiguous
    np.testing.assert_array_equal(view.values(), expected.astype(np.float32) - 1024)
    assert view.nbytes == expected.nbytes
    assert view.progress() == (8, 8)


def test_planes_across_slices_of_different_rescale_are_in_the_unit(show):
    expected = volume()
    files = [
        series(expected, RescaleSlope=slope, RescaleIntercept=intercept)[z]
        for z, (slope, intercept) in enumerate([(1, -1024), (2, 5), (0.5, 0), (1, 1), (3, 3), (1, 0), (1, 0), (4, -7)])
    ]
    view = show(*files)
    values = view.values()
    np.testing.assert_allclose(values[1], expected[1] * 2.0 + 5)
    sagittal = view.cut("sagittal", 4, PATIENCE)
    assert (sagittal.slope, sagittal.intercept, sagittal.pixels.dtype) == (1.0, 0.0, np.float32)
    np.testing.assert_array_equal(sagittal.pixels, values[::-1, :, 4])
    acquired = view.cut("acquired", 1, PATIENCE)
    assert (acquired.slope, acquired.intercept) == (2.0, 5.0)


@pytest.mark.parametrize(("plane", "index"), [("acquired", 8), ("acquired", -1), ("coronal", 16), ("oblique", 0)])
def test_a_slice_that_is_not_there_is_a_sentence(show, plane, index):
    view = show(*series(volume()))
    with pytest.raises(ValueError, match=rf"There are \d+ slices in this plane\. Received: number {index + 1}"):
        view.cut(plane, index, PATIENCE)


def test_a_picture_has_one_plane_and_no_wait_is_endless(show):
    view = show(png())
    assert list(view.planes) == ["acquired"]
    assert view.cut("acquired", 0, PATIENCE).pixels.shape == (9, 9)
    view.close()
    with pytest.raises(ValueError, match="closed"):
        view.cut("acquired", 0, PATIENCE)


def test_what_is_late_is_a_timeout(show, monkeypatch):
    monkeypatch.setattr("medcore.imaging.loading.Loader._decode", lambda *_: None)
    view = show(*series(volume(2)))
    with pytest.raises(TimeoutError, match=r"within 0\.01 seconds"):
        view.cut("acquired", 1, 0.01)
    with pytest.raises(TimeoutError):
        view.pixels(0.01)
