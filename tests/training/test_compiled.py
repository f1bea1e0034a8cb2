import numpy as np
import pytest

from medcore import catalog
from medcore.models import blocks
from medcore.spec import LossSpec, ModelSpec, OptimizerSpec, RunSpec
from medcore.training import compiled
from medcore.training.epochs import order_of
from tests.training.conftest import planned

SHAPE = (12, 12, 1)
HELD_BACK = {"dropout": 0.5, "batch_norm": 1, "input_noise": 0.1}


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


@pytest.mark.parametrize("name", ["adagrad", "nadam"])
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


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_what_is_drawn_at_random_in_training_is_the_same_again(name, splits):
    """Noise and dropout begin anew with the run, and the running means of batch normalisation, too."""
    options = {key: value for key, value in HELD_BACK.items() if key in catalog.MODELS[name].parameters}
    spec = RunSpec(model=ModelSpec(name, options), seed=1)
    losses, weights, first = train(spec, splits["train"])
    again, weights_again, used = train(spec, splits["train"])
    assert used is first
    np.testing.assert_array_equal(again, losses)
    for a, b in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(train(RunSpec(model=ModelSpec(name), seed=1), splits["train"])[0], losses)


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_first_weights_are_the_same_whatever_holds_the_network_back(name):
    plain, held = (compiled.build_model(ModelSpec(name, o), SHAPE, 3, "float32", 5) for o in ({}, HELD_BACK))
    kernels = {v.path: v.numpy() for v in held.variables if v.name == "kernel"}
    assert kernels
    for variable in plain.variables:
        if variable.name == "kernel":
            np.testing.assert_array_equal(variable.numpy(), kernels[variable.path])


def test_batch_normalisation_counts_the_real_images_of_a_short_batch_alone(splits):
    """Six images in the last batch: what fills it up would shift mean and variance."""
    spec = RunSpec(model=ModelSpec("mlp", {"batch_norm": 1}), optimizer=OptimizerSpec("minibatch", 1e-30))
    _, _, stepper = train(spec, splits["train"], 1)
    ours = stepper.model.get_layer("norm").get_weights()
    plain = compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed)
    order = order_of(spec.seed, 0, 70)
    for start in range(0, 70, 16):
        plain(splits["train"].images[order[start : start + 16]] / np.float32(255), training=True)
    for a, b in zip(ours, plain.get_layer("norm").get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_batch_normalisation_of_a_batch_too_large_for_one_call_is_refused(monkeypatch):
    from medcore.training import loop

    monkeypatch.setattr(loop, "PIXELS_AT_ONCE", 5 * 144)
    monkeypatch.setattr(loop, "WHOLE", 7 * (144 + 3 * 128 + 3))  # flattened pixels, hidden units thrice, classes
    with pytest.raises(ValueError, match=r"at most 7 images of 12x12 pixels.*Received: batches of 16"):
        compiled.stepper(RunSpec(model=ModelSpec("mlp", {"batch_norm": 1})), SHAPE, 3, "uint8", 16, "float32", "cpu")


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


def test_parts_of_two_networks_alike_share_a_stepper():
    """Whatever their seeds; what is compiled in, such as which weights are trained, sets them apart."""
    spec = RunSpec(model=ModelSpec("cnn", {"batch_norm": 1, "dropout": 0.5}))
    networks = [compiled.build_model(spec.model, SHAPE, 3, "float32", seed) for seed in (1, 2)]
    parts = [blocks.split(network, 1)[1] for network in networks]
    first, second = (compiled.stepper_of(spec, part, "float32", 16, "cpu") for part in parts)
    assert second is first
    for kept, given in zip(second.model.get_weights(), parts[1].get_weights(), strict=True):
        np.testing.assert_array_equal(kept, given)
    parts[0].layers[-1].trainable = False
    assert compiled.stepper_of(spec, parts[0], "float32", 16, "cpu") is not first


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
    for name in catalog.NETWORKS:
        assert compiled.build_model(ModelSpec(name), SHAPE, 3, "float32").output_shape == (None, 3)
