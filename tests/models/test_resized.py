import keras
import numpy as np
import pytest

from medcore.models.encoders import vgg16_unet
from medcore.models.mlp import mlp
from medcore.models.receptive_field import receptive_field
from medcore.models.resized import multiple, resized
from medcore.models.unet import unet

IMAGES = np.random.default_rng(0).random((1, 30, 45, 1), np.float32)


def test_padding_inside_is_padding_the_image(tmp_path):
    """Also of a model saved and loaded: 30x45 and the same among zeros, as large as the network needs it."""
    model = unet((30, 45, 1), 2, width=4)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    large = resized(loaded, (32, 48))
    assert large.output_shape == (None, 32, 48, 2)
    padded = np.pad(IMAGES, ((0, 0), (0, 2), (0, 3), (0, 0)))
    np.testing.assert_allclose(model(IMAGES), large(padded)[:, :30, :45], rtol=1e-4, atol=1e-5)
    back = resized(large, (30, 45))
    np.testing.assert_allclose(model(IMAGES), back(IMAGES), rtol=1e-4, atol=1e-5)
    assert loaded.output_shape == (None, 30, 45, 2)


def test_a_network_with_a_backbone_inside_is_resized_too():
    model = vgg16_unet((16, 16, 1), 2, width=4)
    large, images = resized(model, (17, 30)), np.zeros((1, 32, 32, 1), np.float32)
    assert multiple(model) == 16
    images[:, :16, :16] = IMAGES[:, :16, :16]
    found = large(images[:, :17, :30])
    assert found.shape == (1, 17, 30, 2)
    np.testing.assert_allclose(found, resized(model, (32, 32))(images)[:, :17, :30], rtol=1e-3, atol=1e-4)


def test_a_window_says_what_the_whole_image_says_where_it_sees_as_much():
    model = unet((96, 96, 1), 2, depth=2, width=4)
    reach = receptive_field(model) // 2
    image = np.random.default_rng(1).random((1, 96, 96, 1), np.float32)
    window = resized(model, (64, 64))(image[:, :64, :64])
    np.testing.assert_allclose(window[:, : 64 - reach, : 64 - reach], model(image)[:, : 64 - reach, : 64 - reach], 1e-3)


def test_the_same_size_is_the_same_model_and_too_small_a_one_is_refused():
    model = unet((16, 16, 1), 2, depth=3, width=4)
    assert resized(model, (16, 16)) is model
    assert multiple(model) == 8
    with pytest.raises(ValueError, match=r"at least as large; .*Received: 7x16 pixels"):
        resized(model, (7, 16))


def test_other_networks_are_refused():
    with pytest.raises(ValueError, match=r"A network that makes masks was expected\. Received: 'mlp'"):
        resized(mlp((8, 8, 1), 2), (9, 9))
