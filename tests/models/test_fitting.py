"""Images of other shapes, brought to that of a network by layers inside it."""

import keras
import numpy as np
import pytest

from medcore.models import fitting
from medcore.models.mlp import mlp


def test_gray_becomes_three_equal_colours_and_colour_its_luminance():
    gray = np.random.default_rng(0).random((2, 5, 5, 1), np.float32)
    (colours,) = fitting.adapters((5, 5, 1), (5, 5, 3))
    np.testing.assert_allclose(colours(gray), np.repeat(gray, 3, axis=3))
    colour = np.random.default_rng(1).random((2, 5, 5, 3), np.float32)
    (luminance,) = fitting.adapters((5, 5, 3), (5, 5, 1))
    expected = 0.299 * colour[..., 0] + 0.587 * colour[..., 1] + 0.114 * colour[..., 2]
    np.testing.assert_allclose(luminance(colour)[..., 0], expected, rtol=1e-6)


def test_pixels_are_averaged_where_images_shrink():
    image = np.indices((4, 4)).sum(axis=0)[None, :, :, None].astype(np.float32) % 2  # a chessboard
    (resize,) = fitting.adapters((4, 4, 1), (2, 2, 1))
    np.testing.assert_allclose(resize(image), np.full((1, 2, 2, 1), 0.5), atol=0.1)


def test_a_fitted_network_takes_its_own_shape_inside_and_survives_a_file(tmp_path):
    network = mlp((8, 8, 1), 2)
    fitted = fitting.fitted(network, (12, 10, 3))
    images = np.random.default_rng(2).random((3, 12, 10, 3), np.float32)
    fitted.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(loaded(images), fitted(images), rtol=1e-5)
    assert (loaded.input_shape[1:], fitting.inner_shape(loaded)) == ((12, 10, 3), (8, 8, 1))
    assert fitting.inner_shape(network) == (8, 8, 1)
    assert fitting.fitted(network, (8, 8, 1)) is network


def test_other_channels_are_refused():
    with pytest.raises(ValueError, match=r"Images of 1 channels were expected\. Received: 4 channels"):
        fitting.adapters((8, 8, 4), (8, 8, 1))
