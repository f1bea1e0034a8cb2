import ast

import pytest

from medcore.labs.regularization_mistakes import IMAGES, IMBALANCE, mistakes

EVERY = mistakes("digits", epochs=3, seed=4)


def test_every_mistake_of_the_articles_that_belongs_here():
    assert list(EVERY) == ["unused", "zeros", "accuracy", "best", "test_set", "decay"]


@pytest.mark.parametrize("name", EVERY)
def test_wrong_and_right_share_the_start_and_the_code_differs(name):
    mistake = EVERY[name]
    specs = [*mistake.wrong.values(), *mistake.right.values()]
    assert {spec.seed for spec in specs} == ({*range(4, 12)} if name == "test_set" else {4})
    assert {spec.training.epochs for spec in specs} == {3}
    assert len({spec.sample for spec in specs}) == 1
    assert all(mistake.wrong[label] == mistake.right[label] for label in mistake.wrong.keys() & mistake.right.keys())
    assert ast.dump(ast.parse(mistake.wrong_code)) != ast.dump(ast.parse(mistake.right_code))


def test_a_penalty_that_is_not_used_is_no_penalty():
    plain, unused = EVERY["unused"].wrong.values()
    (used,) = EVERY["unused"].right.values()
    assert plain == unused
    assert not plain.regularization
    assert used.regularization.l1 > 0


def test_the_only_difference_is_the_mistake():
    (wrong,), (right,) = (way.values() for way in (EVERY["zeros"].wrong, EVERY["zeros"].right))
    assert (wrong.regularization.l1_step, right.regularization.l1_step) == ("subgradient", "proximal")
    assert wrong.regularization.l1 == right.regularization.l1
    (wrong,), (right,) = (way.values() for way in (EVERY["best"].wrong, EVERY["best"].right))
    assert (wrong.training.weights, right.training.weights) == ("last", "best")
    assert wrong.training.patience == right.training.patience


def test_l2_of_lambda_stands_beside_a_decay_of_twice_that():
    (penalised,) = EVERY["decay"].wrong.values()
    decayed = next(iter(EVERY["decay"].right.values()))
    assert decayed.optimizer.weight_decay == 2 * penalised.regularization.l2
    assert penalised.optimizer.weight_decay == decayed.regularization.l2 == 0


@pytest.mark.parametrize(
    ("counts", "images", "imbalance"),
    [
        (None, IMAGES, IMBALANCE),
        ({"ill": 50, "well": 60}, 110, IMBALANCE),
        ({"ill": 50, "well": 5000}, IMAGES, None),  # rare as it is
        ({"ill": 4, "well": 5}, 9, None),  # too few to thin
    ],
)
def test_no_more_is_asked_for_than_there_is(counts, images, imbalance):
    every = mistakes("digits", counts=counts)
    (few,), (rare,) = every["zeros"].wrong.values(), every["accuracy"].wrong.values()
    assert few.sample.images == images
    assert rare.sample.imbalance == imbalance
    assert ("Here one image" in every["accuracy"].what) == (imbalance is not None)
