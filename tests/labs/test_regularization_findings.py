import numpy as np
import pandas as pd

from medcore.labs.mistakes import Measured, measured
from medcore.labs.regularization_findings import findings
from medcore.labs.regularization_mistakes import mistakes


def run(losses, accuracy, val_loss=(), penalty=(), **result):
    arrays = [np.asarray(values, float) for values in (losses, losses, accuracy)]
    return Measured(*arrays, np.empty(0), 2, np.asarray(val_loss, float), np.asarray(penalty, float), result)


def test_data_loss_and_penalty_stand_apart():
    plain, used = run([0.5, 0.1], [0.6, 0.7], [0.6, 0.9]), run([0.5, 0.3], [0.6, 0.8], [0.6, 0.5], [3, 0.25])
    said = findings("unused", {"plain": plain, "l1_lambda": plain}, {"L1": used})
    assert said[0].startswith("Wrong: the training losses of the two are the same to the last digit.")
    assert said[1] == (
        "**L1**: data loss of the last epoch 0.3000, and a penalty of 0.2500 on top, 3.0000 after the first epoch."
    )
    assert "**plain**: validation loss 0.900, training loss 0.100: a gap of 0.800. Validation accuracy 70.0%." in said


def test_zeros_are_counted():
    zeros = [{"zeros": {"share": share, "layers": {}, "weights": 2000}} for share in (0.0, 0.25)]
    said = findings("zeros", {"sub": run([1], [0.5], **zeros[0])}, {"prox": run([1], [0.5], **zeros[1])})
    assert said[0].startswith("**sub**: 0 of 2,000 weights are exactly 0 (0.0%).")
    assert said[1].startswith("**prox**: 500 of 2,000 weights are exactly 0 (25.0%).")


def test_accuracy_stands_beside_the_baseline_and_what_is_found():
    test = {"accuracy": 0.9, "balanced_accuracy": 0.5, "recall": {"well": 1.0, "ill": 0.0, "absent": None}}
    (said,) = findings("accuracy", {"plain": run([1], [0.9], test=test, baseline={"accuracy": 0.9})}, {})
    assert said == (
        "**plain**: test accuracy 90.0% where always saying the commonest class has 90.0%; balanced accuracy 50.0%, "
        "where guessing has 50.0%. Of “ill” it finds 0.0%."
    )
    diverged = run([1], [0.9], test={"accuracy": None, "recall": {}}, baseline={"accuracy": 0.9})
    assert findings("accuracy", {"plain": diverged}, {}) == []


def test_which_epoch_was_tested():
    stopped = run([1, 0.5, 0.2], [0.5, 0.7, 0.6], [0.9, 0.6, 0.8], test={"accuracy": 0.625})
    last, best, waited = findings("best", {"last": stopped}, {"best": stopped})
    assert last == (
        "**last**: tested are the weights of epoch 3, validation loss 0.800, test accuracy 62.5%. "
        "The best epoch was 2 (0.600)."
    )
    assert "tested are the weights of epoch 2, validation loss 0.600" in best
    assert waited.startswith("The test accuracies are 0.0 points apart")
    better = run([1, 0.5, 0.2], [0.5, 0.7, 0.6], [0.9, 0.6, 0.8], test={"accuracy": 0.7})
    assert (
        findings("best", {"last": stopped}, {"best": better})[-1]
        == "Testing the last weights cost 7.5 points of accuracy."
    )
    still_falling = run([1, 0.5], [0.5, 0.7], [0.9, 0.6], test={"accuracy": 0.7})
    assert len(findings("best", {"last": still_falling}, {"best": still_falling})) == 2


def test_both_ways_speak_of_the_class_that_is_rare():
    test = {"accuracy": 0.9, "balanced_accuracy": 0.5, "recall": {"well": 0.6, "ill": 0.8}}
    facts = {"baseline": {"accuracy": 0.9}, "sample": {"after": {"train": [80, 10]}}}
    said = findings("accuracy", {"plain": run([1], [0.9], test=test, **facts)}, {})
    assert said[0].endswith("Of “ill” it finds 80.0%.")


def scored(val, test):
    return run([1], [0.5], val={"accuracy": val}, test={"accuracy": test})


def test_the_luck_of_the_best_is_told():
    said = findings("test_set", {"a": scored(0.9, 0.7), "b": scored(0.8, 0.9), "c": scored(0.7, 0.8)}, {})
    assert "**b**, reported as 90.0%" in said[0]
    assert "**a**, and its test accuracy is 70.0%" in said[1]
    assert "mean test accuracy of 80.0%: the score reported wrongly is 10.0 points above" in said[2]
    assert "both choices meet" not in said[2]
    assert "both choices meet" in findings("test_set", {"a": scored(0.9, 0.9), "b": scored(0.8, 0.8)}, {})[2]


def test_l2_and_decay_are_compared_by_optimizer():
    sgd, adam, other = run([1, 0.5], [0.5]), run([1, 0.25], [0.6]), run([1, 0.75], [0.7])
    said = findings("decay", {"Adam · L2 · 0.1": adam}, {"Adam · decay · 0.2": other, "SGD · L2": sgd, "SGD · d": sgd})
    assert said[0].startswith("**Adam**: the mean training losses of an epoch of L2 and decay are at most 0.5 apart")
    assert "are the same to the last digit; validation accuracies 50.0% and 50.0%" in said[1]


def test_nothing_is_said_of_what_was_not_trained_or_broke_off():
    for name in mistakes("digits"):
        assert findings(name, {}, {}) == []
        assert findings(name, {"a · b": run([1], [])}, {"a · c": run([1], [])}) == []


def test_the_penalty_that_a_run_logged_is_found():
    rows = [(2, "penalty", 3.0), (2, "val_loss", 0.5), (2, "epoch_train_loss", 0.4), (2, "val_accuracy", 0.9)]
    made = measured(pd.DataFrame(rows, columns=["step", "metric", "value"]), 2, {"test": None})
    assert (made.penalty.tolist(), made.val_loss.tolist(), made.result) == ([3.0], [0.5], {"test": None})
