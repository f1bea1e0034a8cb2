"""The catalog's numbers against those that Keras counts."""

import math

import keras
import numpy as np
import pytest

from medcore import catalog
from medcore.catalog.footprint import footprint
from medcore.models import blocks
from medcore.spec import ModelSpec

SIZE = 32


def counted(variables: list[keras.Variable]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def values(model: keras.Model, alpha: float, name: str) -> np.ndarray:
    """Numbers in the outputs of each block's layers."""
    inner, before, found = blocks.backbone(model), set(), []
    for block in blocks._ends(model).values():
        operations = {id(operation): operation for operation in keras.Model(inner.inputs[0], block).operations}
        own = [operation for key, operation in operations.items() if key not in before]
        found.append(sum(math.prod(o.output.shape[1:]) for o in own if not isinstance(o, keras.layers.InputLayer)))
        before |= set(operations)
    return np.array(found)


@pytest.mark.parametrize("name", catalog.BACKBONES)
def test_parameters_and_what_is_trained_are_those_of_keras(name, backbone_model):
    model, choice, spec = backbone_model(name), catalog.BACKBONES[name], ModelSpec(name, {"size": SIZE})
    before = model.get_layer("preprocess").count_params()
    for unfrozen, held in ((None, False), (0, True), (1, True), (2, True), (2, False)):
        expected = footprint(choice, spec.options, classes=3, batch=8, unfrozen=unfrozen, batch_norm_trains=not held)
        blocks.freeze(model, 99 if unfrozen is None else unfrozen, batch_norm_trains=not held)
        assert expected.parameters == model.count_params() - before
        assert expected.trained == counted(model.trainable_variables)


@pytest.mark.parametrize("name", catalog.BACKBONES)
def test_values_grow_with_the_pixels(name, backbone_model):
    """At 32 pixels paddings weigh more: up to a third more in the last block of EfficientNet."""
    sizes = catalog.BACKBONES[name].block_sizes(ModelSpec(name).options)
    per_pixel = values(backbone_model(name), 1.0, name) / SIZE**2
    ratios = per_pixel / (np.array(sizes.values) / 224**2)
    assert (ratios > 0.98).all()
    assert (ratios < 1.4).all()


def test_values_are_exact_at_the_size_of_imagenet(backbone_model):
    sizes = catalog.BACKBONES["mobilenetv2"].block_sizes({"alpha": 0.35})
    assert tuple(values(backbone_model("mobilenetv2", 224), 0.35, "mobilenetv2")) == sizes.values


@pytest.mark.parametrize("alpha", catalog.BACKBONES["mobilenetv2"].sizes)
def test_every_alpha_has_the_parameters_of_the_paper(alpha):
    """Of the whole network, without its classifier: sizes that Keras states for ImageNet, in millions."""
    stated = {0.35: 1.66, 0.5: 1.95, 0.75: 2.61, 1.0: 3.47, 1.3: 5.31, 1.4: 6.06}
    choice = catalog.BACKBONES["mobilenetv2"]
    whole = footprint(choice, ModelSpec("mobilenetv2", {"alpha": alpha}).options, 1000, 1).parameters
    normalising = sum(choice.sizes[alpha].normalising) // 2  # means and variances are not counted there
    assert (whole - normalising) / 1e6 == pytest.approx(stated[alpha], rel=0.02)


def test_memory_of_vgg16_by_hand():
    """Two images of 224 pixels, from scratch: weights, gradients and Adam's two moments; 1.2 times all maps."""
    options = ModelSpec("vgg16", {"size": 224}).options
    whole = footprint(catalog.BACKBONES["vgg16"], options, classes=2, batch=2).memory
    assert whole == pytest.approx(8e8 + 4 * (4 * (14_714_688 + 1026) + 1.2 * 2 * 15_077_888))
    head = footprint(catalog.BACKBONES["vgg16"], options, classes=2, batch=2, unfrozen=0).memory
    assert head == pytest.approx(8e8 + 4 * (14_714_688 + 4 * 1026 + 1.2 * 7_225_344 * 2**19 / 224**2))


def test_a_batch_worked_off_in_parts_takes_no_more_however_large():
    """2^26 numbers go through VGG16 together; batch normalisation of ResNet50 needs the whole batch, up to 2^29."""
    for name, most in (("vgg16", 2**26), ("resnet50", 2**29)):
        choice, options = catalog.BACKBONES[name], ModelSpec(name, {"size": 224}).options
        few, many = (footprint(choice, options, classes=2, batch=batch).memory for batch in (100, 1000))
        one = footprint(choice, options, classes=2, batch=1).memory
        assert few == many
        assert many - one == pytest.approx(4 * 1.2 * (most - sum(choice.sizes[1.0].values)))
