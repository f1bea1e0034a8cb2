import numpy as np
import pytest

from medcore.optimization.proximal import OPTIMIZERS, soft_threshold, walk

CURVATURE, TARGET, L1 = np.array([1.0, 2.0, 0.5]), np.array([1.0, 0.1, -2.0]), 0.4
WAYS = ("proximal", "subgradient")
LANDED = np.array([0.6, 0.0, -1.2])
"""Where curvature * (w - target)² / 2 + 0.4 |w| is least: target moved by 0.4 / curvature towards 0, and no further."""


def gradient(w):
    return CURVATURE * (w - TARGET)


def test_soft_threshold_by_hand():
    np.testing.assert_array_equal(soft_threshold(np.array([-3.0, -0.5, 0.0, 0.2, 2.0]), 0.5), [-2.5, 0, 0, 0, 1.5])


def test_soft_threshold_is_the_least_of_what_it_stands_for():
    from scipy.optimize import minimize_scalar

    for w in (-2.0, -0.1, 0.3, 0.51, 4.0):
        best = minimize_scalar(lambda to, w=w: 0.5 * abs(to) + (to - w) ** 2 / 2, bounds=(-5, 5), method="bounded")
        assert soft_threshold(w, 0.5) == pytest.approx(best.x, abs=1e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_proximal_step_lands_where_the_closed_form_says_and_the_subgradient_does_not(optimizer):
    start = np.array([-1.0, 1.0, 1.0])
    proximal, subgradient = (walk(optimizer, step, start, gradient, L1, 0.1, 600) for step in WAYS)
    np.testing.assert_allclose(proximal[-1], LANDED, atol=1e-6)
    assert (proximal[-300:, 1] == 0).all()
    assert (subgradient[-300:, 1] != 0).all()
    assert abs(subgradient[-300:, 1]).max() < 0.1


def test_without_a_penalty_both_are_the_optimizer_itself():
    for optimizer in OPTIMIZERS:
        ways = [walk(optimizer, step, [3.0, 1.0, -1.0], gradient, 0.0, 0.05, 20) for step in WAYS]
        np.testing.assert_allclose(*ways, rtol=1e-5)


def test_what_cannot_be_is_said():
    with pytest.raises(ValueError, match=r"one of minibatch, momentum, adam.*Received: lion and proximal"):
        walk("lion", "proximal", [0.0], gradient, 0.1, 0.1, 1)
