import keras
import numpy as np
import pytest
from keras import layers

from medcore.models.cnn import cnn


def test_parameters_are_those_of_the_articles():
    assert cnn((28, 28, 1), 10).count_params() == 320 + 18_496 + 1600 * 64 + 64 + 64 * 10 + 10


def test_relu_after_the_pooling_is_the_articles_network():
    model = cnn((12, 14, 3), 5)
    articles = keras.Sequential(
        [
            keras.Input((12, 14, 3)),
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
    images = np.random.default_rng(0).random((4, 12, 14, 3), np.float32)
    ours, theirs = (keras.ops.convert_to_numpy(m(images)) for m in (model, articles))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("side", "left"), [(4, 1), (8, 2), (9, 2), (10, 1), (11, 1), (28, 5)])
def test_small_images_are_padded_and_leave_something(side, left):
    model = cnn((side, side, 1), 10)
    assert model.get_layer("relu2").output.shape[1:] == (left, left, 64)


def test_images_that_two_poolings_would_swallow_are_refused():
    with pytest.raises(ValueError, match=r"at least 4x4 pixels\. Received: 3x28 pixels"):
        cnn((3, 28, 1), 2)
