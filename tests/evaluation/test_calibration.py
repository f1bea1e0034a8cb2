"""Reliability, Brier score, log loss and temperature, against scikit-learn, scipy and by hand."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn import metrics
from sklearn.calibration import calibration_curve

from medcore.evaluation import calibration
from tests.evaluation.judges import judged


def test_the_diagram_is_that_of_scikit_learn():
    found = judged(400, 2)
    said, happened = calibration.statements(found.probabilities, found.labels, 1)
    ours = calibration.bins(said, happened)
    there = ours.counts > 0
    shares, means = calibration_curve(happened, said, n_bins=10)
    np.testing.assert_allclose(ours.happened[there], shares)
    np.testing.assert_allclose(ours.said[there], means)
    assert ours.counts.sum() == 400
    assert ((ours.low <= ours.happened) & (ours.happened <= ours.high))[there].all()


def test_the_expected_error_by_hand():
    """Two of four at .9, one of one at .3, and a probability of exactly 1."""
    said = np.array([0.95, 0.95, 0.95, 0.95, 0.3, 1.0])
    found = calibration.bins(said, np.array([True, True, False, False, True, True]))
    assert found.counts.tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 5]
    assert found.error == pytest.approx((5 * abs(4.8 / 5 - 3 / 5) + 0.7) / 6)


@pytest.mark.parametrize("classes", [2, 5])
def test_scores_are_those_of_scikit_learn(classes):
    found = judged(200, classes)
    labels, probabilities = found.labels, found.probabilities
    assert calibration.log_loss(probabilities, labels) == pytest.approx(metrics.log_loss(labels, probabilities))
    ours = calibration.brier(probabilities, labels, 1)
    assert ours == pytest.approx(metrics.brier_score_loss(labels == 1, probabilities[:, 1]))
    singles = [calibration.brier(probabilities, labels, c) for c in range(classes)]
    assert calibration.brier(probabilities, labels, None) == pytest.approx(sum(singles))


@pytest.mark.parametrize(("classes", "knows"), [(2, 1.5), (5, 0.5), (10, 4.0)])
def test_the_temperature_is_the_one_that_scipy_finds(classes, knows):
    found = judged(500, classes, knows=knows)
    ours = calibration.best_temperature(found.val_probabilities, found.val_labels)

    def loss(temperature: float) -> float:
        return calibration.log_loss(calibration.cooled(found.val_probabilities, temperature), found.val_labels)

    theirs = minimize_scalar(loss, bounds=(calibration.COLDEST, calibration.HOTTEST), options={"xatol": 1e-7}).x
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_a_temperature_undoes_what_made_a_model_too_sure():
    rng = np.random.default_rng(0)
    fair = calibration.cooled(rng.dirichlet(np.ones(3), 20_000), 1.0)
    labels = (rng.random((len(fair), 1)) > fair.cumsum(axis=1)).sum(axis=1)
    sure = calibration.cooled(fair, 1 / 2.5)
    temperature = calibration.best_temperature(sure, labels)
    assert temperature == pytest.approx(2.5, rel=0.05)
    np.testing.assert_allclose(calibration.cooled(sure, 2.5), fair, atol=1e-9)
    before, after = (
        calibration.bins(*calibration.statements(p, labels, None)).error
        for p in (sure, calibration.cooled(sure, temperature))
    )
    assert before > 0.15
    assert after < 0.02


def test_zeros_and_a_set_without_mistakes_have_a_temperature():
    assert calibration.best_temperature(np.eye(3), np.arange(3)) <= 1.01 * calibration.COLDEST
    wrong = calibration.best_temperature(np.eye(3), np.array([1, 2, 0]))
    assert wrong >= 0.99 * calibration.HOTTEST
    assert np.isfinite(calibration.log_loss(np.eye(3), np.array([1, 2, 0])))
