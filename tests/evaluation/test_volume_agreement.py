import numpy as np
import pytest

from medcore.evaluation.volume_agreement import agreement


def test_limits_hold_95_percent_of_normal_differences():
    rng = np.random.default_rng(0)
    true = rng.uniform(10, 20, 20_000)
    difference = rng.normal(-1.5, 2.0, 20_000)
    found = agreement(true, true + difference)
    assert found.bias == pytest.approx(-1.5, abs=0.05)
    assert np.mean((difference >= found.low) & (difference <= found.high)) == pytest.approx(0.95, abs=0.005)


def test_by_hand():
    found = agreement(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0]))  # differences 1, 0, 2: mean 1, sd 1
    assert found == pytest.approx((1.0, 1 - 1.96, 1 + 1.96), abs=1e-4)
    assert np.isnan(agreement(np.array([1.0]), np.array([2.0]))[1:]).all()


def test_cases_with_nothing_to_measure_do_not_count():
    true, said = np.array([1.0, 2.0, 3.0, 0.0]), np.array([2.0, 2.0, 5.0, 4.0])
    empty = np.zeros(50)
    assert agreement(np.append(true, empty), np.append(said, empty)) == pytest.approx(agreement(true, said))
    assert np.isnan(agreement(empty, empty)).all()
