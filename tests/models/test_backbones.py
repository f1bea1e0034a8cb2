import keras
import numpy as np
import pytest
from keras import applications

from medcore import catalog
from medcore.models import backbones
from medcore.models.mlp import MOMENTUM

KERAS = {
    "caffe": applications.vgg16,
    "tf": applications.mobilenet_v2,
    "torch": applications.densenet,
    "inside": applications.efficientnet_v2,
}
PREPROCESSING = {
    "vgg16": "caffe",
    "resnet50": "caffe",
    "resnet50v2": "tf",
    "densenet121": "torch",
    "mobilenetv2": "tf",
    "efficientnetv2b0": "inside",
    "convnexttiny": "inside",
}
IMAGES = np.random.default_rng(0).random((2, 20, 30, 1), np.float32)


def test_each_has_the_preprocessing_of_its_weights():
    assert {name: choice.preprocessing for name, choice in catalog.BACKBONES.items()} == PREPROCESSING


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", KERAS)
def test_the_convolution_does_what_keras_does_with_bytes(kind, channels):
    pixels = np.random.default_rng(1).integers(0, 256, (4, 5, channels)).astype(np.float32)
    colour = np.broadcast_to(pixels, (4, 5, 3)).copy()
    kernel, bias = backbones.preprocessing(kind, channels)
    ours = (pixels / 255) @ kernel[0, 0] + bias
    np.testing.assert_allclose(ours, KERAS[kind].preprocess_input(colour), rtol=1e-5, atol=2e-5)


@pytest.mark.parametrize("name", catalog.BACKBONES)
def test_from_gray_images_of_any_size_to_logits(name, backbone_model):
    model = backbone_model(name)
    assert model.name == name
    assert [layer.name for layer in model.layers[1:]] == [
        *("resize", "preprocess", "backbone", "features", "dropout", "logits")
    ]
    assert model.get_layer("backbone").input_shape == (None, 32, 32, 3)
    assert model.get_layer("features").output.shape == (
        None,
        catalog.BACKBONES[name].features[0.35 if name == "mobilenetv2" else 1.0],
    )
    assert not model.get_layer("preprocess").trainable
    assert model.outputs[0].shape == (None, 3)
    assert model.outputs[0].dtype == "float32"
    normalisations = [
        layer for layer in model.get_layer("backbone").layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    assert all(layer.momentum == MOMENTUM for layer in normalisations)


def test_a_call_trains_nothing_unless_it_says_so(backbone_model):
    """Resizing would pass on training=True, and the dropout inside the network would draw."""
    model = backbone_model("efficientnetv2b0")
    in_use = model(IMAGES, training=False)
    np.testing.assert_array_equal(model(IMAGES), in_use)
    before = [np.array(value) for value in model.get_weights()]
    assert np.abs(model(IMAGES, training=True) - in_use).max() > 0
    model.set_weights(before)


def test_a_saved_model_needs_no_code_of_ours(backbone_model, tmp_path):
    """ConvNeXt has a layer of its own, and sums that Keras names anew."""
    model = backbone_model("convnexttiny")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert loaded.name == "convnexttiny"
    np.testing.assert_allclose(loaded(IMAGES), model(IMAGES), rtol=1e-5)


def test_dense_units_and_dropout_of_the_head():
    model = backbones.mobilenetv2((40, 40, 3), 2, size=32, dense=64, dropout=0.5)
    assert model.get_layer("dense").units == 64
    assert model.get_layer("dropout").rate == 0.5
    assert model.get_layer("resize").antialias  # 40 pixels shrink to 32


def test_what_no_network_takes_is_refused():
    with pytest.raises(ValueError, match=r"at least 32x32 pixels\. Received: 31x31 pixels"):
        backbones.vgg16((28, 28, 1), 2, size=31)
    with pytest.raises(ValueError, match=r"The network takes gray or colour images\. Received: 2 channels"):
        backbones.mobilenetv2((28, 28, 2), 2, size=32)
    with pytest.raises(ValueError, match=r"Alpha of MobileNetV2 must be one of 0\.35, .*1\.4\. Received: 0\.4"):
        backbones.mobilenetv2((28, 28, 1), 2, alpha=0.4)
