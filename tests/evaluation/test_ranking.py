"""Curves over thresholds and the areas under them, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn import metrics

from medcore.evaluation.ranking import areas, curve, ranking
from tests.evaluation.judges import judged


@pytest.fixture(params=[None, 1], ids=["all different", "many equal"])
def case(request):
    found = judged(300, 3, decimals=request.param)
    return found.labels == 1, found.probabilities[:, 1]


def test_curves_are_those_of_scikit_learn(case):
    positive, scores = case
    found = curve(positive, scores)
    false_alarms, recall, thresholds = metrics.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(found.false_alarms, false_alarms)
    np.testing.assert_allclose(found.recall, recall)
    np.testing.assert_array_equal(found.thresholds, thresholds)
    precision, recall, _ = metrics.precision_recall_curve(positive, scores)
    np.testing.assert_allclose(found.precision, precision[::-1])
    np.testing.assert_allclose(found.recall, recall[::-1])


def test_areas_of_a_resample_are_those_of_scikit_learn_for_cases_that_come_so_often(case):
    positive, scores = case
    drawn = np.random.default_rng(0).integers(0, 4, (len(scores), 5))
    drawn[scores > np.quantile(scores, 0.9), 0] = 0  # the first groups are empty
    roc, precision = areas(ranking(positive, scores), drawn)
    for i, weights in enumerate(drawn.T):
        assert roc[i] == pytest.approx(metrics.roc_auc_score(positive, scores, sample_weight=weights))
        assert precision[i] == pytest.approx(metrics.average_precision_score(positive, scores, sample_weight=weights))


def test_average_precision_by_hand():
    """Positive at ranks 1, 3: (1 + 2/3) / 2."""
    once = np.ones((4, 1), int)
    _, (precision,) = areas(ranking(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1])), once)
    assert precision == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("kind", [True, False])
def test_one_kind_of_case_has_no_area_under_the_roc_curve(kind):
    roc, precision = areas(ranking(np.full(3, kind), np.array([0.1, 0.5, 0.9])), np.ones((3, 2), int))
    assert np.isnan(roc).all()
    np.testing.assert_array_equal(precision, [1, 1] if kind else [np.nan, np.nan])
