import numpy as np
import pytest
from scipy import stats

from medcore.evaluation import paired_cases

NAN = np.nan


def test_means_are_over_runs_then_over_the_cases_of_each_class_then_over_classes():
    one = np.array([[1.0, 0.5], [NAN, 0.4], [NAN, NAN]])
    other = np.array([[0.0, 0.5], [0.2, 0.4], [NAN, NAN]])
    both = paired_cases.over_runs([one, other])
    np.testing.assert_allclose(both, [[0.5, 0.5], [0.2, 0.4], [NAN, NAN]])
    assert paired_cases.mean(both) == pytest.approx((0.35 + 0.45) / 2)
    assert paired_cases.mean(one) == pytest.approx((1.0 + 0.45) / 2)


def test_the_interval_of_several_classes_is_that_of_the_mean_of_their_means():
    rng = np.random.default_rng(3)
    difference = rng.normal(size=(40, 2))
    difference[8:, 1] = NAN
    found = paired_cases.ahead(difference, np.where(np.isnan(difference), NAN, 0.0))
    drawn = difference[rng.integers(40, size=(4000, 40))]
    means = np.nanmean(np.nanmean(drawn, axis=1), axis=1)
    assert found.mean == pytest.approx((difference[:, 0].mean() + difference[:8, 1].mean()) / 2)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, (0.025, 0.975))), abs=0.06)


def test_the_interval_is_that_of_scipy():
    rng = np.random.default_rng(1)
    one, other = rng.uniform(size=(60, 1)), rng.uniform(size=(60, 1))
    found = paired_cases.ahead(one, other)
    known = stats.bootstrap(((one - other)[:, 0],), np.mean, n_resamples=4000, method="percentile", rng=2)
    assert found.mean == pytest.approx(np.mean(one - other))
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval), abs=0.01)
    assert not found.certain


def test_a_small_and_steady_lead_is_certain_since_cases_are_paired():
    rng = np.random.default_rng(2)
    hard = rng.uniform(0.2, 0.9, (40, 1))
    found = paired_cases.ahead(hard + 0.02 + rng.normal(0, 0.01, (40, 1)), hard)
    assert found.certain
    assert found.low > 0


def test_cases_that_one_of_them_lacks_are_left_out_and_few_cases_have_no_interval():
    found = paired_cases.ahead(np.array([[0.9], [NAN], [0.7]]), np.array([[0.8], [0.1], [NAN]]))
    assert found.cases == 1
    assert found.mean == pytest.approx(0.1)
    assert np.isnan(found.low)
    assert not found.certain
    assert paired_cases.ahead(np.array([[NAN]]), np.array([[1.0]])).cases == 0
    with pytest.raises(ValueError, match=r"same cases. Received: 1 and 2"):
        paired_cases.ahead(np.zeros((1, 1)), np.zeros((2, 1)))
