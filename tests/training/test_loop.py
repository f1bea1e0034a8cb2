"""The compiled loop against `model.fit`: same images, same order, same losses."""

import keras
import numpy as np
import pytest

from medcore import catalog
from medcore.spec import LossSpec, ModelSpec, OptimizerSpec, RunSpec
from medcore.training import compiled, loop, optimizers
from medcore.training.epochs import order_of
from tests.training.conftest import planned

SHAPE = (12, 12, 1)
BATCH = 16
RATES = {"gd": 0.1, "sgd": 0.01, "minibatch": 0.05, "momentum": 0.02, "nesterov": 0.02}


class _StepLosses(keras.callbacks.Callback):
    """Each step's own loss from fit, which reports running means."""

    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs):
        self.losses.append(logs["loss"])
        self.model.reset_metrics()


def fit_losses(spec: RunSpec, train, batch: int, epochs: int, class_weight=None):
    """Losses and last weights of plain Keras."""
    model = compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.build(spec.optimizer), loss)
    steps = _StepLosses()
    for epoch in range(epochs):
        order = order_of(spec.seed, epoch, len(train))
        model.fit(
            train.images[order] / np.float32(255),
            train.labels[order],
            batch_size=batch,
            shuffle=False,
            verbose=0,
            callbacks=[steps],
            class_weight=class_weight,
        )
    return steps.losses, model.get_weights()


def our_losses(spec: RunSpec, train, batch: int, epochs: int, class_weights=(1, 1, 1)):
    """Losses and last weights of the loop, and the loop."""
    stepper = compiled.stepper(spec, SHAPE, 3, "uint8", batch, "float32", "cpu")
    data = stepper.load(train.images, train.labels, np.asarray(class_weights))
    losses = []
    for epoch in range(epochs):
        order = order_of(spec.seed, epoch, len(train))
        stepper.epoch(data, planned(order, batch, spec.optimizer.learning_rate), lambda new, _: losses.extend(new))
    return losses, stepper.model.get_weights(), stepper


def spec_of(name: str, model: str = "mlp", **changes) -> RunSpec:
    return RunSpec(model=ModelSpec(model), optimizer=OptimizerSpec(name, RATES.get(name)), seed=3, **changes)


@pytest.mark.parametrize("name", catalog.OPTIMIZERS)
def test_losses_are_those_of_fit(name, splits):
    """Two epochs with a short last batch (gd: all at once, sgd: one by one), every optimizer."""
    batch = {"all": 70, 1: 1, None: BATCH}[catalog.OPTIMIZERS[name].batch]
    expected, _ = fit_losses(spec_of(name), splits["train"], batch, 2)
    losses, _, _ = our_losses(spec_of(name), splits["train"], batch, 2)
    assert len(losses) == 2 * -(-70 // batch)
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    assert losses[-1] < losses[0]


def test_losses_of_convolutions_are_those_of_fit(splits):
    expected, expected_weights = fit_losses(spec_of("adam", "cnn"), splits["train"], BATCH, 2)
    losses, weights, _ = our_losses(spec_of("adam", "cnn"), splits["train"], BATCH, 2)
    np.testing.assert_allclose(losses, expected, rtol=1e-3)
    for ours, theirs in zip(weights, expected_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_class_weights_are_those_of_fit(splits):
    weights = {0: 0.5, 1: 2.0, 2: 1.25}
    expected, _ = fit_losses(spec_of("momentum"), splits["train"], BATCH, 2, weights)
    losses, _, _ = our_losses(spec_of("momentum"), splits["train"], BATCH, 2, list(weights.values()))
    np.testing.assert_allclose(losses, expected, rtol=1e-4)


def test_a_batch_in_parts_is_the_same_step(splits, monkeypatch):
    """Gradients added up over parts of 9 images give what the whole batch gives; the last one has 30 instead of 40."""
    batch = 40
    expected, expected_weights, _ = our_losses(spec_of("adam"), splits["train"], batch, 3)
    monkeypatch.setattr(loop, "PIXELS_AT_ONCE", 9 * 144)
    monkeypatch.setattr(compiled, "_kept", {})
    losses, weights, stepper = our_losses(spec_of("adam"), splits["train"], batch, 3)
    assert stepper._part == 9
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    for ours, theirs in zip(weights, expected_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_all_runs_of_a_seed_begin_with_the_same_loss(splits):
    first = {our_losses(spec_of(name), splits["train"], BATCH, 1)[0][0] for name in ("adam", "momentum", "lion")}
    assert len(first) == 1


def test_counts_what_was_right_at_its_own_step(splits):
    """With a vanishing learning rate the weights stand still, so the count is that of the model as it is."""
    spec = RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec("minibatch", 1e-30))
    train = splits["train"]
    stepper = compiled.stepper(spec, SHAPE, 3, "uint8", BATCH, "float32", "cpu")
    data = stepper.load(train.images, train.labels, np.ones(3))
    correct = stepper.epoch(data, planned(np.arange(70), BATCH, 1e-30), lambda losses, norms: None)
    logits = stepper.logits(train.images, lambda: None)
    assert correct == (logits.argmax(axis=1) == train.labels).sum()


def test_floats_and_bytes_are_the_same_image(splits):
    train = splits["train"]
    spec = spec_of("adam")
    expected, _, _ = our_losses(spec, train, BATCH, 1)
    stepper = compiled.stepper(spec, SHAPE, 3, "float32", BATCH, "float32", "cpu")
    data = stepper.load(train.images / np.float32(255), train.labels, np.ones(3))
    losses = []
    stepper.epoch(data, planned(order_of(spec.seed, 0, 70), BATCH), lambda new, _: losses.extend(new))
    np.testing.assert_allclose(losses, expected, rtol=1e-6)


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_epochs_in_one_call_with_room_for_more_and_unmeasured_are_the_same(model, splits):
    spec, train = spec_of("adam", model), splits["train"]
    expected, weights, _ = our_losses(spec, train, BATCH, 3)
    stepper = compiled.stepper(spec, SHAPE, 3, "uint8", BATCH, "float32", "cpu", measures=False)
    data, losses = stepper.load(train.images, train.labels, np.ones(3), room=100, together=3), []
    epochs = [planned(order_of(spec.seed, epoch, 70), BATCH, spec.optimizer.learning_rate) for epoch in range(3)]
    right = stepper.epochs(data, epochs, lambda new, _: losses.extend(new))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    for ours, theirs in zip(stepper.model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert 0 < right <= 210
    fewer = stepper.load(train.images[:60], train.labels[:60], np.ones(3), room=100, together=3)
    assert fewer.images.shape == data.images.shape == (100, *SHAPE)


def test_chunks_and_short_batches_need_one_trace(splits):
    _, _, stepper = our_losses(spec_of("adam", loss=LossSpec("mse")), splits["train"], BATCH, 4)
    assert stepper._steps.experimental_get_tracing_count() == 1


def test_what_the_report_raises_ends_the_epoch(splits):
    class EnoughError(Exception):
        pass

    seen = []

    def report(losses, norms):
        seen.extend(losses)
        raise EnoughError

    stepper = compiled.stepper(spec_of("adam"), SHAPE, 3, "uint8", BATCH, "float32", "cpu")
    data = stepper.load(splits["train"].images, splits["train"].labels, np.ones(3))
    with pytest.raises(EnoughError):
        stepper.epoch(data, planned(np.arange(70), BATCH), report)
    assert len(seen) == 1


def test_pace_begins_with_one_step_and_aims_at_its_target():
    pace = loop.Pace()
    assert pace.steps == 1
    pace.took(1, 2.0)
    assert pace.steps == 1
    pace.took(1, 1e-6)
    assert pace.steps == loop.GROWTH
    pace.took(3, 10.0)
    assert pace.steps == loop.GROWTH
    for _ in range(5):
        pace.took(pace.steps, pace.steps * 1e-3)
    assert pace.steps == int(loop.TARGET / 1e-3)
    for _ in range(5):
        pace.took(pace.steps, 1e-9)
    assert pace.steps == loop.CHUNK


def test_loading_compiles_and_takes_no_step(splits):
    train = splits["train"]
    stepper = compiled.stepper(spec_of("adam"), SHAPE, 3, "uint8", BATCH, "float32", "cpu")
    before = stepper.model.get_weights()
    stepper.load(train.images, train.labels, np.ones(3))
    for ours, first in zip(stepper.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, first)
