"""Areas under ROC curves and their intervals, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn import metrics

from medcore.evaluation.intervals import Z
from medcore.evaluation.roc import auc, placements


def test_placements_by_hand():
    positive = np.array([True, True, False, False])
    share = placements(positive, np.array([0.9, 0.4, 0.4, 0.1]))
    np.testing.assert_array_equal(share, [1, 0.75, 0.75, 1])


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_area_is_that_of_scikit_learn(classes):
    rng = np.random.default_rng(classes)
    labels = rng.integers(classes, size=200)
    probabilities = rng.dirichlet(np.ones(classes), size=200).round(2) + np.eye(classes)[labels] * 0.2
    area, (low, high) = auc(labels, probabilities)
    ones = [metrics.roc_auc_score(labels == c, probabilities[:, c]) for c in range(classes)]
    assert area == pytest.approx(ones[1] if classes == 2 else np.mean(ones))
    assert low < area < high


def test_the_variance_is_delongs():
    """S10 / m + S01 / k of the paper, with the sample variances of the placements."""
    rng = np.random.default_rng(0)
    labels = np.repeat([1, 0], (30, 50))
    scores = rng.normal(labels * 1.0)
    share = placements(labels == 1, scores)
    variance = share[:30].var(ddof=1) / 30 + share[30:].var(ddof=1) / 50
    area, (low, high) = auc(labels, np.stack([-scores, scores], axis=1))
    assert high - low == pytest.approx(2 * Z * np.sqrt(variance))
    assert (low + high) / 2 == pytest.approx(area)


def test_the_interval_of_a_mean_over_classes_covers_it_about_as_often_as_it_says():
    """The truth from a large sample; 95% of 200 intervals is 190."""

    def drawn(n, seed):
        rng = np.random.default_rng(seed)
        labels = rng.integers(3, size=n)
        return labels, np.eye(3)[labels] + rng.normal(size=(n, 3))

    truth = auc(*drawn(100_000, 0))[0]
    covered = sum(low <= truth <= high for low, high in (auc(*drawn(120, seed))[1] for seed in range(1, 201)))
    assert 182 <= covered <= 198


def test_perfect_and_one_class():
    labels = np.array([0, 0, 1, 1])
    assert auc(labels, np.eye(2)[labels]) == (1.0, [1.0, 1.0])
    assert auc(np.zeros(4, int), np.ones((4, 2))) is None
