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
