"""The abdomen of ellipses."""

import numpy as np
import pytest

from medcore.data.simulation import anatomy
from medcore.data.simulation.tomography import Geometry

AXIS = Geometry().axis


def paint(ellipses):
    """The body as it is, without a scanner: HU of every pixel."""
    return 1000 * sum(row[5] * anatomy.inside(row, AXIS) for row in ellipses) - 1000


def section(number=0, z=0.6):
    rng = np.random.default_rng(number)
    return anatomy.cut(anatomy.draw_patient(rng), z, rng)


def hu_at(image, x, y):
    return image[np.abs(AXIS - y).argmin(), np.abs(AXIS - x).argmin()]


@pytest.mark.parametrize("number", range(8))
def test_tissues_have_their_hounsfield_units(number):
    one = section(number)
    image = paint(one.ellipses)
    in_liver = image[anatomy.inside(one.liver, AXIS)]
    assert image[0, 0] == -1000
    assert np.median(in_liver) == pytest.approx(110, abs=30)
    assert image.max() > 300, "bone"
    assert (image > -300).mean() > 0.25, "the body fills a good part of the field of view"


@pytest.mark.parametrize("number", range(8))
def test_a_lesion_lies_in_the_liver_and_darkens_it(number):
    one = section(number)
    lesion = anatomy.lesion(one.liver, -80, 44, np.random.default_rng(number))
    inside = anatomy.inside(lesion, AXIS)
    assert inside.any()
    assert not (inside & ~anatomy.inside(one.liver, AXIS)).any()
    difference = paint(np.vstack([one.ellipses, lesion])) - paint(one.ellipses)
    np.testing.assert_allclose(difference[inside], -80, atol=1e-6)
    assert not difference[~inside].any()


def test_area_of_a_drawn_ellipse_is_pi_a_b():
    fine = np.linspace(-50, 50, 1001)
    row = np.array([3.0, -4.0, 30.0, 12.0, 0.6, 1.0])
    assert anatomy.inside(row, fine).sum() * 0.01 == pytest.approx(np.pi * 30 * 12, rel=0.002)


def test_organs_come_and_go_with_the_height():
    rows = {z: len(section(0, z).ellipses) for z in (0.2, 0.8)}
    kidney = [organ for organ in anatomy.ORGANS if organ.hu == 170]
    assert all(abs(0.2 - organ.z) < organ.c <= abs(0.8 - organ.z) for organ in kidney)
    assert rows[0.2] != rows[0.8]


def test_a_section_fits_on_the_detector():
    reach = max(np.hypot(row[0], row[1]) + max(row[2:4]) for n in range(40) for row in section(n).ellipses)
    assert reach < Geometry().offsets[-1]
