import pytest

from medcore import catalog
from medcore.labs import optimizers
from medcore.spec import PreparationSpec


def test_only_the_update_rule_differs():
    specs = optimizers.runs(optimizers=["momentum", "adam", "lion"], epochs=3, seed=5)
    assert list(specs) == ["Momentum", "Adam", "Lion"]
    for part in ("task", "data", "model", "loss", "training", "seed"):
        assert len({str(getattr(spec, part)) for spec in specs.values()}) == 1


def test_gradient_descent_takes_all_images_and_sgd_one():
    specs = optimizers.runs(optimizers=["gd", "sgd", "minibatch"], batch_size=64)
    assert [s.training.batch_size for s in specs.values()] == ["all", 1, 64]


def test_rates_by_optimizer_or_one_for_all():
    by_name = optimizers.runs(optimizers=["momentum", "adam"], learning_rate={"adam": 0.1})
    assert [s.optimizer.learning_rate for s in by_name.values()] == [0.01, 0.1]
    common = optimizers.runs(optimizers=["momentum", "adam"], learning_rate=0.2, weight_decay=0.01)
    assert {s.optimizer.learning_rate for s in common.values()} == {0.2}
    assert {s.optimizer.weight_decay for s in common.values()} == {0.01}


def test_delta_belongs_to_huber_alone():
    assert optimizers.runs(loss="huber", delta=0.3)["Adam"].loss.options == {"delta": 0.3}
    assert optimizers.runs(loss="mse", delta=0.3)["Adam"].loss.options == {}


def test_one_name_is_a_comparison_of_one():
    assert list(optimizers.runs(optimizers="adam")) == ["Adam"]


@pytest.mark.parametrize("names", [[], list(catalog.OPTIMIZERS)])
def test_too_few_or_too_many_are_refused(names):
    with pytest.raises(ValueError, match=r"Choose 1 to 8 optimizers\. Received: "):
        optimizers.runs(optimizers=names)


def test_own_parameters_by_optimizer():
    specs = optimizers.runs(optimizers=["momentum", "nesterov"], options={"momentum.momentum": 0.5})
    assert [s.optimizer.options for s in specs.values()] == [{"momentum": 0.5}, {"momentum": 0.9}]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"foo.momentum": 0.5}, "Optimizer must be one of"),
        ({"momentum.beta": 0.5}, "Momentum takes these options: momentum"),
    ],
)
def test_unknown_parameters_are_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        optimizers.runs(optimizers=["momentum"], options=options)


def test_all_runs_see_the_same_recipe():
    specs = optimizers.runs(preparation={"rotate.degrees": 20, "zscore": True})
    assert {str(spec.preparation) for spec in specs.values()} == {
        str(PreparationSpec({"rotate": {"degrees": 20}, "zscore": {}}))
    }
