import ast

import pytest

from medcore import catalog
from medcore.labs.optimizer_mistakes import SWEEP, mistakes

EVERY = mistakes("digits", epochs=3, seed=4)


def test_every_mistake_of_the_articles_that_belongs_here():
    assert list(EVERY) == ["softmax", "descent", "mse", "rates"]


@pytest.mark.parametrize("name", EVERY)
def test_wrong_and_right_differ_and_share_the_start(name):
    mistake = EVERY[name]
    specs = [*mistake.wrong.values(), *mistake.right.values()]
    assert {spec.seed for spec in specs} == {4}
    assert {spec.training.epochs for spec in specs} == {3}
    assert {(spec.model.name, spec.data.name) for spec in specs} == {("mlp", "digits")}
    assert {s.hash for s in mistake.wrong.values()} != {s.hash for s in mistake.right.values()}
    # A label means one run: both ways can be trained together.
    assert all(mistake.wrong[label] == mistake.right[label] for label in mistake.wrong.keys() & mistake.right.keys())


@pytest.mark.parametrize("name", EVERY)
def test_the_code_is_python_and_differs(name):
    mistake = EVERY[name]
    assert ast.dump(ast.parse(mistake.wrong_code)) != ast.dump(ast.parse(mistake.right_code))


def test_the_only_difference_is_the_mistake():
    for name in ("softmax", "mse"):
        (wrong,), (right,) = EVERY[name].wrong.values(), EVERY[name].right.values()
        assert wrong.optimizer == right.optimizer
        assert right.loss.name == "cross_entropy"
    assert catalog.LOSSES[next(iter(EVERY["softmax"].wrong.values())).loss.name].mistake


def test_the_wrong_network_for_classes_gives_probabilities_and_the_right_one_logits():
    assert 'layers.Dense(10, activation="softmax")' in EVERY["mse"].wrong_code
    assert "layers.Dense(10)" in EVERY["mse"].right_code


def test_two_names_for_the_same_code_are_the_same_run():
    assert len({spec.hash for spec in EVERY["descent"].wrong.values()}) == 1
    assert [s.training.batch_size for s in EVERY["descent"].right.values()] == ["all", 1, 32]


def test_rates_are_swept_and_the_common_one_is_among_them():
    mistake = EVERY["rates"]
    assert {s.optimizer.learning_rate for s in mistake.wrong.values()} == {0.001}
    assert len(mistake.right) == len(mistake.wrong) * len(SWEEP)
    assert {s.optimizer.learning_rate for s in mistake.right.values()} == set(SWEEP)
    assert all(f"{rate:g}" in mistake.right_code for rate in SWEEP)
