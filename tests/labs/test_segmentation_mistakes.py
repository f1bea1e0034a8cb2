import ast

import numpy as np
import pytest

from medcore.labs import segmentation_mistake_findings
from medcore.labs.mistakes import Measured
from medcore.labs.segmentation_mistakes import mistakes

EVERY = mistakes(epochs=4, seed=3)


@pytest.mark.parametrize("name", EVERY)
def test_wrong_and_right_share_the_start_and_the_code_differs(name):
    mistake = EVERY[name]
    specs = [*mistake.wrong.values(), *mistake.right.values()]
    assert {spec.seed for spec in specs} == {3}
    assert {spec.task for spec in specs} == {"segment"}
    assert len({str(spec.data) for spec in specs}) == 1
    assert all(mistake.wrong[label] == mistake.right[label] for label in mistake.wrong.keys() & mistake.right.keys())
    assert ast.dump(ast.parse(mistake.wrong_code)) != ast.dump(ast.parse(mistake.right_code))


@pytest.mark.parametrize(("name", "part"), [("accuracy", "loss"), ("pooled", "model"), ("sigmoid", "loss")])
def test_the_only_difference_is_the_mistake(name, part):
    (wrong,), (right,) = (way.values() for way in (EVERY[name].wrong, EVERY[name].right))
    assert {key for key, value in vars(wrong).items() if value != getattr(right, key) and key != "hash"} == {part}


def measured(**test) -> Measured:
    losses = np.array([1.2, 0.4])
    figures = {
        "dice": 0.1,
        "pixel_accuracy": 0.991,
        "dice_whole": 0.3,
        "hd95": 11.2,
        "intervals": {"dice": [0.05, 0.15]},
    }
    result = {"test": figures | test, "baseline": {"pixel_accuracy": 0.99, "dice": 0}, "length_unit": "mm"}
    return Measured(losses, losses, losses, np.empty(0), 2, losses, result=result)


def test_accuracy_stands_beside_the_overlap_and_beside_saying_nothing():
    first, last = segmentation_mistake_findings.findings("accuracy", {"Cross-entropy": measured()}, {})
    assert first == "**Cross-entropy**: 99.1% of the pixels are right; Dice 0.100, 95% interval 0.05 to 0.15."
    assert last == "Always “background”: 99.0% of the pixels are right; Dice 0."


def test_the_borders_are_told_in_their_unit():
    (sentence,) = segmentation_mistake_findings.findings("pooled", {"Without": measured()}, {})
    assert "95% of its borders lie within 11.2 mm of the true ones" in sentence
    (without,) = segmentation_mistake_findings.findings("pooled", {"Without": measured(hd95=None)}, {})
    assert "borders" not in without


def test_the_loss_that_stays_high_is_told():
    (sentence,) = segmentation_mistake_findings.findings("sigmoid", {}, {"From logits": measured()})
    assert "loss 1.200 in the first epoch, 0.400 in the last; Dice 0.100" in sentence


def test_both_kinds_of_dice_and_who_was_left_out():
    run = measured(classes={"lesion": {"empty": 12}})
    first, second = segmentation_mistake_findings.findings("whole_batch", {"A U-Net": run}, {"A U-Net": run})
    assert "Dice 0.300 over all pixels at once, 0.100" in first
    assert "nothing was found: 12." in second


def test_a_network_that_found_nothing_and_runs_without_an_epoch_are_passed_over():
    nothing = measured(dice=None, dice_whole=None, classes={})
    for name in EVERY:
        told = segmentation_mistake_findings.findings(name, {"A": nothing}, {})
        assert not any("**A**" in sentence for sentence in told)
    unfinished = Measured(np.empty(0), np.empty(0), np.empty(0), np.empty(0), 2)
    assert segmentation_mistake_findings.findings("accuracy", {"A": unfinished}, {}) == []
