import numpy as np
import pytest
from scipy import stats

from medcore.evaluation import paired_cases

NAN = np.nan


def test_a_case_counts_once_whatever_classes_and_runs_it_has():
    one = np.array([[1.0, 0.5], [NAN, 0.4], [NAN, NAN]])
    other = np.array([[0.0, 0.5], [0.2, 0.4], [NAN, NAN]])
    np.testing.assert_allclose(paired_cases.by_case([one, other]), [0.5, 1 / 3, NAN])


def test_the_interval_is_that_of_scipy():
    rng = np.random.default_rng(1)
    one, other = rng.uniform(size=60), rng.uniform(size=60)
    found = paired_cases.ahead(one, other)
    known = stats.bootstrap((one - other,), np.mean, n_resamples=4000, method="percentile", rng=2)
    assert found.mean == pytest.approx(np.mean(one - other))
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval), abs=0.01)
    assert not found.certain


def test_a_small_and_steady_lead_is_certain_since_cases_are_paired():
    rng = np.random.default_rng(2)
    hard = rng.uniform(0.2, 0.9, 40)
    found = paired_cases.ahead(hard + 0.02 + rng.normal(0, 0.01, 40), hard)
    assert found.certain
    assert found.low > 0


def test_cases_that_one_of_them_lacks_are_left_out_and_few_cases_have_no_interval():
    found = paired_cases.ahead(np.array([0.9, NAN, 0.7]), np.array([0.8, 0.1, NAN]))
    assert found.cases == 1
    assert found.mean == pytest.approx(0.1)
    assert np.isnan(found.low)
    assert not found.certain
    assert paired_cases.ahead(np.array([NAN]), np.array([1.0])).cases == 0
    with pytest.raises(ValueError, match=r"same cases. Received: 1 and 2"):
        paired_cases.ahead(np.zeros(1), np.zeros(2))
