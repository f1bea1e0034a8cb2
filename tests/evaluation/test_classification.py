import json
import time

import numpy as np
import pytest
from sklearn import metrics

from medcore.evaluation.classification import evaluate, majority, positive_class
from medcore.evaluation.intervals import wilson


def case(n: int, classes: int, seed: int = 0, skill: float = 1.0):
    """Labels and probabilities that know them a little; some probabilities are tied."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=n)
    scores = rng.normal(0, 1, (n, classes)).round(1) + skill * np.eye(classes)[labels]
    powers = np.exp(scores)
    return labels, powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 5])
def test_values_are_those_of_scikit_learn(classes):
    labels, probabilities = case(200, classes)
    predicted = probabilities.argmax(axis=1)
    result = evaluate(labels, probabilities, [f"class {i}" for i in range(classes)])
    scores = probabilities[:, 1] if classes == 2 else probabilities
    assert result["accuracy"] == pytest.approx(metrics.accuracy_score(labels, predicted))
    assert result["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(labels, predicted))
    assert result["f1_macro"] == pytest.approx(metrics.f1_score(labels, predicted, average="macro"))
    assert result["auc"] == pytest.approx(metrics.roc_auc_score(labels, scores, multi_class="ovr"))
    recalls = metrics.recall_score(labels, predicted, average=None)
    assert list(result["recall"].values()) == pytest.approx(list(recalls))
    assert result["n"] == 200


def test_hand_counted():
    """Malignant: 3 of 4 found; benign: 4 of 6."""
    labels = np.asarray([0] * 4 + [1] * 6)
    p = np.asarray([0.9, 0.8, 0.6, 0.4, 0.7, 0.55, 0.45, 0.3, 0.2, 0.1])
    result = evaluate(labels, np.stack([p, 1 - p], axis=1), ["malignant", "normal, benign"])
    assert result["accuracy"] == pytest.approx(0.7)
    assert result["balanced_accuracy"] == pytest.approx((3 / 4 + 4 / 6) / 2)
    assert result["f1_macro"] == pytest.approx((2 * 3 / (4 + 5) + 2 * 4 / (6 + 5)) / 2)
    assert result["auc"] == pytest.approx((6 + 6 + 5 + 3) / 24)
    assert (result["positive"], result["sensitivity"], result["specificity"]) == ("malignant", 3 / 4, 4 / 6)
    assert result["intervals"]["accuracy"] == wilson(7, 10)
    assert result["intervals"]["sensitivity"] == wilson(3, 4)
    assert result["intervals"]["recall normal, benign"] == wilson(4, 6)


def test_a_class_that_neither_occurs_nor_is_predicted_is_left_out():
    labels = np.asarray([0, 0, 1, 1])
    probabilities = np.asarray([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.3, 0.6, 0.1]])
    result = evaluate(labels, probabilities, ["a", "b", "c"])
    assert result["f1_macro"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert result["balanced_accuracy"] == pytest.approx((1 / 2 + 1) / 2)
    assert result["recall"]["c"] is None
    assert "recall c" not in result["intervals"]


def test_auc_needs_two_classes():
    result = evaluate(np.zeros(5, int), np.tile([0.6, 0.4], (5, 1)), ["a", "b"])
    assert result["auc"] is None
    assert "auc" not in result["intervals"]


def test_probabilities_of_a_diverged_network_have_no_metrics():
    result = evaluate(np.asarray([0, 1]), np.full((2, 2), np.nan), ["a", "b"])
    assert result["n"] == 2
    assert all(result[name] is None for name in ("accuracy", "balanced_accuracy", "auc", "f1_macro"))


@pytest.mark.parametrize("skill", [0.0, 1.0, 50.0])
def test_is_strict_json_with_ordered_intervals(skill):
    result = evaluate(*case(60, 3, skill=skill), ["a", "b", "c"])
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    for name, (low, high) in result["intervals"].items():
        value = result["recall"][name.removeprefix("recall ")] if name.startswith("recall") else result[name]
        assert low <= value <= high, name


def test_the_seed_fixes_the_bootstrap():
    labels, probabilities = case(80, 2)
    results = [evaluate(labels, probabilities, ["a", "b"], seed)["intervals"]["f1_macro"] for seed in (1, 1, 2)]
    assert results[0] == results[1] != results[2]


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """AUC of two normal distributions one apart is Phi(1/sqrt 2) = .760; 95% of 120 intervals is 114."""
    covered = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        labels = np.arange(100) % 2
        p = 1 / (1 + np.exp(-rng.normal(labels.astype(float), 1)))
        low, high = evaluate(labels, np.stack([1 - p, p], axis=1), ["a", "b"], seed)["intervals"]["auc"]
        covered += low <= 0.7602 <= high
    assert 106 <= covered <= 120


def test_bootstrap_spread_is_that_of_the_binomial_law():
    """Balanced accuracy of two classes of 400, recalls .8 and .6: its standard error in closed form."""
    labels = np.repeat([0, 1], 400)
    first = np.concatenate([np.repeat([0.9, 0.1], (320, 80)), np.repeat([0.9, 0.1], (160, 240))])
    low, high = evaluate(labels, np.stack([first, 1 - first], axis=1), ["a", "b"])["intervals"]["balanced_accuracy"]
    error = np.sqrt(0.8 * 0.2 / 400 + 0.6 * 0.4 / 400) / 2
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_ten_thousand_images_of_ten_classes_take_seconds():
    labels, probabilities = case(10_000, 10)
    start = time.process_time()
    evaluate(labels, probabilities, [str(i) for i in range(10)])
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("names", "positive"),
    [
        (("malignant", "normal, benign"), 0),
        (("normal", "pneumonia"), 1),
        (("no lesion", "lesion"), 1),
        (("Tumor", "Non-tumor"), 0),
        (("cat", "dog"), None),
        (("normal", "benign"), None),
        (("normal", "pneumonia", "covid"), None),
        (("", "disease"), None),
    ],
)
def test_positive_is_the_class_that_is_not_healthy(names, positive):
    assert positive_class(names) == positive


def test_baseline_is_the_commonest_class_of_training():
    result = majority(np.asarray([1, 1, 0]), np.asarray([0, 0, 1, 0]), ["a", "b"])
    assert result == {"accuracy": 0.25, "class": "b"}
