"""What the transfer lab's runs say of a guess."""

import pytest

from medcore.labs import transfer as lab
from medcore.labs import transfer_guesses as guesses
from medcore.labs.labels import family
from medcore.labs.score_curves import Measured

LEARNED = {"source": "set", "trainable": 130, "pretrained": {"images": 700, "val_accuracy": 0.97}}


def ended(accuracy, seeds=5, asked=None, **result) -> list[Measured]:
    """Runs whose balanced accuracy is `accuracy(line, images, seed)`; of the settings `asked` for."""
    runs = []
    for label, spec in lab.runs(seeds=seeds, **asked or {}).items():
        measured = {"test": {"n": 1000, "balanced_accuracy": accuracy(family(label), lab.images_of(spec), spec.seed)}}
        measured["parameters"] = 84_546
        if spec.task == "transfer":
            measured["transfer"] = LEARNED | {"trainable": 84_226 if spec.transfer.unfrozen else 130}
        runs.append(Measured(label, spec, measured | result))
    return runs


def falling_behind(line, images, seed):
    """From scratch catches up with 200 images; the other two are alike."""
    from_scratch = {20: 0.6, 50: 0.8, 200: 0.92}
    return (from_scratch[images] if line == "From scratch" else 0.9) + 0.001 * ((seed * (1 + len(line))) % 3)


def test_it_asks_of_the_lines_and_the_numbers_of_images():
    specs = lab.runs()
    assert guesses.fewest(specs) == "20 images"
    assert guesses.lines(specs) == ["Frozen features", "Fine-tuned 2 blocks", "From scratch"]
    assert guesses.catching_up(specs) == ["20 images", "50 images", "200 images", "not even 200 images"]


@pytest.mark.parametrize("settings", [{"ways": ["frozen", "fine_tuned"]}, {"ways": ["scratch"]}, {"images": [20]}])
def test_where_nothing_can_be_caught_up_with_nobody_is_asked(settings):
    assert guesses.catching_up(lab.runs(**settings)) == []


def test_a_wrong_guess_is_told_by_how_much_and_why():
    runs = ended(falling_behind)
    assert guesses.ahead("From scratch", runs).startswith("No: ")
    assert guesses.ahead("From scratch", runs).endswith("your guess 60.1%.")
    title, reason = guesses.why("From scratch", runs)
    assert title.endswith("came out ahead of From scratch")
    assert "84,546 parameters had to be learned from 20 images" in reason
    assert "700 images elsewhere had taught it (97.0% of" in reason


def test_the_small_network_beside_a_deep_one_has_learned_nothing_before():
    deep = {"model": "mobilenetv2", "source": "imagenet", "ways": list(lab.WAYS), "size": 96}
    worst = "Small CNN from scratch"
    runs = ended(lambda line, *_: 0.5 if line == worst else 0.6 if "scratch" in line else 0.9, asked=deep)
    title, reason = guesses.why(None, runs)
    assert title == f"Why Frozen features came out ahead of {worst}"
    assert reason.startswith(f"{worst} 84,546 parameters had to be learned from 20 images.")
    alone = [run for run in runs if "scratch" in run.line]
    assert "Both began from random weights: From scratch learned" in guesses.why(None, alone)[1]


def test_what_may_be_chance_is_called_so_and_has_no_reason():
    runs = ended(lambda line, images, seed: 0.7 + 0.1 * (-1) ** (seed + len(line)))
    said = {line: guesses.ahead(line, runs) for line in guesses.lines({run.label: run.spec for run in runs})}
    assert sorted(text.partition(":")[0] for text in said.values()) == ["Right", *["Too close to call"] * 2]
    assert any("but these seeds cannot tell it from" in text for text in said.values())
    assert guesses.why("From scratch", runs) == ("", "")


def test_harm_and_few_frozen_weights_have_reasons_of_their_own():
    order = {"From scratch": 0.9, "Fine-tuned 2 blocks": 0.8, "Frozen features": 0.6}
    runs = ended(lambda line, images, seed: order[line] + 0.001 * (seed % 2))
    _, reason = guesses.why("Frozen features", runs)
    assert "changed 130 parameters, from scratch 84,546: what was learned elsewhere does not fit" in reason
    known = [run for run in runs if run.line != "From scratch"]
    _, reason = guesses.why(None, known)
    assert reason.startswith("Fine-tuned 2 blocks changed 84,226 parameters, Frozen features 130")


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        ("200 images", "Right. On average it has caught up with 200 images: from scratch 92."),
        ("50 images", "No. On average it has caught up with 200 images"),
        ("not even 200 images", "No. On average it has caught up"),
        ("a thousand", ""),
    ],
)
def test_where_it_caught_up(guess, said):
    assert guesses.caught_up(guess, ended(falling_behind)).startswith(said)
    assert bool(guesses.caught_up(guess, ended(falling_behind))) == bool(said)


def test_where_intervals_overlap_other_answers_are_not_ruled_out():
    def accuracy(line, images, seed):
        if images == 20:
            return 0.6 if line == "From scratch" else 0.9
        return 0.9 + (0.05 * (-1) ** seed if line == "From scratch" else 0.02)

    runs = ended(accuracy)
    assert guesses.caught_up("20 images", runs).startswith("No. On average not even 200 images are enough")
    assert guesses.caught_up("50 images", runs).endswith("But these seeds cannot rule out your guess.")
    right = guesses.caught_up("not even 200 images", runs)
    assert right.startswith("Right. ")
    assert right.endswith("But these seeds cannot rule out: 50 images, 200 images.")


def test_one_seed_cannot_tell():
    runs = ended(falling_behind, seeds=1)
    for said in (guesses.ahead("From scratch", runs), guesses.caught_up("200 images", runs)):
        assert said.endswith(guesses.ONE_SEED)
    assert guesses.why("From scratch", runs) == ("", "")


def test_runs_of_other_labs_say_nothing():
    assert guesses.ahead("From scratch", []) == guesses.caught_up("20 images", []) == ""
