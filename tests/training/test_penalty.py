"""Penalties against Keras' regularizers, and what they leave alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.regularizers import L1L2

from medcore.spec import ModelSpec, OptimizerSpec, RegularizationSpec, RunSpec
from medcore.training import compiled, loop, optimizers, penalty
from medcore.training.epochs import order_of
from medcore.training.fallback import Fit
from tests.training.conftest import planned

SHAPE, BATCH, L1, L2 = (12, 12, 1), 16, 0.003, 0.01


def spec_of(name: str = "momentum", l1: float = L1, l2: float = L2, step: str = "subgradient", **options) -> RunSpec:
    return RunSpec(
        model=ModelSpec("mlp", {"hidden": 8, **options}),
        optimizer=OptimizerSpec(name, 0.02),
        regularization=RegularizationSpec(l1, l2, step),
    )


def stepper_of(spec: RunSpec):
    return compiled.stepper(spec, SHAPE, 3, "uint8", BATCH, "float32", "cpu")


def trained(stepper, train, class_weights=(1, 1, 1), epochs: int = 2):
    """Losses and last weights."""
    data, losses = stepper.load(train.images, train.labels, np.asarray(class_weights)), []
    for epoch in range(epochs):
        stepper.epoch(data, planned(order_of(0, epoch, 70), BATCH, 0.02), lambda new, _: losses.extend(new))
    return losses, stepper.model.get_weights()


def same(ours, theirs, atol=0.0):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4 if atol else 1e-7, atol=atol)


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_updates_are_those_of_keras_regularizers(name, splits):
    """With class weights, which weigh the data and not the penalty, and a short last batch."""
    spec, weights = spec_of(name), [0.5, 2.0, 1.25]
    _, ours = trained(stepper_of(spec), splits["train"], weights)
    model = compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed)
    for kernel in penalty.kernels(model).values():
        kernel.regularizer = L1L2(L1, L2)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.build(spec.optimizer), loss)
    for epoch in range(2):
        order = order_of(0, epoch, 70)
        images, labels = splits["train"].images[order] / np.float32(255), splits["train"].labels[order]
        share = np.asarray(weights, np.float32)[labels]
        model.fit(images, labels, BATCH, shuffle=False, verbose=0, sample_weight=share)
    same(ours, model.get_weights(), 2e-5)


def test_value_is_that_of_keras_regularizers():
    kernels = [np.random.default_rng(i).normal(size=(9, 5)).astype(np.float32) for i in range(2)]
    expected = sum(float(L1L2(L1, L2)(kernel)) for kernel in kernels)
    assert penalty.value(kernels, L1, L2) == pytest.approx(expected, rel=1e-5)


def test_a_weight_at_0_is_pulled_to_neither_side():
    kernel = keras.Variable(np.float32([-1.0, 0.0, 2.0]), name="kernel")
    optimizer = optimizers.build(OptimizerSpec("minibatch", 0.1), "subgradient")
    optimizer.build([kernel])
    optimizer.strengths.assign([0.5, 0.0])
    optimizer.apply([tf.zeros(3)], [kernel])
    np.testing.assert_allclose(kernel.numpy(), [-0.95, 0.0, 1.95])


def test_kernels_alone_are_penalised():
    model = compiled.build_model(ModelSpec("cnn", {"batch_norm": 1}), SHAPE, 3, "float32")
    assert list(penalty.kernels(model)) == ["conv1", "conv2", "dense", "logits"]
    assert all(len(kernel.shape) in (2, 4) for kernel in penalty.kernels(model).values())


@pytest.mark.parametrize("step", ["subgradient", "proximal"])
def test_a_batch_in_parts_meets_the_penalty_once(step, splits, monkeypatch):
    spec = spec_of("adam", step=step)
    _, expected = trained(stepper_of(spec), splits["train"])
    monkeypatch.setattr(loop, "PIXELS_AT_ONCE", 9 * 144)
    monkeypatch.setattr(compiled, "_kept", {})
    _, weights = trained(stepper_of(spec), splits["train"])
    same(weights, expected, 1e-5)


@pytest.mark.parametrize("step", ["subgradient", "proximal"])
def test_strengths_change_without_compiling_anew(step, splits):
    """A stepper for another strength is the same one, as good as new; so is one that was told the strength."""
    weak, strong = spec_of(step=step), spec_of(l1=10 * L1, l2=0.0, step=step)
    first = stepper_of(weak)
    losses, weights = trained(first, splits["train"])
    second = stepper_of(strong)
    _, strong_weights = trained(second, splits["train"])
    assert second is first
    assert np.abs(strong_weights[0]).sum() < 0.9 * np.abs(weights[0]).sum()
    stepper_of(strong).penalise(L1, L2)
    again, weights_again = trained(first, splits["train"])
    assert again == losses
    same(weights_again, weights)
    assert first._steps.experimental_get_tracing_count() == 1


def test_without_a_penalty_the_optimizer_is_keras_own():
    stepper = stepper_of(spec_of(l1=0.0, l2=0.0))
    assert type(stepper._optimizer) is keras.optimizers.SGD
    assert stepper is not stepper_of(spec_of())
    with pytest.raises(ValueError, match=r"built for one\. Received: l1=0.5, l2=0"):
        stepper.penalise(0.5, 0.0)
    stepper.penalise(0.0, 0.0)


def test_l2_alone_goes_through_the_gradient_whatever_step_l1_would_take():
    assert optimizers.penalty_of(RegularizationSpec(0, 0.1, "proximal")) == "subgradient"
    assert optimizers.penalty_of(RegularizationSpec(0.1, 0.1, "proximal")) == "proximal"
    assert optimizers.penalty_of(RegularizationSpec(0, 0, "proximal")) is None


@pytest.mark.parametrize("step", ["subgradient", "proximal"])
def test_fit_on_other_backends_takes_the_same_steps(step, splits):
    spec = spec_of(step=step)
    losses, weights = trained(stepper_of(spec), splits["train"])
    model = compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed)
    optimizer = optimizers.build(spec.optimizer, optimizers.penalty_of(spec.regularization))
    by_fit = Fit(model, optimizer, compiled.build_loss(spec), BATCH)
    by_fit.penalise(L1, L2)
    fit_losses, fit_weights = trained(by_fit, splits["train"])
    np.testing.assert_allclose(fit_losses, losses, rtol=1e-4)
    same(fit_weights, weights, 1e-5)
    if step == "proximal":
        zeros = [int((kernel == 0).sum()) for kernel in (weights[0], fit_weights[0])]
        assert zeros[0] > 0
        assert zeros[0] == pytest.approx(zeros[1], abs=2)
