import random

import keras
import numpy as np
import pytest

from medcore.models.decoder import weighed
from medcore.models.unet import unet
from medcore.models.unetpp import unetpp

IMAGES = np.random.default_rng(0).random((2, 13, 18, 1), np.float32)


def convolutions(*pairs: tuple[int, int], size: int = 3) -> int:
    """Parameters of convolutions from so many maps to so many, without biases."""
    return sum(size**2 * before * after for before, after in pairs)


def test_parameters_are_those_of_the_paper_but_for_the_biases_of_doublings():
    """Two convolutions a level, two on the way up on twice the maps, a doubling of 2x2 between, 1x1 at the end."""
    ways = convolutions((1, 4), (4, 4), (4, 8), (8, 8), (8, 16), (16, 16), (16, 8), (8, 8), (8, 4), (4, 4))
    doublings = convolutions((16, 8), (8, 4), size=2)
    biases = 4 + 4 + 8 + 8 + 16 + 16 + 8 + 8 + 4 + 4
    assert unet((16, 16, 1), 3, depth=2, width=4, batch_norm=0).count_params() == ways + doublings + biases + 4 * 3 + 3


@pytest.mark.parametrize("build", [unet, unetpp])
def test_masks_are_as_large_as_images_whatever_their_size(build):
    model = build(IMAGES.shape[1:], 3, depth=2, width=4)
    assert model.output_shape == (None, 13, 18, 3)
    assert model.outputs[0].dtype == "float32"
    assert np.std(model(IMAGES)) > 0


@pytest.mark.parametrize("build", [unet, unetpp])
def test_logits_stay_float32_where_the_rest_is_bfloat16(build):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build((16, 16, 1), 2, depth=1, width=4)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.outputs[0].dtype == "float32"
    assert {layer.compute_dtype for layer in model.layers if layer.name.endswith("conv1")} == {"bfloat16"}


def test_without_skips_the_fine_maps_reach_the_mask_through_the_lowest_level_alone():
    """What the first level sees is lost but for what the poolings keep: the maximum of 2x2 pixels."""
    images = np.zeros((2, 8, 8, 1), np.float32)
    images[0, 2, 2], images[1, 3, 3] = 1, 1  # in the same 2x2
    for skips, equal in ((0, True), (1, False)):
        model = unet((8, 8, 1), 2, depth=1, width=4, batch_norm=0, skips=skips)
        for name in ("down1_conv1", "down1_conv2"):  # the first level looks at single pixels
            kernel = np.zeros(model.get_layer(name).kernel.shape, np.float32)
            kernel[1, 1] = 1
            model.get_layer(name).kernel.assign(kernel)
        one, other = np.asarray(model(images))
        assert np.allclose(one, other) == equal


def test_an_attention_gate_by_hand():
    """Weight of a pixel: sigmoid(psi · relu(theta x + phi g + b)), psi with a bias; x is multiplied by it."""
    fine, coarse = keras.Input((1, 1, 2)), keras.Input((1, 1, 1))
    gate = keras.Model([fine, coarse], weighed(fine, coarse, "up1"))
    shapes = {name: gate.get_layer(f"up1_{name}") for name in ("seen", "sought", "weight")}
    shapes["seen"].set_weights([np.reshape([1.0, 2.0], (1, 1, 2, 1))])
    shapes["sought"].set_weights([np.reshape([3.0], (1, 1, 1, 1)), np.array([-1.0])])
    shapes["weight"].set_weights([np.reshape([0.5], (1, 1, 1, 1)), np.array([-2.0])])
    x, g = np.reshape([1.0, 0.5], (1, 1, 1, 2)), np.reshape([2.0], (1, 1, 1, 1))
    weight = 1 / (1 + np.exp(-(0.5 * (1 + 1 + 6 - 1) - 2)))
    np.testing.assert_allclose(gate([x, g]), weight * x, rtol=1e-6)
    names = [layer.name for layer in unet((8, 8, 1), 2, depth=1, width=4, attention=1).layers]
    assert names.index("up1_weighed") < names.index("up1_join")


def test_first_weights_are_the_same_with_and_without_dropout():
    made = []
    for dropout in (0.0, 0.5):
        random.seed(1)
        made.append(unet((8, 8, 1), 2, depth=1, width=4, dropout=dropout))
    for one, other in zip(*[model.trainable_variables for model in made], strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.allclose(made[1](IMAGES[:, :8, :8], training=True), made[0](IMAGES[:, :8, :8], training=True))


def test_a_block_of_unetpp_sees_all_before_it_on_its_level_and_the_one_below():
    model = unetpp((16, 16, 1), 2, depth=2, width=4)
    assert [tensor.shape[1:] for tensor in model.get_layer("node1_3_join").input] == [(16, 16, 4)] * 3
    blocks = {layer.name.rpartition("_")[0] for layer in model.layers if layer.name.endswith("_conv1")}
    assert blocks == {"node1_1", "node2_1", "node3_1", "node1_2", "node2_2", "node1_3"}


def test_an_image_smaller_than_a_pixel_of_the_lowest_maps_is_refused():
    with pytest.raises(ValueError, match=r"one pixel stands for 8x8.*less depth or larger images.*: 20x7 pixels"):
        unet((20, 7, 1), 2, depth=3)
