"""Paths down surfaces, against closed forms."""

import numpy as np
import pytest

from medcore.optimization.descent import FAR, Path, descend
from medcore.optimization.rules import RULES


def path(rule: str, rate: float, **differs) -> Path:
    facts = {
        "surface_name": "bowl",
        "condition": 10.0,
        "rule_name": rule,
        "options": (("learning_rate", rate),),
        "start": (-1.5, 1.0),
        "steps": 50,
        "noise": 0.0,
        "seed": 0,
    }
    return descend(**facts | differs)


def test_gradient_descent_on_a_bowl_shrinks_each_weight_by_its_own_factor():
    found = path("gd", 0.15)
    steps = np.arange(51)
    expected = np.stack([-1.5 * (1 - 0.15) ** steps, (1 - 0.15 * 10.0) ** steps], axis=1)
    np.testing.assert_allclose(found.points, expected, rtol=1e-10)
    np.testing.assert_allclose(found.values, (expected[:, 0] ** 2 + 10 * expected[:, 1] ** 2) / 2, rtol=1e-10)
    np.testing.assert_allclose(found.gradients, expected[:-1] * [1, 10], rtol=1e-10)
    assert found.diverged_at is None


@pytest.mark.parametrize(("rate", "diverges"), [(0.199, False), (0.2001, False), (0.3, True)])
def test_gradient_descent_diverges_above_two_over_the_largest_curvature(rate, diverges):
    found = path("gd", rate, steps=200)
    assert (abs(found.points[-1, 1]) > 1) == (rate > 0.2)
    assert (found.diverged_at is not None) == diverges


def test_a_path_that_diverges_ends_at_the_first_step_far_outside():
    found = path("gd", 0.3)
    # y is (-2)^t: the plot is 3.2 high
    first = next(step for step in range(50) if 2**step >= FAR * 3.2)
    assert found.diverged_at == first
    assert len(found.points) == first + 1
    assert len(found.gradients) == first


def test_what_overflows_has_diverged():
    found = path("gd", 1e300)
    assert found.diverged_at == 1
    assert np.isfinite(found.points[0]).all()


@pytest.mark.parametrize("rule", list(RULES))
def test_numbers_come_with_every_point(rule):
    found = path(rule, 0.01, steps=20)
    for series in found.numbers.values():
        assert series.shape in ((21,), (21, 2))
        assert np.isfinite(series[1:]).all()
    for name, first in RULES[rule].numbers.items():
        assert (found.numbers[name][0] == first).all()


def test_the_velocity_is_the_step_that_was_taken():
    found = path("momentum", 0.02)
    np.testing.assert_allclose(np.diff(found.points, axis=0), found.numbers["velocity"][1:], rtol=1e-9, atol=1e-12)


def test_on_the_ridge_of_the_saddle_nothing_pulls_down():
    stuck = path("gd", 0.1, surface_name="saddle", condition=None, start=(-1.5, 0.0), steps=300)
    np.testing.assert_allclose(stuck.points[-1], 0, atol=1e-10)
    escaped = path("gd", 0.1, surface_name="saddle", condition=None, start=(-1.5, 1e-3), steps=300)
    np.testing.assert_allclose(escaped.points[-1], [0, 1], atol=1e-6)


def test_noise_is_the_same_for_all_but_for_its_share():
    clean = path("minibatch", 0.01, steps=5).gradients[0]
    once = path("minibatch", 0.01, noise=0.5, steps=5).gradients[0] - clean
    np.testing.assert_allclose(path("sgd", 0.01, noise=0.5, steps=5).gradients[0] - clean, 4 * once)
    np.testing.assert_allclose(path("adam", 0.01, noise=0.5, steps=5).gradients[0] - clean, once)
    np.testing.assert_array_equal(path("gd", 0.01, noise=0.5, steps=5).gradients[0], clean)
    assert not np.allclose(path("minibatch", 0.01, noise=0.5, seed=1, steps=5).gradients[0] - clean, once)


def test_noise_spreads_a_path_as_theory_says():
    """Along one axis the stationary variance of w - η(hw + σε) is ησ² / (h(2 - ηh))."""
    found = path("minibatch", 0.1, noise=0.3, steps=20_000)
    for axis, curvature in enumerate((1.0, 10.0)):
        expected = 0.1 * 0.3**2 / (curvature * (2 - 0.1 * curvature))
        assert found.points[500:, axis].var() == pytest.approx(expected, rel=0.1)


def test_more_steps_begin_with_the_same():
    short, long = (path("adam", 0.01, noise=0.5, steps=steps) for steps in (20, 40))
    np.testing.assert_array_equal(long.points[:21], short.points)
