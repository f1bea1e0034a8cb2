"""Surfaces against numerical differences and what the literature says of their minima."""

import numpy as np
import pytest

from medcore import catalog
from medcore.optimization.surfaces import SURFACES, surface

NAMES = list(SURFACES)


def points(name: str, n: int = 200) -> np.ndarray:
    """(2, n) over the plot."""
    low, high = np.transpose(surface(name).domain)
    return np.random.default_rng(0).uniform(low, high, (n, 2)).T


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_the_slope_of_the_value(name):
    ground, (x, y), h = surface(name), points(name), 1e-5
    differences = (
        (ground.value(x + h, y) - ground.value(x - h, y)) / (2 * h),
        (ground.value(x, y + h) - ground.value(x, y - h)) / (2 * h),
    )
    np.testing.assert_allclose(ground.gradient(x, y), differences, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_and_arrays_give_the_same(name):
    ground, (x, y) = surface(name), points(name, 3)
    each = [ground.gradient(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
    np.testing.assert_allclose(np.transpose(each), ground.gradient(x, y), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_lies_lower_than_the_minima(name):
    ground = surface(name)
    for minimum in ground.minima:
        assert ground.holds(minimum)
        assert ground.value(*minimum) == pytest.approx(ground.floor, abs=1e-12)
        np.testing.assert_allclose(ground.gradient(*minimum), 0, atol=1e-10)
    low, high = np.transpose(ground.domain)
    x, y = np.meshgrid(np.linspace(low[0], high[0], 301), np.linspace(low[1], high[1], 301))
    assert ground.value(x, y).min() >= ground.floor


@pytest.mark.parametrize("name", NAMES)
def test_a_descent_begins_inside_with_a_rate_for_every_optimizer(name):
    ground = surface(name)
    assert ground.holds(ground.start)
    assert ground.rates.keys() == catalog.OPTIMIZERS.keys()
    assert ground.label == SURFACES[name]


@pytest.mark.parametrize("name", NAMES)
def test_heights_keep_the_order_of_values_and_are_finite(name):
    ground, (x, y) = surface(name), points(name)
    values = np.sort(np.append(ground.value(x, y), ground.floor))
    heights = ground.height(values)
    assert np.isfinite(heights).all()
    assert (np.diff(heights) >= 0).all()


def test_the_condition_number_is_that_of_the_curvature():
    ground, h = surface("bowl", 50.0), 1e-6
    along_x = ground.gradient(h, 0)[0] / h
    along_y = ground.gradient(0, h)[1] / h
    assert along_y / along_x == pytest.approx(50)


@pytest.mark.parametrize("condition", [0.5, 1e6, float("nan")])
def test_a_condition_number_out_of_range_is_refused(condition):
    with pytest.raises(ValueError, match=r"condition number must lie in 1 to 1000\. Received"):
        surface("bowl", condition)


def test_an_unknown_surface_is_refused():
    with pytest.raises(ValueError, match=r"must be one of bowl, .*Received: 'egg'"):
        surface("egg")
