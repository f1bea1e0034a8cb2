"""The choice of a strength, held against cases worked out by hand."""

import math

import numpy as np
import pytest

from medcore.evaluation.selection import chosen, curve, left_out, minimum, one_standard_error

NAN = math.nan
SCORES = [[0.50, 0.40, 0.42, 0.70], [0.60, 0.44, 0.46, 0.80], [0.70, 0.54, 0.55, 0.90]]
"""Means .6, .46, .4767, .8. Second column: deviations -.06, -.02, .08; sd sqrt(.0104 / 2) = .07211; error .04163."""


def test_mean_and_standard_error():
    found = curve(SCORES)
    np.testing.assert_allclose(found.mean, [0.6, 0.46, 1.43 / 3, 0.8])
    np.testing.assert_allclose(found.error[[0, 1]], [0.1 / math.sqrt(3), 0.0416333], atol=1e-6)
    np.testing.assert_allclose(found.error, np.std(SCORES, axis=0, ddof=1) / math.sqrt(3))
    assert left_out(SCORES) == ""


def test_minimum_and_one_standard_error():
    mean, error = curve(SCORES)
    assert minimum(mean) == 1
    assert one_standard_error(mean, error) == 2  # .4767 <= .46 + .0416 < .8
    assert (chosen("minimum", mean, error), chosen("one_standard_error", mean, error)) == (1, 2)


def test_the_strongest_within_the_margin_wins_even_beyond_a_bump():
    assert one_standard_error([0.40, 0.45, 0.41, 0.60], [0.02, 0.5, 0.5, 0.5]) == 2


def test_its_own_error_does_not_bring_a_worse_strength_in():
    assert one_standard_error([0.40, 0.45], [0.01, 0.5]) == 0


def test_of_equal_means_the_strongest():
    assert minimum([0.5, 0.4, 0.4, 0.6]) == 2


def test_folds_without_scores_are_left_out_and_named():
    scores = [*SCORES, [NAN] * 4, [0.60, 0.46, 0.48, math.inf]]
    found = curve(scores)
    np.testing.assert_allclose(found.mean, [0.6, 0.46, (1.43 + 0.48) / 4, 0.8])
    np.testing.assert_allclose(found.error[3], 0.1 / math.sqrt(3))
    assert left_out(scores) == "Fold 4 is left out: no scores. Fold 5 is left out at some strengths: no scores there."
    assert left_out([[NAN], [1.0], [NAN]]) == "Folds 1 and 3 are left out: no scores."


def test_strengths_without_a_score_are_not_chosen():
    mean, error = curve([[0.5, NAN, NAN], [0.6, 0.4, NAN], [0.7, 0.5, 0.1]])
    np.testing.assert_allclose(mean, [0.6, 0.45, NAN])  # the luckiest of three does not speak for all
    assert np.isnan(error[2])
    assert one_standard_error(mean, error) == 1


def test_one_fold_has_no_margin():
    mean, error = curve([[0.5, 0.4, 0.41]])
    assert np.isnan(error).all()
    assert one_standard_error(mean, error) == 1


def test_nothing_to_choose_from():
    with pytest.raises(ValueError, match="one fold or more must have a score"):
        minimum([NAN, NAN])
    with pytest.raises(ValueError, match="table of folds by strengths"):
        curve([])
