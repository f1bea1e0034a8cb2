import keras
import numpy as np
import pytest

from medcore import catalog
from medcore.models import blocks, fitting
from medcore.models.cnn import cnn
from medcore.models.linear import linear
from medcore.models.mlp import mlp

IMAGES = np.random.default_rng(0).random((2, 20, 30, 1), np.float32)
SMALL = {
    "linear": lambda: linear((20, 30, 1), 3),
    "mlp": lambda: mlp((20, 30, 1), 3, dropout=0.3, batch_norm=1),
    "cnn": lambda: cnn((20, 30, 1), 3, dropout=0.3, batch_norm=1, input_noise=0.1),
    "fitted cnn": lambda: fitting.fitted(cnn((12, 12, 3), 3), (20, 30, 1)),
}


def halves_are_the_whole(model: keras.Model, unfrozen: int) -> None:
    whole = np.array(model(IMAGES, training=False))
    assert np.isfinite(whole).all()
    frozen, trained = blocks.split(model, unfrozen)
    np.testing.assert_array_equal(trained(frozen(IMAGES, training=False), training=False), whole)
    shared = {id(weights) for part in (frozen, trained) for weights in part.weights}
    assert shared == {id(weights) for weights in model.weights}


@pytest.mark.parametrize("name", SMALL)
def test_halves_of_small_networks_are_the_whole(name):
    model = SMALL[name]()
    for unfrozen in range(5):
        halves_are_the_whole(model, unfrozen)


@pytest.mark.parametrize("name", catalog.BACKBONES)
def test_halves_of_backbones_are_the_whole(name, backbone_model):
    model = backbone_model(name)
    cuts = {"vgg16": range(7), "mobilenetv2": (0, 3, 7)}.get(name, (2,))
    for unfrozen in cuts:
        halves_are_the_whole(model, unfrozen)


@pytest.mark.parametrize("name", catalog.BACKBONES)
def test_blocks_are_all_layers_of_a_backbone(name, backbone_model):
    model = backbone_model(name)
    found = blocks.blocks(model)
    inner = blocks.backbone(model)
    assert inner.name == "backbone"
    assert list(found) == list(catalog.BACKBONES[name].blocks)
    layers = [id(layer) for block in found.values() for layer in block]
    assert len(layers) == len(set(layers))
    assert set(layers) == {id(layer) for layer in inner.layers[1:]}
    assert [layer.name for layer in blocks.head(model)] == ["features", "dropout", "logits"]


def test_blocks_of_a_small_network_take_their_normalisation_along():
    found = blocks.blocks(SMALL["cnn"]())
    assert {name: " ".join(layer.name for layer in block) for name, block in found.items()} == {
        "conv1": "noise crop conv1 norm1 pool1 relu1",
        "conv2": "conv2 norm2 pool2 relu2",
        "dense": "flatten dense norm3 relu3",
    }
    assert [layer.name for layer in blocks.head(SMALL["cnn"]())] == ["dropout", "logits"]
    assert blocks.backbone(model := SMALL["mlp"]()) is model


def test_nothing_unfrozen_cuts_behind_the_mean_of_the_maps(backbone_model):
    frozen, trained = blocks.split(backbone_model("vgg16"), 0)
    assert frozen.output_shape == (None, 512)
    assert [layer.name for layer in trained.layers[1:]] == ["dropout", "logits"]
    frozen, _ = blocks.split(backbone_model("vgg16"), 1)
    assert frozen.output_shape == (None, 2, 2, 512)


def test_only_the_last_blocks_and_the_head_are_trained(backbone_model):
    model = backbone_model("vgg16")
    blocks.freeze(model, 1)
    assert [weights.path for weights in model.trainable_variables] == [
        *(f"block5_conv{i}/{kind}" for i in (1, 2, 3) for kind in ("kernel", "bias")),
        *("logits/kernel", "logits/bias"),
    ]
    blocks.freeze(model, 0)
    assert len(model.trainable_variables) == 2
    blocks.freeze(model, 99)
    assert len(model.trainable_variables) == 2 * 13 + 2
    assert not model.get_layer("preprocess").trainable


@pytest.mark.parametrize("trains", [False, True])
def test_batch_normalisation_of_blocks_that_are_trained_stays_as_it_is_unless_told(trains):
    model = cnn((20, 30, 1), 3, batch_norm=1)
    blocks.freeze(model, 2, trains)
    before = {name: model.get_layer(name).get_weights() for name in ("norm1", "norm2")}
    in_use = np.array(blocks.split(model, 1)[0](IMAGES, training=False))
    trained = np.array(blocks.split(model, 1)[0](IMAGES, training=True))
    assert np.allclose(in_use, trained) != trains  # norm2 is in the frozen half of this cut
    moved = {
        name: not all(map(np.array_equal, weights, model.get_layer(name).get_weights()))
        for name, weights in before.items()
    }
    assert moved == {"norm1": False, "norm2": trains}
    assert any("norm2" in weights.path for weights in model.trainable_variables) == trains


def test_layers_that_bring_images_to_the_network_are_never_trained():
    model = SMALL["fitted cnn"]()
    blocks.freeze(model, 99)
    assert not model.get_layer(fitting.CHANNELS).trainable
    assert model.get_layer("conv1").trainable


def test_training_the_second_half_trains_the_whole():
    model = cnn((20, 30, 1), 3)
    blocks.freeze(model, 1)
    frozen, trained = blocks.split(model, 1)
    assert not frozen.trainable_variables
    before = np.array(model(IMAGES, training=False))
    for variable in trained.trainable_variables:
        variable.assign(variable + 0.1)
    after = np.array(model(IMAGES, training=False))
    assert np.abs(after - before).min() > 0
    np.testing.assert_array_equal(after, trained(frozen(IMAGES)))
