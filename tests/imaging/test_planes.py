"""Planes show a patient the way radiologists look at one, whatever the direction of the slices."""

from itertools import permutations, product

import numpy as np
import pytest

from medcore.imaging.planes import cut, letters, planes
from medcore.imaging.stack import Stack


def stack_of(directions: np.ndarray, shape=(4, 5, 6), spacing=(3.0, 2.0, 1.0), regular=True, samples=1) -> Stack:
    """A stack whose slice, row and column axes point in those directions of the patient."""
    affine = np.eye(4)
    for axis, place in enumerate((2, 1, 0)):
        affine[:3, place] = directions[axis] * spacing[axis]
    return Stack(
        id="a",
        kind="dicom",
        title="",
        modality="CT",
        shape=shape,
        samples=samples,
        dtype="int16",
        unit="HU",
        places=tuple(("a", index) for index in range(shape[0])),
        rescale=np.tile((1.0, 0.0), (shape[0], 1)),
        spacing=spacing,
        affine=affine,
        regular=regular,
    )


def positions(stack: Stack) -> np.ndarray:
    """(slices, rows, columns, 3) where each pixel lies in the patient."""
    slices, rows, columns = np.indices(stack.shape)
    indices = np.stack([columns, rows, slices, np.ones(stack.shape)], axis=-1)
    return (indices @ stack.affine.T)[..., :3]


def every_direction() -> list[np.ndarray]:
    signs = [np.diag(sign) for sign in product((1.0, -1.0), repeat=3)]
    return [np.eye(3)[list(axes)] @ sign for axes in permutations(range(3)) for sign in signs]


@pytest.mark.parametrize("directions", every_direction(), ids=lambda d: "".join(letters(axis) for axis in d))
def test_radiological_whatever_the_acquisition(directions):
    stack = stack_of(directions)
    volume = positions(stack)
    found = planes(stack)
    assert list(found) == ["acquired", "axial", "coronal", "sagittal"]
    expected = {  # marks, and the direction that rows, columns and slices grow in
        "axial": (("R", "L", "A", "P"), (0, 1, 0), (1, 0, 0), (0, 0, 1)),
        "coronal": (("R", "L", "H", "F"), (0, 0, -1), (1, 0, 0), (0, 1, 0)),
        "sagittal": (("A", "P", "H", "F"), (0, 0, -1), (0, 1, 0), (1, 0, 0)),
    }
    for name, (marks, down, right, on) in expected.items():
        plane = found[name]
        images = np.stack([cut(volume, stack, name, index) for index in range(plane.slices)])
        assert images.shape == (plane.slices, plane.rows, plane.columns, 3)
        assert plane.marks == marks
        np.testing.assert_allclose(images[0, 1, 0] - images[0, 0, 0], np.array(down) * plane.spacing[0])
        np.testing.assert_allclose(images[0, 0, 1] - images[0, 0, 0], np.array(right) * plane.spacing[1])
        np.testing.assert_allclose(images[1, 0, 0] - images[0, 0, 0], np.array(on) * plane.step)


def test_the_acquired_plane_is_a_view_of_the_slices_as_stored():
    stack = stack_of(every_direction()[5])
    volume = np.arange(120).reshape(4, 5, 6)
    shown = cut(volume, stack, "acquired", 2)
    np.testing.assert_array_equal(shown, volume[2])
    assert np.shares_memory(shown, volume)
    assert np.shares_memory(cut(volume, stack, "sagittal", 2), volume)


def test_slices_that_are_no_volume_are_shown_as_acquired_only():
    assert list(planes(stack_of(np.eye(3)[::-1], regular=False))) == ["acquired"]
    assert list(planes(stack_of(np.eye(3)[::-1], shape=(1, 5, 6)))) == ["acquired"]


def test_marks_of_oblique_slices():
    assert letters(np.array([0.6, -0.8, 0.0])) == "AL"
    assert letters(np.array([0.5, -0.6, 0.62])) == "HAL"
    assert letters(np.array([0.2, 0.1, -0.97])) == "F"
    turned = np.array([[0, 0, 1.0], [-np.sin(0.5), np.cos(0.5), 0], [np.cos(0.5), np.sin(0.5), 0]])
    assert planes(stack_of(turned))["axial"].marks == ("RA", "LP", "AL", "PR")


def test_what_there_is_not():
    stack = stack_of(np.eye(3)[::-1])
    with pytest.raises(ValueError, match="from 0 to 3"):
        cut(np.zeros(stack.shape), stack, "acquired", 4)
    with pytest.raises(ValueError, match="plane must be one of"):
        cut(np.zeros(stack.shape), stack, "oblique", 0)
