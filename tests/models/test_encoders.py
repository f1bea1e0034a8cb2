import hashlib

import keras
import numpy as np
import pytest
from keras import applications

from medcore.models import encoders
from medcore.models.blocks import backbone
from medcore.spec import ModelSpec

FILE = "mobilenet_v2_0.35_224_no_top.weights.h5"
SPEC = ModelSpec("mobilenetv2_unet", {"imagenet": 1})


@pytest.fixture(scope="module")
def mobilenet() -> keras.Model:
    return encoders.mobilenetv2_unet((40, 33, 3), 3, width=4, imagenet=1)


@pytest.fixture(scope="module")
def vgg16() -> keras.Model:
    return encoders.vgg16_unet((20, 16, 1), 2, width=4)


def test_masks_are_as_large_as_images_whatever_their_size(mobilenet, vgg16):
    assert mobilenet.output_shape == (None, 40, 33, 3)
    assert vgg16.output_shape == (None, 20, 16, 2)
    assert mobilenet.outputs[0].dtype == vgg16.outputs[0].dtype == "float32"
    assert np.std(vgg16(np.random.default_rng(0).random((1, 20, 16, 1), np.float32))) > 0


def test_maps_of_every_size_are_handed_over(mobilenet, vgg16):
    """The images, padded to 64x64 and 32x16, and maps of half the side each time."""
    for model, shapes in (
        (mobilenet, [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]),
        (vgg16, [(32, 16), (16, 8), (8, 4), (4, 2)]),
    ):
        joined = [layer.input for layer in model.layers if layer.name.endswith("_join")]
        assert [tuple(fine.shape[1:3]) for fine, _ in reversed(joined)] == shapes
        assert [tuple(coarse.shape[1:3]) for _, coarse in reversed(joined)] == shapes


def test_without_skips_nothing_is_handed_over():
    model = encoders.vgg16_unet((16, 16, 1), 2, width=4, skips=0)
    assert not [layer for layer in model.layers if layer.name.endswith("_join")]


def test_imagenet_weights_give_the_maps_of_keras_with_its_own_preprocessing(mobilenet, shared_data, home, monkeypatch):
    path = shared_data / "keras_weights" / FILE
    monkeypatch.setenv("MEDCORE_WEIGHTS", str(path.parent))
    facts = encoders.load_imagenet(mobilenet, SPEC)
    assert facts == {"file": FILE, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    theirs = applications.MobileNetV2((None, None, 3), 0.35, include_top=False, weights=str(path))
    pixels = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3)).astype(np.float32)
    wanted = keras.Model(theirs.inputs[0], [theirs.get_layer(name).output for name in encoders.MOBILENETV2])
    colour = mobilenet.get_layer("preprocess")(pixels / 255)
    for ours, expected in zip(
        backbone(mobilenet)(colour), wanted(applications.mobilenet_v2.preprocess_input(pixels.copy())), strict=True
    ):
        np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-4)


def test_weights_that_are_not_here_are_said_with_where_to_get_them(vgg16, home, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("medcore.data.published.backbone_weights.fetch", refuse)
    with pytest.raises(OSError, match=r"ImageNet weights of VGG16 are not on this machine: download https://"):
        encoders.load_imagenet(vgg16, ModelSpec("vgg16_unet", {"imagenet": 1}))


def test_a_network_without_published_weights_is_refused():
    with pytest.raises(ValueError, match=r"ImageNet weights are there for vgg16_unet, mobilenetv2_unet\. Received: 'u"):
        encoders.published(ModelSpec("unet"))


def test_neighbouring_slices_become_the_colours():
    """Of five: the two first and the two middle ones are averaged, the last stands alone; and that learns."""
    pixels = keras.Input((1, 1, 5))
    before = keras.Model(pixels, encoders._preprocessed(pixels, "tf"))
    colours = before.get_layer("colours")
    assert colours.trainable
    found = colours(np.array([1.0, 3.0, 10.0, 20.0, 7.0]).reshape(1, 1, 1, 5))
    np.testing.assert_allclose(np.ravel(found), [2, 15, 7])
    assert not before.get_layer("preprocess").trainable
    np.testing.assert_allclose(np.ravel(before(np.ones((1, 1, 1, 5)))), 1)


def test_random_weights_of_vgg16_let_what_they_see_through(vgg16):
    """The lowest maps vary nearly as the image does, less what edges take (Keras' own first weights
    leave a ninetieth of that)."""
    images = np.random.default_rng(0).normal(0, 1, (16, 32, 16, 3)).astype(np.float32)
    lowest = backbone(vgg16)(images)[-1]
    assert 0.03 < np.std(lowest) < 3
