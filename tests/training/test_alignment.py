"""CORAL against closed forms, DANN's reversed gradient against the one that it turns round."""

import math

import numpy as np
import pytest
import tensorflow as tf

from medcore.spec import ModelSpec, RunSpec
from medcore.training import compiled, loop
from medcore.training.alignment import (
    Alignment,
    Reversal,
    classifier,
    coral,
    feature_layer,
    features_of,
    reversal_strength,
)

SHAPE, CLASSES = (6, 6, 1), 3


@pytest.fixture
def model():
    return compiled.build_model(ModelSpec("mlp", {"hidden": 5}), SHAPE, CLASSES, "float32", 1)


@pytest.fixture
def images():
    return np.random.default_rng(0).random((8, *SHAPE)).astype(np.float32)


def test_coral_by_hand():
    """Covariances diag(2, 0) and diag(0, 2): the sum of squares is 8, over 4 * 2²."""
    across, along = np.array([[1.0, 0], [-1, 0]]), np.array([[0.0, 1], [0, -1]])
    assert float(coral(across, along)) == pytest.approx(8 / 16)
    assert float(coral(across, across + 7)) == pytest.approx(0, abs=1e-12)


def test_coral_is_that_of_numpys_covariances():
    rng = np.random.default_rng(1)
    source, target = rng.normal(size=(20, 4)), rng.normal(size=(30, 4)) @ rng.normal(size=(4, 4))
    expected = np.square(np.cov(source.T) - np.cov(target.T)).sum() / (4 * 4**2)
    assert float(coral(source, target)) == pytest.approx(expected)


@pytest.mark.parametrize(("progress", "strength"), [(0, 0), (0.1, 0.46212), (0.5, 0.98661), (1, 0.99991)])
def test_schedule_of_the_paper(progress, strength):
    assert float(reversal_strength(np.float32(progress))) == pytest.approx(strength, abs=1e-5)


def test_reversal_passes_on_and_turns_round():
    layer = Reversal(weight=0.5, updates=4)
    layer.done.assign(1)
    x = tf.constant([[1.0, -2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
        loss = tf.reduce_sum(3 * y)
    strength = 0.5 * (2 / (1 + math.exp(-2.5)) - 1)
    np.testing.assert_allclose(y, x, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(loss, x), [[-3 * strength] * 2], rtol=1e-6)
    assert float(layer.done) == 2
    np.testing.assert_array_equal(layer(x, training=False), x)
    assert float(layer.done) == 2


def test_dann_moves_the_domain_layers_down_and_the_features_up_the_domain_loss(model, images):
    network = Alignment("dann", 2.0, 10).wrapped(model)
    network.get_layer("reversal").done.assign(3)
    hidden, domain = (network.get_layer(name) for name in ("domain_hidden", "domain"))
    kernel = model.get_layer("hidden").trainable_variables[0]
    places = np.repeat([0.0, 1.0], 4)[:, None]
    with tf.GradientTape() as tape:
        logits = domain(hidden(features_of(model)(images)))
        plain = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(places.astype(np.float32), logits))
    expected = tape.gradient(plain, [kernel.value, *(v.value for v in domain.trainable_variables)])
    with tf.GradientTape() as tape:
        network(images, training=True)
        (second,) = network.losses
    found = tape.gradient(second, [kernel.value, *(v.value for v in domain.trainable_variables)])
    strength = 2 * (2 / (1 + math.exp(-3)) - 1)
    assert float(second) == pytest.approx(float(plain), rel=1e-5)
    np.testing.assert_allclose(found[0], -strength * expected[0], rtol=1e-4, atol=1e-8)
    for ours, theirs in zip(found[1:], expected[1:], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-8)


def test_coral_of_the_halves_is_added_with_its_weight(model, images):
    network = Alignment("coral", 3.0, 10).wrapped(model)
    network(images, training=True)
    features = features_of(model)(images)
    second = network.get_layer("second")
    assert second.mean == pytest.approx(float(coral(features[:4], features[4:])), rel=1e-5)
    assert float(network.losses[0]) == pytest.approx(3 * second.mean, rel=1e-5)
    second.forget()
    assert math.isnan(second.mean)


@pytest.mark.parametrize("method", ["coral", "dann"])
def test_the_classifier_within_is_the_plain_one(method, model, images, tmp_path):
    plain = classifier(Alignment(method, 1.0, 10).wrapped(model))
    assert plain.count_params() == model.count_params()
    np.testing.assert_array_equal(plain(images), model(images))
    assert plain.get_layer("logits").input is feature_layer(model)


def test_a_batch_too_large_for_one_call_is_refused(monkeypatch):
    monkeypatch.setattr(loop, "WHOLE", 1)
    spec, around = RunSpec(model=ModelSpec("mlp", {"hidden": 1})), Alignment("coral", 1.0, 10)
    with pytest.raises(ValueError, match=r"Deep CORAL.* takes batches of at most 2 images .* Received: batches of 4"):
        compiled.stepper(spec, (512, 512, 1), 2, "uint8", 4, "float32", "cpu", around=around)
