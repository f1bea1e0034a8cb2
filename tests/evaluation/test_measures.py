"""Every figure against scikit-learn, and intervals against scikit-learn's figures of resampled cases and scipy's."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from medcore.evaluation.measures import NAMES, always, measure
from medcore.evaluation.predictions import Predictions
from tests.evaluation.judges import judged


def by_scikit_learn(found: Predictions, c: int) -> dict[str, float]:
    """Figures of one class against the rest."""
    positive, said, scores = found.labels == c, found.said == c, found.probabilities[:, c]
    return {
        "accuracy": metrics.accuracy_score(found.labels, found.said),
        "balanced_accuracy": metrics.balanced_accuracy_score(found.labels, found.said),
        "sensitivity": metrics.recall_score(positive, said),
        "specificity": metrics.recall_score(~positive, ~said),
        "precision": metrics.precision_score(positive, said),
        "f1": metrics.f1_score(positive, said),
        "roc_auc": metrics.roc_auc_score(positive, scores),
        "pr_auc": metrics.average_precision_score(positive, scores),
    }


@pytest.mark.parametrize("classes", [2, 4])
def test_figures_are_those_of_scikit_learn(classes):
    found = judged(200, classes, decimals=2)
    ours = measure(found)
    theirs = {c: by_scikit_learn(found, c) for c in range(classes)}
    theirs[None] = {name: np.mean([of_class[name] for of_class in theirs.values()]) for name in NAMES}
    assert set(ours) == set(theirs)
    for which, figures in theirs.items():
        assert {name: m.value for name, m in ours[which].items()} == pytest.approx(figures)


def test_intervals_are_those_of_cases_drawn_within_their_classes():
    """The same bootstrap case by case; ends agree within what the number of resamples leaves to chance."""
    found = judged(120, 3)
    rng = np.random.default_rng(5)
    members = [np.flatnonzero(found.labels == c) for c in range(3)]
    replicates = {"roc_auc": [], "pr_auc": [], "f1": []}
    for i in range(1000):
        drawn = np.concatenate([rng.choice(of_class, len(of_class)) for of_class in members])
        positive, scores = found.labels[drawn] == 1, found.probabilities[drawn, 1]
        said = found.said[drawn] == 1
        behind = np.searchsorted(np.sort(scores[~positive]), scores[positive])
        replicates["roc_auc"].append(behind.mean() / (~positive).sum())
        replicates["f1"].append(2 * (said & positive).sum() / (said.sum() + positive.sum()))
        if i < 250:
            replicates["pr_auc"].append(metrics.average_precision_score(positive, scores))
    ours = measure(found)[1]
    for name, values in replicates.items():
        low, high = np.quantile(values, (0.025, 0.975))
        assert [ours[name].low, ours[name].high] == pytest.approx([low, high], abs=0.15 * (high - low))


def test_the_interval_of_a_share_is_that_of_scipys_bootstrap():
    found = judged(160, 2)
    hits = found.right[found.labels == 1].astype(float)
    theirs = stats.bootstrap((hits,), np.mean, n_resamples=2000, method="percentile", random_state=0)
    ours = measure(found)[1]["sensitivity"]
    assert [ours.low, ours.high] == pytest.approx(list(theirs.confidence_interval), abs=0.02)


def test_a_share_of_all_or_none_is_not_certain():
    """90 of 90 found, 100 of 100 false alarms: resamples are all alike."""
    labels = np.repeat([1, 0], [90, 100])
    ours = measure(Predictions(np.tile([0.1, 0.9], (190, 1)), labels))[1]
    ends = {name: (ours[name].low, ours[name].high) for name in NAMES}
    wilson = stats.binomtest(90, 90).proportion_ci(method="wilson")
    assert ends["sensitivity"] == pytest.approx((wilson.low, 1))
    assert ends["specificity"] == pytest.approx((0, stats.binomtest(0, 100).proportion_ci(method="wilson").high))
    accuracy = stats.binomtest(90, 190).proportion_ci(method="wilson")
    assert ends["accuracy"] == pytest.approx((accuracy.low, accuracy.high))
    assert ends["balanced_accuracy"] == ends["roc_auc"] == (None, None)
    assert ours["roc_auc"].value == 0.5


def test_the_same_seed_gives_the_same_intervals():
    found = judged(50, 2)
    assert measure(found) == measure(found)
    assert measure(found) != measure(found, seed=1)


def test_a_class_without_cases_and_an_answer_never_given_are_not_defined_and_left_out_of_the_mean():
    """Class 2 has no case, class 1 is never said."""
    probabilities = np.array([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.6, 0.3, 0.1]])
    ours = measure(Predictions(probabilities, np.array([0, 0, 1, 1])))
    for name in ("sensitivity", "roc_auc", "pr_auc"):
        assert ours[2][name] == (None, None, None)
    assert ours[2]["specificity"].value == 0.75
    assert ours[1]["precision"] == (None, None, None)
    assert ours[None]["precision"].value == pytest.approx((2 / 3 + 0) / 2)
    assert ours[None]["sensitivity"].value == pytest.approx((1 + 0) / 2)
    assert ours[None]["accuracy"].value == 0.5


def test_test_images_of_one_class_have_no_area():
    ours = measure(Predictions(np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 0])))
    assert ours[0]["roc_auc"].value is None
    assert ours[1]["sensitivity"].value is None
    assert ours[0]["sensitivity"].value == ours[0]["balanced_accuracy"].value == 0.5


def test_the_baseline_knows_nothing():
    found = judged(100, 4)
    baseline = always(found, 2)
    assert baseline[2]["sensitivity"] == 1
    assert baseline[2]["specificity"] == 0
    assert baseline[1]["precision"] is None
    for c in range(4):
        assert baseline[c]["roc_auc"] == 0.5
        assert baseline[c]["pr_auc"] == pytest.approx((found.labels == c).mean())
        assert baseline[c]["balanced_accuracy"] == 0.25
