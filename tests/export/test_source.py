"""Medcore's own definitions as text: complete, and each before what uses it."""

import pytest

from medcore import catalog
from medcore.export import backbone_program, source

CHOICES = [c for choices in (catalog.MODELS, catalog.LOSSES, catalog.SCHEDULES) for c in choices.values()]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.label)
def test_whatever_can_be_chosen_can_be_taken(choice):
    """All names but the imports are defined before they are used at module level, or in the text at all."""
    taken = source.take(choice.target, without=backbone_program.OWN)
    name = choice.target.partition(":")[2]
    assert list(taken.code)[-1] == name
    compile("\n".join(sorted(taken.imports)) + "\n" + taken.text, name, "exec")
    assert not any("medcore" in line for line in taken.imports)


def test_what_a_definition_uses_comes_along_once():
    taken = source.take("medcore.training.losses:MeanSquaredError", "medcore.training.losses:Huber")
    assert list(taken.code) == ["_probabilities", "_one_hot", "MeanSquaredError", "Huber"]
    assert taken.imports == {"import keras", "from keras import ops", "from typing import Any"}
    assert taken.text.count("def _probabilities") == 1


def test_remarks_for_the_linter_stay_behind():
    assert "noqa" not in source.take("medcore.optimization.schedules:step").text


def test_a_constant_keeps_the_text_that_explains_it():
    text = source.take("medcore.models.cnn:cnn").text
    assert text.index('"""Pixels a side below which') > text.index("SMALLEST = 4")


def test_it_runs_and_says_the_same():
    taken = source.take("medcore.evaluation.intervals:wilson")
    names = {}
    exec("\n".join(taken.imports) + "\n" + taken.text, names)
    from medcore.evaluation.intervals import wilson

    assert names["wilson"](7, 9) == wilson(7, 9)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (["medcore.models.cnn:rnn"], r"must define rnn .* Received: a file without it"),
        (["keras.losses:Huber"], r"in a file of Medcore. Received: keras.losses"),
        (["medcore.charts.template:axis", "medcore.data.files.npz:axis"], "one definition of axis"),
    ],
)
def test_what_cannot_be_taken_is_said(targets, message):
    with pytest.raises(ValueError, match=message):
        source.take(*targets)
