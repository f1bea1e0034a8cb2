import numpy as np
import pandas as pd

from medcore.labs.mistakes import Measured, measured
from medcore.labs.optimizer_findings import findings
from medcore.labs.optimizer_mistakes import mistakes


def run(losses, accuracy, gradients=(), classes=10):
    losses = np.asarray(losses, float)
    return Measured(losses, losses[-2:], np.asarray(accuracy, float), np.asarray(gradients, float), classes)


def test_two_softmaxes_stand_beside_their_floor():
    twice, once = findings("softmax", {"twice": run([2.3, 1.5], [0.5, 0.9])}, {"once": run([2.3, 0.1], [0.6, 0.95])})
    assert "lowest mean training loss of an epoch is 1.5000" in twice
    assert "cannot fall below ln(e + 10 - 1) - 1 = 1.4612. Validation accuracy at the end: 90.0%" in twice
    assert "is 0.1000, and theory says it may fall to 0. Validation accuracy at the end: 95.0%" in once


def test_the_same_code_is_the_same_curve_to_the_last_digit():
    said = findings("descent", {"gd": run([2, 1.5], [0.5]), "sgd": run([2, 1.5], [0.5])}, {})
    assert said == [
        "Wrong: the training losses of the two are the same to the last digit, over 2 updates. "
        "Theory says: the same but for rounding."
    ]
    apart = findings("descent", {"gd": run([2, 1.5], [0.5]), "sgd": run([2, 1.5625], [0.5])}, {})
    assert "at most 6.2e-02 apart" in apart[0]


def test_descent_counts_updates_and_epochs():
    said = findings("descent", {}, {"gd": run([2, 1.5], [0.2, 0.3]), "sgd": run(range(2000, 0, -1), [0.9])})
    assert said == [
        "**gd**: 2 updates in 2 epochs, then a validation accuracy of 30.0%.",
        "**sgd**: 2,000 updates in 1 epoch, then a validation accuracy of 90.0%.",
    ]


def test_mse_is_told_by_accuracy_and_by_its_first_gradient():
    wrong, right = run([0.1], [0.2, 0.6], [0.05, 0.04]), run([2.3], [0.8, 0.9], [1.0, 0.5])
    said = findings("mse", {"mse": wrong}, {"ce": right})
    assert said[0] == "**mse**: validation accuracy 20.0% after the first epoch, 60.0% after 2."
    assert "MSE has a norm of 0.05, that of cross-entropy 1: 20 times as much" in said[2]
    assert len(findings("mse", {"mse": run([0.1], [0.2])}, {"ce": right})) == 2


def test_the_rankings_of_one_rate_and_of_each_ones_best():
    wrong = {"SGD · 0.001": run([1], [0.3]), "Adam · 0.001": run([1], [0.9])}
    right = wrong | {"SGD · 0.1": run([1], [0.95]), "SGD · 1": run([1], [0.1]), "Adam · 0.1": run([1], [0.2])}
    said = findings("rates", wrong, right)
    assert said[0] == (
        "At one rate for all, by validation accuracy at the end: Adam · 0.001 (90.0%), SGD · 0.001 (30.0%)."
    )
    assert said[1] == (
        "Each at the best of its rates, by validation accuracy at the end: SGD · 0.1 (95.0%), Adam · 0.001 (90.0%)."
    )
    assert said[2].startswith(
        "The ranking is another one; from the first to the last it is 60.0 points at one rate, 5.0"
    )
    same = wrong | {"Adam · 0.1": run([1], [0.2])}
    assert findings("rates", wrong, same)[2].startswith("The ranking is the same;")
    # Adam is best within the sweep, SGD at its end.
    assert said[3:] == [
        "**SGD** is best at the largest rate tried, 0.1: an even better one may lie beyond. Widen the sweep before "
        "you judge it."
    ]
    # Only one rate of each was trained, so none of them is the best of its rates.
    assert findings("rates", wrong, wrong) == said[:1]


def test_nothing_is_said_of_what_was_not_trained_or_broke_off():
    for name in mistakes("digits"):
        assert findings(name, {}, {}) == []
        assert findings(name, {"a": run([1], [])}, {"b": run([1], [])}) == []


def test_what_a_run_logged_is_found():
    rows = [(1, "train_loss", 2.0), (1, "gradient_norm/a", 3.0), (1, "gradient_norm/b", 4.0), (2, "train_loss", 1.0)]
    rows += [(2, "gradient_norm/a", 6.0), (2, "gradient_norm/b", 8.0), (2, "val_accuracy", 0.9)]
    made = measured(pd.DataFrame([*rows, (2, "epoch_train_loss", 1.5)], columns=["step", "metric", "value"]), 3)
    np.testing.assert_array_equal(made.train_loss, [2, 1])
    np.testing.assert_array_equal(made.gradients, [5, 10])
    assert (made.epoch_loss.tolist(), made.accuracy.tolist(), made.classes) == ([1.5], [0.9], 3)
    assert not len(measured(pd.DataFrame(columns=["step", "metric", "value"]), 3).gradients)
