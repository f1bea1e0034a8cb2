"""What a test means for a patient, by hand."""

import numpy as np

from medcore.evaluation.prevalence import of_patients, predictive_values


def test_the_classic_example_of_mammography():
    """Prevalence 1%, sensitivity 80%, false alarms 9.6%: 7.8% of those called positive are ill (Eddy 1982)."""
    positive, negative = predictive_values(0.8, 0.904, np.array([0.01, 0.5]))
    np.testing.assert_allclose(positive, [0.008 / (0.008 + 0.09504), 0.4 / (0.4 + 0.048)])
    np.testing.assert_allclose(negative, [0.89496 / (0.89496 + 0.002), 0.452 / (0.452 + 0.1)])
    of = of_patients(0.8, 0.904, 0.01)
    assert of == (8, 2, 95, 895)
    assert (of.ill, of.called) == (10, 103)


def test_who_is_never_called_has_no_predictive_value():
    positive, negative = predictive_values(0.0, 1.0, np.array([0.1]))
    assert np.isnan(positive).all()
    np.testing.assert_allclose(negative, 0.9)


def test_patients_stay_as_many_whatever_is_rounded():
    rng = np.random.default_rng(0)
    for sensitivity, specificity, share in rng.random((200, 3)):
        of = of_patients(sensitivity, specificity, share)
        assert sum(of) == 1000
        assert min(of) >= 0
