import numpy as np
import pytest

from medcore.evaluation.extent import extent

VOLUMES = np.array([7, 7, 7, 3, 3])


def test_images_are_cases_of_their_own():
    known, unknown = extent(3, None, (0.5, 2.0), None), extent(3, None, None, None)
    assert (known.unit, known.units, known.spacing) == ("image", 3, (0.5, 2.0))
    assert (known.length_unit, known.volume_unit, known.pixel) == ("mm", "mm²", 1.0)
    assert (unknown.length_unit, unknown.volume_unit, unknown.pixel) == ("pixels", "pixels", 1.0)


def test_slices_make_up_volumes_in_millilitres():
    found = extent(5, VOLUMES, (0.5, 0.5), 4.0)
    assert (found.unit, found.units, found.spacing) == ("volume", 2, (4.0, 0.5, 0.5))
    assert (found.length_unit, found.volume_unit) == ("mm", "ml")
    assert found.pixel == pytest.approx(0.001)


@pytest.mark.parametrize(("spacing", "step"), [(None, 2.0), ((1.0, 1.0), None)])
def test_without_both_spacings_volumes_are_counted_in_voxels(spacing, step):
    found = extent(5, VOLUMES, spacing, step)
    assert (found.spacing, found.length_unit, found.volume_unit, found.pixel) == ((1, 1, 1), "pixels", "voxels", 1)


def test_a_volume_of_one_slice_keeps_its_three_axes():
    values = np.arange(5 * 4).reshape(5, 2, 2)
    of_slice = extent(1, np.array([9]), None, None)
    assert of_slice.case(values[:1], 0).shape == (1, 2, 2)
    assert extent(5, None, None, None).case(values, 1).tolist() == values[1].tolist()
    assert np.array_equal(extent(5, VOLUMES, None, None).case(values, 1), values[:3])
