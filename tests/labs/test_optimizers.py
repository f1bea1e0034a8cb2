import pytest

from medcore import catalog
from medcore.labs import labels, optimizers
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


def test_a_sweep_tries_every_rate_of_every_optimizer():
    specs = optimizers.runs(optimizers=["momentum", "adam"], vary="learning_rate", values=[0.001, 0.1])
    assert list(specs) == ["Momentum · 0.001", "Momentum · 0.1", "Adam · 0.001", "Adam · 0.1"]
    assert [spec.optimizer.learning_rate for spec in specs.values()] == [0.001, 0.1, 0.001, 0.1]
    assert [spec.optimizer.name for spec in specs.values()] == ["momentum", "momentum", "adam", "adam"]


def test_an_optimizer_that_is_its_batch_keeps_it_where_batches_vary():
    specs = optimizers.runs(optimizers=["gd", "sgd", "adam"], vary="batch_size", values=[8, "all"])
    assert {label: spec.training.batch_size for label, spec in specs.items()} == {
        "Gradient descent · batch all": "all",
        "SGD (batch 1) · batch 1": 1,
        "Adam · batch 8": 8,
        "Adam · batch all": "all",
    }


def test_schedules_take_the_options_that_are_their_own():
    specs = optimizers.runs(
        optimizers=["adam"], vary="schedule", schedule_options={"every": 3, "floor": 0.1}, warmup=1, epochs=5
    )
    assert list(specs) == ["Adam · Constant", "Adam · Step", "Adam · Cosine"]
    assert [spec.schedule.options for spec in specs.values()] == [{}, {"factor": 0.3, "every": 3}, {"floor": 0.1}]
    assert {spec.schedule.warmup for spec in specs.values()} == {1.0}


def test_losses_vary_without_the_mistakes_and_delta_stays_hubers():
    specs = optimizers.runs(optimizers=["adam"], vary="loss", delta=0.3)
    assert list(specs) == ["Adam · Cross-entropy", "Adam · Focal", "Adam · MSE", "Adam · Huber"]
    assert [spec.loss.options for spec in specs.values()] == [{"smoothing": 0.0}, {"gamma": 2.0}, {}, {"delta": 0.3}]


def test_seeds_repeat_every_run_and_belong_to_one_group():
    specs = optimizers.runs(optimizers=["momentum", "adam"], seed=3, seeds=2, record_path=True)
    assert list(specs) == ["Momentum · seed 3", "Momentum · seed 4", "Adam · seed 3", "Adam · seed 4"]
    assert [spec.seed for spec in specs.values()] == [3, 4, 3, 4]
    assert all(spec.training.record_path for spec in specs.values())
    assert [labels.group(label) for label in specs] == ["Momentum", "Momentum", "Adam", "Adam"]
    assert len({spec.hash for spec in specs.values()}) == 4


def test_a_group_is_the_label_without_its_seed():
    assert labels.group("Adam · 0.01 · seed 12") == "Adam · 0.01"
    assert labels.group("Adam · batch 64") == "Adam · batch 64"


@pytest.mark.parametrize("vary", [vary for vary in optimizers.VALUES if vary != "optimizer"])
def test_without_values_everything_that_can_vary_has_good_ones(vary):
    specs = optimizers.runs(optimizers=["adam"], vary=vary)
    assert len({spec.hash for spec in specs.values()}) == len(optimizers.VALUES[vary]) >= 3


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"seeds": 200}, "Seeds must be a whole number from 1 to 10. Received: 200"),
        ({"seeds": 0}, "Seeds must be a whole number from 1 to 10. Received: 0"),
        ({"vary": "colour"}, "vary must be one of optimizer, learning_rate, batch_size, schedule, loss. Received: 'co"),
        ({"vary": "learning_rate", "values": []}, "Choose at least one of the learning rates to compare. Received: no"),
        ({"vary": "loss", "values": ["foo"]}, "Loss must be one of .* Received: 'foo'"),
        ({"vary": "batch_size", "values": ["many"]}, "batch_size must be a whole number .* Received: 'many'"),
        ({"vary": "learning_rate", "values": ["fast"]}, "learning_rate must be a number .* Received: 'fast'"),
        ({"values": [1]}, "Values belong to what varies beside the optimizer: .* Received: 1"),
        ({"schedule": "step", "schedule_options": {"every": 9}}, "The schedule is longer than the run"),
        ({"schedule_options": {"foo": 9}}, "Schedules take these options: factor, every, floor. Received: 'foo'"),
        (
            {"vary": "learning_rate", "seeds": 10},
            "at most 64 runs. Received: 3 optimizers x 7 learning rates x 10 seeds",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_sentence(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        optimizers.runs(**settings)
