import numpy as np
import pytest

from medcore import catalog
from medcore.spec import LossSpec, ModelSpec, OptimizerSpec, RunSpec
from medcore.training import compiled
from medcore.training.epochs import order_of
from tests.training.conftest import planned

SHAPE = (12, 12, 1)


def train(spec: RunSpec, dataset, epochs: int = 2):
    """Losses, last weights and the stepper."""
    stepper = compiled.stepper(spec, SHAPE, 3, "uint8", 16, "float32", "cpu")
    data, losses = stepper.load(dataset.images, dataset.labels, np.ones(3)), []
    for epoch in range(epochs):
        order = order_of(spec.seed, epoch, len(dataset))
        stepper.epoch(data, planned(order, 16, spec.optimizer.learning_rate), lambda new, _: losses.extend(new))
    return np.asarray(losses), stepper.model.get_weights(), stepper


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(compiled, "_kept", {})


@pytest.mark.parametrize("name", ["momentum", "adagrad", "nadam", "adam"])
def test_a_used_stepper_gives_exactly_what_a_fresh_one_gives(name, splits, monkeypatch):
    spec = RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec(name, 0.01), seed=1)
    other = RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec(name, 0.2), seed=2)
    losses, weights, first = train(spec, splits["train"])
    assert not np.array_equal(train(other, splits["train"])[0], losses)
    again, weights_again, used = train(spec, splits["train"])
    assert used is first
    np.testing.assert_array_equal(again, losses)
    for a, b in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_stepper_left_amid_a_step_in_parts_is_as_new(splits, monkeypatch):
    """A run cancelled between the parts of a batch leaves no gradient behind."""
    from medcore.training import loop

    monkeypatch.setattr(loop, "PIXELS_AT_ONCE", 7 * 144)
    spec = RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec("adam"))
    losses, _, stepper = train(spec, splits["train"])
    calls = iter(range(2))

    def stop_at_the_second_part(losses, norms):
        if next(calls):
            raise InterruptedError

    data = stepper.load(splits["train"].images, splits["train"].labels, np.ones(3))
    with pytest.raises(InterruptedError):
        stepper.epoch(data, planned(np.arange(70), 16), stop_at_the_second_part)
    np.testing.assert_array_equal(train(spec, splits["train"])[0], losses)


@pytest.mark.parametrize(
    "other",
    [
        RunSpec(model=ModelSpec("mlp", {"hidden": 64})),
        RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec("adam", weight_decay=0.1)),
        RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec("adam", options={"beta_1": 0.5})),
        RunSpec(model=ModelSpec("mlp"), loss=LossSpec("huber", {"delta": 0.5})),
    ],
)
def test_what_is_compiled_in_is_not_shared(other):
    arguments = (SHAPE, 3, "uint8", 16, "float32", "cpu")
    spec = RunSpec(model=ModelSpec("mlp"))
    assert compiled.stepper(spec, *arguments) is not compiled.stepper(other, *arguments)


def test_only_the_latest_are_kept():
    specs = [RunSpec(model=ModelSpec("mlp", {"hidden": 1 + n})) for n in range(compiled.KEPT + 2)]
    steppers = [compiled.stepper(spec, SHAPE, 3, "uint8", 16, "float32", "cpu") for spec in specs]
    assert list(compiled._kept.values()) == steppers[2:]


def test_first_weights_follow_from_the_seed_alone():
    model, same = (compiled.build_model(ModelSpec("cnn"), SHAPE, 3, p, seed=5) for p in ("float32", "bfloat16"))
    other = compiled.build_model(ModelSpec("cnn"), SHAPE, 3, "float32", seed=6)
    for a, b in zip(model.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(model.get_weights()[0], other.get_weights()[0])


def test_precision_is_the_models_own_and_leaves_the_policy_as_it_was():
    import keras

    model = compiled.build_model(ModelSpec("cnn"), SHAPE, 3, "bfloat16")
    assert model.get_layer("conv1").compute_dtype == "bfloat16"
    assert model.get_layer("conv1").variable_dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def test_every_model_of_the_catalog_builds():
    for name in catalog.MODELS:
        assert compiled.build_model(ModelSpec(name), SHAPE, 3, "float32").output_shape == (None, 3)
