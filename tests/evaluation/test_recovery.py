"""Shares of a loss against the definition of Fieller's interval, by Student's t of scipy."""

import math

import numpy as np
import pytest
from scipy import stats

from medcore.evaluation import recovery

LOWER = {1: 0.47, 2: 0.485, 3: 0.46}
METHOD = {1: 0.865, 2: 0.83, 3: 0.85}
UPPER = {1: 0.91, 2: 0.945, 3: 0.89}
STEP = 1 / 200


def test_the_interval_holds_every_ratio_that_student_would_not_refuse():
    found = recovery.share(LOWER, METHOD, UPPER, STEP)
    gain = np.array([METHOD[seed] - LOWER[seed] for seed in LOWER])
    loss = np.array([UPPER[seed] - LOWER[seed] for seed in LOWER])
    ratios = np.linspace(0, 2, 20_001)
    kept = ratios[stats.ttest_1samp(gain[:, None] - ratios * loss[:, None], 0).pvalue >= 0.05]
    assert found.value == pytest.approx(gain.mean() / loss.mean())
    assert (found.low, found.high) == pytest.approx((kept[0], kept[-1]), abs=2e-4)
    assert found.seeds == 3


def test_seeds_that_agree_to_the_image_are_no_proof():
    same = recovery.share({1: 0.5, 2: 0.5}, {1: 0.7, 2: 0.7}, {1: 0.9, 2: 0.9}, STEP)
    assert same.value == pytest.approx(0.5)
    assert same.low < 0.5 < same.high


def test_without_a_certain_loss_there_are_no_bounds():
    unsure = recovery.share({1: 0.8, 2: 0.6}, {1: 0.8, 2: 0.7}, {1: 0.81, 2: 0.9}, STEP)
    assert not unsure.bounded
    assert not recovery.share({1: 0.5}, {1: 0.6}, {1: 0.9}, STEP).bounded


def test_what_makes_it_worse_has_a_share_below_nothing():
    assert recovery.share({1: 0.5}, {1: 0.4}, {1: 0.9}, STEP).value == pytest.approx(-0.25)


@pytest.mark.parametrize("upper", [{2: 0.9}, {1: 0.5}, {1: 0.4}])
def test_a_share_needs_a_loss_in_a_common_seed(upper):
    with pytest.raises(ValueError, match="A share of a loss needs a loss"):
        recovery.share({1: 0.5}, {1: 0.6}, upper, STEP)


def test_the_difference_is_taken_seed_by_seed():
    mean, low, high = recovery.difference(METHOD, LOWER, STEP)
    told = stats.ttest_rel(list(METHOD.values()), list(LOWER.values())).confidence_interval(0.95)
    assert (low, high) == pytest.approx((told.low, told.high))
    assert mean == pytest.approx(np.mean(list(METHOD.values())) - np.mean(list(LOWER.values())))
    assert math.isnan(recovery.difference({1: 0.5}, {1: 0.4}, STEP)[1])
