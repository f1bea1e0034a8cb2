"""What the runs of two hospitals say of a guess."""

import pytest

from medcore.labs import two_hospitals as lab
from medcore.labs import two_hospitals_guesses as guesses
from tests.labs.test_two_hospitals_findings import ROUND, measured

CLEAR = {**ROUND, "adabn": (0.865, 0.85, 0.86), "coral": (0.60, 0.62, 0.58), "fine_tune": (0.86, 0.86, 0.86)}


def facts(runs, home, abroad, distances):
    """Gives the runs recalls and AUCs at both places, and distances of the features by method."""
    for run in runs:
        run.result["source_test"] |= home
        run.result["test"] |= abroad
        run.result["distance"] = {"after": {"proxy_a": distances[run.method]}}
    return runs


def test_it_asks_for_the_loss_and_for_the_methods_between_the_ends():
    assert guesses.losses(lab.runs()) == list(guesses.LOSSES)
    assert guesses.methods(lab.runs()) == ["AdaBN", "Deep CORAL", "DANN", "Fine-tuned on 20 labels"]
    assert guesses.losses(lab.runs(methods=["source_only", "dann"])) == []
    assert guesses.methods(lab.runs(methods=["dann", "target"])) == []


@pytest.mark.parametrize(
    ("scores", "guess", "said"),
    [
        (ROUND, "over 30", "Right: the shift costs 44.0 percentage points (95% interval 4"),
        (ROUND, "5 to 15", "No: the shift costs 44.0 percentage points"),
        ({"source_only": (0.7, 0.8, 0.6), "target": (0.9, 0.91, 0.92)}, "15 to 30", "Right: the shift costs 21.0"),
        ({"source_only": (0.7, 0.8, 0.6), "target": (0.9, 0.91, 0.92)}, "5 to 15", "Perhaps: the shift costs 21.0"),
    ],
)
def test_the_loss_is_held_against_the_guess(scores, guess, said):
    assert guesses.lost(guess, measured(**scores)).startswith(said)


def test_an_interval_that_reaches_beyond_or_into_the_guess_is_said():
    runs = measured(source_only=(0.7, 0.8, 0.6), target=(0.9, 0.91, 0.92))
    assert guesses.lost("15 to 30", runs).endswith("the interval reaches beyond your guess.")
    assert guesses.lost("5 to 15", runs).endswith("the interval reaches into your guess.")


def test_one_seed_cannot_tell():
    runs = [run for run in measured(**CLEAR) if run.spec.seed == 1]
    for said in (guesses.lost("over 30", runs), guesses.gives_back_most("Deep CORAL", runs)):
        assert said.endswith(guesses.ONE_SEED)
    assert guesses.why_back(runs) == ""


def test_what_gives_back_most_is_not_ranked_where_it_may_be_chance():
    runs = measured(**CLEAR)
    assert guesses.gives_back_most("Deep CORAL", runs).startswith("No: Fine-tuned on 20 labels 86.0%")
    close = guesses.gives_back_most("AdaBN", runs)
    assert close.startswith("Too close to call: Fine-tuned on 20 labels 86.0%")
    assert close.endswith("and that may be chance.")
    right = guesses.gives_back_most("Fine-tuned on 20 labels", runs)
    assert right.startswith("Right on the mean, but these seeds cannot tell it from AdaBN: ")
    assert guesses.gives_back_most("DANN", runs) == ""


def test_where_nothing_comes_back_no_guess_is_right():
    runs = measured(**ROUND, coral=(0.40, 0.42, 0.41), dann=(0.3, 0.3, 0.3))
    said = guesses.gives_back_most("Deep CORAL", runs)
    assert said.startswith("None gives anything back: Deep CORAL 41.0%")
    assert guesses.why_back(runs) == ""


def test_why_is_said_by_what_was_measured():
    runs = facts(
        measured(**CLEAR),
        {"accuracy": 0.94, "auc": 0.98, "recall": {"normal": 0.9, "lesion": 0.9}},
        {"auc": 0.95, "recall": {"normal": 0.07, "lesion": 1.0}},
        dict.fromkeys(CLEAR, 1.9) | {"fine_tune": 1.1},
    )
    lost = guesses.why_lost(runs)
    assert "recognises 90% of “normal”, at the target 7%, for it takes them for “lesion”." in lost
    assert "from 0.980 to 0.950 only: the order of its scores survives the shift" in lost
    back = guesses.why_back(runs)
    assert back.startswith("Fine-tuned on 20 labels saw 20 labels of the target")
    assert back.endswith("is 1.1, by those of source only 1.9.")


def test_a_fall_of_the_order_too_is_not_called_one_of_the_threshold():
    recall = {"0": 0.9, "1": 0.9, "2": 0.9}
    runs = facts(
        measured(**ROUND),
        {"accuracy": 0.94, "auc": 0.98, "recall": recall},
        {"auc": 0.7, "recall": recall | {"1": 0.2}},
        dict.fromkeys(ROUND, 1.9),
    )
    lost = guesses.why_lost(runs)
    assert "90% of “1”, at the target 20%. Its ROC AUC fell, too, from 0.980 to 0.700" in lost
    assert guesses.why_lost(measured(source_only=(0.94, 0.93, 0.95), target=(0.95, 0.94, 0.96))) == ""
