import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from medcore.models.cnn import cnn


def test_parameters_are_those_of_the_articles():
    assert cnn((28, 28, 1), 10).count_params() == 320 + 18_496 + 1600 * 64 + 64 + 64 * 10 + 10


@pytest.mark.parametrize("shape", [(12, 14, 3), (11, 13, 1), (28, 28, 1)])
def test_pooling_before_relu_and_cropping_are_the_articles_network(shape):
    """Outputs and gradients; with 0 to 3 rows and columns cut off that pooling leaves out anyway."""
    model = cnn(shape, 5)
    articles = keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(5),
        ]
    )
    articles.set_weights(model.get_weights())
    images = np.random.default_rng(0).random((4, *shape), np.float32)
    results = []
    for network in (model, articles):
        with tf.GradientTape() as tape:
            logits = network(images)
            loss = tf.reduce_sum(logits**2)
        results.append([logits, *tape.gradient(loss, network.trainable_variables)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("side", "left"), [(4, 1), (8, 2), (9, 2), (10, 1), (11, 1), (28, 5)])
def test_small_images_are_padded_and_leave_something(side, left):
    model = cnn((side, side, 1), 10)
    assert model.get_layer("relu2").output.shape[1:] == (left, left, 64)


def test_images_that_two_poolings_would_swallow_are_refused():
    with pytest.raises(ValueError, match=r"at least 4x4 pixels\. Received: 3x28 pixels"):
        cnn((3, 28, 1), 2)


def test_what_holds_the_network_back_stands_where_it_belongs():
    names = [layer.name for layer in cnn((12, 12, 1), 3, dropout=0.5, batch_norm=1, input_noise=0.1).layers]
    assert " ".join(names) == (
        "noise crop conv1 norm1 pool1 relu1 conv2 norm2 pool2 relu2 flatten dense norm3 relu3 dropout logits"
    )


def test_normalisation_before_pooling_and_relu_after_it_are_the_usual_order():
    """Normalised, then ReLU, then pooled: the same values while training, on a side that pooling divides."""
    model = cnn((10, 10, 1), 3, batch_norm=1)
    usual = keras.Sequential(
        [
            keras.Input((10, 10, 1)),
            layers.Conv2D(32, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(3),
        ]
    )
    usual.set_weights(model.get_weights())
    images = np.random.default_rng(0).random((8, 10, 10, 1), np.float32)
    np.testing.assert_allclose(model(images, training=True), usual(images, training=True), rtol=1e-4, atol=1e-4)
