import ast

import numpy as np
import pytest

from medcore.labs import transfer_mistake_findings
from medcore.labs.mistakes import Measured
from medcore.labs.transfer_mistakes import mistakes

EVERY = mistakes(epochs=3, seed=4)


@pytest.mark.parametrize("name", EVERY)
def test_wrong_and_right_share_the_start_and_the_code_differs(name):
    mistake = EVERY[name]
    specs = [*mistake.wrong.values(), *mistake.right.values()]
    assert {spec.seed for spec in specs} == {4}
    assert len({str(spec.model) for spec in specs}) == 1
    assert len({str(spec.data) for spec in specs}) == 1
    assert all(mistake.wrong[label] == mistake.right[label] for label in mistake.wrong.keys() & mistake.right.keys())
    assert ast.dump(ast.parse(mistake.wrong_code)) != ast.dump(ast.parse(mistake.right_code))


@pytest.mark.parametrize(
    ("name", "part", "what"),
    [
        ("rate", "transfer", "learning_rate"),
        ("batch_norm", "transfer", "batch_norm_trains"),
        ("target_labels", "adaptation", "choose_on_target"),
    ],
)
def test_the_only_difference_is_the_mistake(name, part, what):
    (wrong,), (right,) = (way.values() for way in (EVERY[name].wrong, EVERY[name].right))
    differing = {key for key, value in vars(wrong).items() if value != getattr(right, key) and key != "hash"}
    assert differing == {part}
    one, other = (vars(getattr(spec, part)) for spec in (wrong, right))
    assert {key for key in one if one[key] != other[key]} == {what}


def test_features_and_from_scratch_make_as_many_updates():
    specs = [*EVERY["anything"].wrong.values(), *EVERY["anything"].right.values()]
    assert [spec.task for spec in specs] == ["transfer", "transfer", "classification"]
    assert len({spec.training.epochs for spec in specs}) == 1
    assert {spec.transfer.unfrozen for spec in specs} == {0}


def measured(val_loss=(0.5, 0.9, 0.8), **result) -> Measured:
    losses = np.array(val_loss)
    test = {"accuracy": 0.8, "intervals": {"accuracy": [0.7, 0.88]}}
    return Measured(losses, losses, 1 - losses, np.empty(0), 2, losses, result={"test": test, **result})


def test_the_jump_at_the_second_stage_is_said():
    run = measured(stages=[{"epochs": 1}, {"epochs": 2}])
    first, second = transfer_mistake_findings.findings("rate", {"Fine-tuned": run}, {})
    assert "0.500 at the end of the first stage, 0.900 after one epoch of the second, 0.800 at the end" in first
    assert "test accuracy 80.0%, 95% interval 70% to 88%" in second
    (diverged, _) = transfer_mistake_findings.findings("rate", {"Fine-tuned": measured(diverged_at=73)}, {})
    assert "diverged at update 73" in diverged


def test_the_other_hospital_stands_beside_the_own():
    run = measured(source_test={"accuracy": 0.92})
    (sentence,) = transfer_mistake_findings.findings("home", {"Source only": run}, {})
    assert "92.0% of the test images at its own hospital, 80.0% at the other one: −12.0 points" in sentence


def test_what_choosing_by_target_labels_flatters():
    told = {"accuracy_by_source": 0.455, "accuracy_by_target": 0.71}
    run = measured(chosen={"by": "target", "epoch": 3}, flattery=told)
    sentences = transfer_mistake_findings.findings("target_labels", {"Chosen by the target": run}, {})
    assert "epoch 3, target accuracy 80.0%" in sentences[0]
    assert "+25.5 points" in sentences[1]
