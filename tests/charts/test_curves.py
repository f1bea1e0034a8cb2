import numpy as np
import pandas as pd
import pytest

from medcore.charts import curves


def test_smoothing_starts_as_the_plain_mean():
    values = np.array([4.0, 0.0, 2.0, 6.0])
    np.testing.assert_allclose(curves.smoothed(values), [4, 2, 2, 3])


def test_smoothing_keeps_a_constant_and_never_leaves_the_range_of_the_values():
    np.testing.assert_allclose(curves.smoothed(np.full(500, 0.7)), 0.7)
    values = np.random.default_rng(0).uniform(2, 3, 5000)
    assert curves.smoothed(values).min() >= 2
    assert curves.smoothed(values).max() <= 3


def test_smoothing_reduces_the_noise_as_its_weights_say():
    # With the weight 1 / w of a long moving mean the variance falls to 1 / (2 w - 1), here w = 5 + t / 50 near 405.
    noise = np.random.default_rng(1).standard_normal(20_000)
    ratio = curves.smoothed(noise)[15_000:].var() / noise.var()
    assert ratio < 2 / (2 * 305 - 1)


def test_smoothing_trails_by_few_values_behind_what_falls_evenly():
    falling = -np.arange(120.0)
    assert curves.smoothed(falling)[-1] - falling[-1] < 8


def test_smoothing_looks_back_only():
    values = np.random.default_rng(2).standard_normal(300)
    np.testing.assert_array_equal(curves.smoothed(values)[:100], curves.smoothed(values[:100]))


def test_smoothing_skips_gaps_and_keeps_them():
    np.testing.assert_allclose(curves.smoothed(np.array([1.0, np.nan, 3.0])), [1, np.nan, 2])


@pytest.mark.parametrize("n", [0, 1, 2, 2000])
def test_short_curves_are_drawn_in_full(n):
    np.testing.assert_array_equal(curves.decimated(np.zeros(n)), np.arange(n))


def test_decimation_keeps_ends_peaks_and_order():
    values = np.random.default_rng(3).standard_normal(100_000)
    values[[70_001, 70_002]] = 50, -50
    kept = curves.decimated(values)
    assert len(kept) <= curves.MAX_POINTS + 2
    assert (np.diff(kept) > 0).all()
    assert {0, 70_001, 70_002, 99_999} <= set(kept.tolist())


def test_decimation_keeps_a_gap_and_what_lies_after_divergence():
    values = np.ones(10_000)
    values[4_321] = np.nan
    values[9_000:] = np.nan
    kept = curves.decimated(values)
    assert 4_321 in kept
    assert np.isnan(values[kept][kept >= 9_000]).all()
    assert kept[-1] == 9_999


def test_a_mean_is_taken_where_every_run_has_a_value():
    runs = [
        pd.DataFrame({"update": [1, 2, 3], "step": [0.1, 0.2, 0.3], "value": [1.0, 2.0, 3.0]}),
        pd.DataFrame({"update": [1, 2], "step": [0.3, 0.4], "value": [3.0, np.inf]}),
    ]
    average = curves.averaged(runs)
    assert list(average.index) == [1]
    np.testing.assert_allclose(average.loc[1], [0.2, 2.0, np.sqrt(2)])


def test_one_run_has_no_mean():
    with pytest.raises(ValueError, match=r"at least 2 runs\. Received: 1"):
        curves.averaged([pd.DataFrame()])
