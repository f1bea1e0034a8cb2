"""What is measured of each layer, against plain gradients and weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from medcore.spec import ModelSpec, OptimizerSpec, RunSpec
from medcore.training import compiled, layers, loop, optimizers
from medcore.training.course import Epoch
from medcore.training.epochs import order_of
from tests.training.test_loop import BATCH, SHAPE


def expected_norms(spec: RunSpec, train, order, batch: int) -> np.ndarray:
    """(updates, layers, 2) of an epoch, each update taken by GradientTape and the optimizer itself."""
    model = compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed)
    optimizer = optimizers.build(spec.optimizer)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rows = []
    for first in range(0, len(order), batch):
        picked = order[first : first + batch]
        with tf.GradientTape() as tape:
            value = loss(train.labels[picked], model(train.images[picked] / np.float32(255)))
        gradients = tape.gradient(value, model.trainable_variables)
        before = [np.ravel(weights) for weights in model.get_weights()]
        optimizer.apply(gradients, model.trainable_variables)
        after = [np.ravel(weights) for weights in model.get_weights()]
        gradients = [np.ravel(gradient) for gradient in gradients]
        row = []
        for kernel in range(0, len(before), 2):
            gradient, old, new = (np.concatenate(some[kernel : kernel + 2]) for some in (gradients, before, after))
            row.append([np.linalg.norm(gradient), np.linalg.norm(new - old) / np.linalg.norm(old)])
        rows.append(row)
    return np.asarray(rows)


def our_norms(spec: RunSpec, train, order, batch: int, watched) -> np.ndarray:
    stepper = compiled.stepper(spec, SHAPE, 3, "uint8", batch, "float32", "cpu")
    rates = np.full(len(watched), spec.optimizer.learning_rate, np.float32)
    epoch, norms = Epoch(order, rates, np.asarray(watched), np.zeros(len(watched), bool)), []
    data = stepper.load(train.images, train.labels, np.ones(3))
    stepper.epoch(data, epoch, lambda _, new: norms.extend(new if new is not None else ()))
    return np.asarray(norms)


@pytest.mark.parametrize(
    ("model", "optimizer", "rtol"), [("mlp", "adam", 1e-4), ("mlp", "nesterov", 1e-4), ("cnn", "adam", 1e-3)]
)
def test_norms_are_those_of_plain_keras(model, optimizer, rtol, splits):
    """The updates watched, among them the short last one, are measured one by one, whatever chunk they fall into."""
    spec = RunSpec(model=ModelSpec(model), optimizer=OptimizerSpec(optimizer), seed=3)
    order, watched = order_of(3, 0, 70), np.asarray([True, False, True, False, True])
    norms = our_norms(spec, splits["train"], order, BATCH, watched)
    expected = expected_norms(spec, splits["train"], order, BATCH)
    assert norms.shape == expected.shape
    np.testing.assert_allclose(norms[watched], expected[watched], rtol=rtol)


def test_norms_of_a_step_in_parts_are_those_of_the_whole(splits, monkeypatch):
    monkeypatch.setattr(loop, "PIXELS_AT_ONCE", 9 * 144)
    monkeypatch.setattr(compiled, "_kept", {})
    spec = RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec("adam"))
    order = np.arange(70)
    norms = our_norms(spec, splits["train"], order, 40, [True, True])
    np.testing.assert_allclose(norms, expected_norms(spec, splits["train"], order, 40), rtol=1e-4)


def test_layers_without_weights_are_left_out():
    model = compiled.build_model(ModelSpec("cnn"), SHAPE, 3, "float32")
    assert layers.trainable(model) == {"conv1": [0, 1], "conv2": [2, 3], "dense": [4, 5], "logits": [6, 7]}
