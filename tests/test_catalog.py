import re

import pytest

from medcore import catalog

CHOICES = {
    f"{kind}.{name}": choice
    for kind in ("OPTIMIZERS", "LOSSES", "MODELS", "TASKS", "PREPARATIONS", "KNOBS")
    for name, choice in getattr(catalog, kind).items()
}


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_names_itself_and_says_what_it_is(name):
    choice = CHOICES[name]
    assert choice.label
    assert choice.note.endswith(".")
    assert re.fullmatch(r"[\w.]+:\w+", choice.target)
    for parameter in choice.parameters.values():
        if isinstance(parameter, catalog.Selection):
            assert parameter.default in parameter.values
        else:
            assert parameter.low <= parameter.default <= parameter.high
            assert not parameter.steps or parameter.default in parameter.steps
        assert parameter.help.endswith(".")


@pytest.mark.parametrize("name", CHOICES)
def test_every_target_is_there(name):
    assert callable(catalog.resolve(CHOICES[name].target))


def test_labels_are_unique_within_their_kind():
    for choices in (
        catalog.OPTIMIZERS,
        catalog.LOSSES,
        catalog.MODELS,
        catalog.TASKS,
        catalog.PREPARATIONS,
        catalog.SCHEDULES,
        catalog.KNOBS,
    ):
        assert len({c.label for c in choices.values()}) == len(choices)


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(
        ValueError, match=r"Loss must be one of cross_entropy, focal, huber, mse, softmax_twice\. Received: 'hinge'"
    ):
        catalog.choose("Loss", catalog.LOSSES, "hinge")


def test_steps_of_a_recipe_stand_in_the_order_of_the_stages_and_say_when_they_hurt():
    stages = list(catalog.STAGES)
    order = [stages.index(choice.stage) for choice in catalog.PREPARATIONS.values()]
    assert order == sorted(order)
    assert set(order) == set(range(len(stages)))
    assert all(choice.hurts.endswith(".") for choice in catalog.PREPARATIONS.values())
