import numpy as np
import pytest
from scipy import stats

from medcore.evaluation.intervals import percentile, wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (10, 10), (1, 3), (134, 156), (533, 624)])
def test_wilson_is_scipys(successes, n):
    expected = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert wilson(successes, n) == pytest.approx([expected.low, expected.high], abs=1e-12)


def test_wilson_keeps_to_shares_and_has_none_without_cases():
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0
    assert wilson(0, 0) is None


def test_percentile_is_the_middle_95_percent_of_what_is_finite():
    values = np.append(np.arange(1001) / 1000, np.nan)
    assert percentile(values) == pytest.approx([0.025, 0.975])
    assert percentile(np.asarray([np.nan])) is None
