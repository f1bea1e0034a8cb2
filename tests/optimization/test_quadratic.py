import numpy as np
import pytest
from scipy.optimize import minimize

from medcore.optimization.quadratic import CURVATURE, TARGET, best_l1, best_l2, loss


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.9, 1.5, 2.0])
@pytest.mark.parametrize(("best", "penalty"), [(best_l1, lambda w: np.abs(w).sum()), (best_l2, lambda w: (w**2).sum())])
def test_nothing_is_better(best, penalty, strength):
    def total(w):
        return loss(w) + strength * penalty(w)

    found = minimize(total, [1.0, 0.3], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-12})
    np.testing.assert_allclose(best(strength), found.x, atol=1e-4)


def test_l1_has_zeros_and_l2_has_none():
    assert best_l1(0.9)[1] == 0 < best_l1(0.9)[0]
    assert (best_l1(2.0) == 0).all()
    assert (best_l2(1000.0) > 0).all()
    np.testing.assert_allclose(best_l1(0.0), TARGET)


def test_loss_of_many_weights_at_once():
    weights = np.array([[[0.0, 0.0], [1.4, 0.5]]])
    np.testing.assert_allclose(loss(weights), [[TARGET @ CURVATURE @ TARGET / 2, 0.0]])
