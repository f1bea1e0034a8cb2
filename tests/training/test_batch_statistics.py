"""AdaBN: an affine shift of the intensities is undone exactly."""

import keras
import numpy as np
import pytest
from keras import layers

from medcore.spec import ModelSpec
from medcore.training import batch_statistics, compiled


def nothing() -> None:
    """Called now and then."""


@pytest.fixture
def images():
    return np.random.default_rng(0).random((40, 12, 12, 1)).astype(np.float32)


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_undoes_an_affine_shift(name, images):
    """Without biases every unit is shifted and scaled, which normalisation takes away, layer after layer."""
    model = compiled.build_model(ModelSpec(name, {"batch_norm": 1}), images.shape[1:], 3, "float32", 1)
    for norm, _ in batch_statistics.norms(model):
        norm.epsilon = 1e-9  # which is not scaled with the images
    batch_statistics.adapt(model, images, nothing)
    before = np.asarray(model(images))
    shifted = 0.3 * images + 0.5
    assert np.abs(np.asarray(model(shifted)) - before).max() > 0.1
    batch_statistics.adapt(model, shifted, nothing)
    np.testing.assert_allclose(model(shifted), before, atol=2e-3)


def test_statistics_are_those_of_all_images_and_pixels(images, monkeypatch):
    monkeypatch.setattr(batch_statistics, "PIXELS_AT_ONCE", 7 * 144)
    model = keras.Sequential([keras.Input((12, 12, 1)), layers.Conv2D(4, 3, name="conv"), layers.BatchNormalization()])
    batch_statistics.adapt(model, images, nothing)
    maps = np.asarray(model.get_layer("conv")(images), np.float64)
    norm = model.layers[-1]
    np.testing.assert_allclose(norm.moving_mean, maps.mean(axis=(0, 1, 2)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(norm.moving_variance, maps.var(axis=(0, 1, 2)), rtol=1e-4)


def test_nested_networks_bytes_and_the_most_images(images, monkeypatch):
    monkeypatch.setattr(batch_statistics, "MOST_IMAGES", 10)
    inner = keras.Sequential([keras.Input((12, 12, 2)), layers.BatchNormalization(name="inner")], name="backbone")
    image = keras.Input((12, 12, 1))
    model = keras.Model(image, layers.Flatten()(inner(layers.Conv2D(2, 1, name="double")(image))))
    seen = np.rint(images * 255).astype(np.uint8)
    batch_statistics.adapt(model, seen, nothing)
    maps = np.asarray(model.get_layer("double")(seen[batch_statistics.spaced(40, 10)] / np.float32(255)))
    np.testing.assert_allclose(inner.get_layer("inner").moving_mean, maps.mean(axis=(0, 1, 2)), rtol=1e-4)


def test_leaves_weights_alone_and_can_be_stopped(images):
    model = compiled.build_model(ModelSpec("cnn", {"batch_norm": 1}), images.shape[1:], 3, "float32", 1)
    before = [v.numpy() for v in model.trainable_variables]
    batch_statistics.adapt(model, images, nothing)
    for ours, theirs in zip(before, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        batch_statistics.adapt(model, images, stop)
