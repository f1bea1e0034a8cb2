"""Grad-CAM and Grad-CAM++ against cases worked out by hand, and inside nested networks."""

import keras
import numpy as np
import pytest
from keras import layers as kinds

from medcore.explanation import gradcam, gradients, layers
from medcore.models.cnn import cnn
from medcore.models.mlp import mlp

IMAGE = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]], np.float32)[None, :, :, None]


def tiny():
    """Two 1x1 filters, x and 2x - 1, ReLU; class 0 is 3 of the mean of the first, less that of the second; 2 is 0."""
    image = keras.Input((3, 3, 1))
    maps = kinds.Conv2D(2, 1, name="conv", activation="relu")(image)
    features = kinds.GlobalAveragePooling2D()(maps)
    model = keras.Model(image, kinds.Dense(3, name="logits")(features))
    model.get_layer("conv").set_weights([np.array([[[[1.0, 2.0]]]]), np.array([0.0, -1.0])])
    model.get_layer("logits").set_weights([np.array([[3.0, 0.0, 0.0], [-1.0, 5.0, 0.0]]), np.zeros(3)])
    return model


def test_grad_cam_by_hand():
    x = IMAGE[0, :, :, 0]
    first, second = x, np.maximum(2 * x - 1, 0)
    # The gradient of a mean over 9 places is 1/9 at each, so the weights are 3/9 and -1/9.
    expected = np.maximum(3 / 9 * first - 1 / 9 * second, 0)
    np.testing.assert_allclose(gradcam.heatmaps(tiny(), IMAGE, 0, "conv")[0], expected, rtol=1e-5)


def test_grad_cam_pp_by_hand():
    x = IMAGE[0, :, :, 0]
    first, second = x, np.maximum(2 * x - 1, 0)
    g = 3 / 9
    alpha = g**2 / (2 * g**2 + first.sum() * g**3)
    expected = first * 9 * alpha * g  # the second map's gradient is negative at all places: it weighs nothing
    np.testing.assert_allclose(gradcam.heatmaps(tiny(), IMAGE, 0, "conv", plus=True)[0], expected, rtol=1e-5)
    expected = second * 9 * (5 / 9) ** 3 / (2 * (5 / 9) ** 2 + second.sum() * (5 / 9) ** 3)
    np.testing.assert_allclose(gradcam.heatmaps(tiny(), IMAGE, 1, "conv", plus=True)[0], expected, rtol=1e-5)


def nested(inner, shape):
    image = keras.Input(shape)
    features = kinds.GlobalAveragePooling2D()(keras.Model(inner.input, inner.output, name="backbone")(image))
    return keras.Model(image, kinds.Dense(3, name="logits")(features))


def test_a_layer_of_a_nested_network_is_explained_as_if_it_lay_open():
    image = keras.Input((3, 3, 1))
    open_model = tiny()
    model = nested(keras.Model(image, kinds.Conv2D(2, 1, name="conv", activation="relu")(image)), (3, 3, 1))
    model.set_weights(open_model.get_weights())
    model.trainable = False  # nothing that a tape would watch by itself
    assert gradcam.last_layer(model) == "backbone/conv"
    for plus in (False, True):
        ours = gradcam.heatmaps(model, IMAGE, 0, plus=plus)
        np.testing.assert_array_equal(ours, gradcam.heatmaps(open_model, IMAGE, 0, plus=plus))
    assert "call" not in vars(model.get_layer("backbone").get_layer("conv")), "the layer is as it was"


def test_maps_are_as_large_as_the_image_and_of_the_class_asked_for():
    model = cnn((28, 20, 1), 3)
    for name in ("dense", "logits"):  # all maps speak for every class, more or less, so that none is empty
        kernel, bias = model.get_layer(name).get_weights()
        model.get_layer(name).set_weights([np.abs(kernel), bias])
    images = np.random.default_rng(0).random((2, 28, 20, 1), np.float32)
    assert gradcam.last_layer(model) == "relu2"
    assert layers.with_maps(model) == ["conv1", "pool1", "relu1", "conv2", "pool2", "relu2"]
    found = [gradcam.heatmaps(model, images, target) for target in range(3)]
    assert all(maps.shape == (2, 28, 20) and maps.min() >= 0 for maps in found)
    assert not np.array_equal(found[0], found[1])


def test_gradients_are_those_of_small_differences():
    smooth = [kinds.Conv2D(4, 3, activation="tanh"), kinds.Flatten(), kinds.Dense(3, name="logits")]
    model = keras.Sequential([keras.Input((12, 12, 1)), *smooth])
    image = np.random.default_rng(1).random((1, 12, 12, 1), np.float32)
    found = gradients.of_logit(model, image, 2)
    step = np.zeros_like(image)
    step[0, 5, 6, 0] = 1e-2
    logits = np.asarray(model(np.concatenate([image - step, image + step]), training=False))[:, 2]
    slope = (logits[1] - logits[0]) / 2e-2
    assert found.gradients[0, 5, 6, 0] == pytest.approx(slope, rel=0.01, abs=1e-4)


def test_networks_without_maps_and_unknown_layers_are_refused():
    image = np.zeros((1, 8, 8, 1), np.float32)
    model = mlp((8, 8, 1), 2)
    assert gradcam.last_layer(model) == ""
    with pytest.raises(ValueError, match="Grad-CAM weighs the maps of a convolution, and there are none here"):
        gradcam.heatmaps(model, image, 0)
    with pytest.raises(ValueError, match="Received: 'conv9'"):
        gradients.of_logit(model, image, 0, "conv9")
    with pytest.raises(ValueError, match="Received: 'dense'"):
        gradcam.heatmaps(cnn((8, 8, 1), 2), image, 0, "dense")
