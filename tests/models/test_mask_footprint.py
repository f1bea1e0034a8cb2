"""The catalog's numbers against those that Keras counts."""

import math

import keras
import pytest

from medcore import catalog
from medcore.catalog import mask_footprint
from medcore.catalog.footprint import BYTES, COPIES, SPARE, TENSORFLOW
from medcore.models.blocks import backbone
from medcore.models.resized import multiple
from medcore.spec import ModelSpec


def values(model: keras.Model) -> int:
    """Numbers in the outputs of all layers, of one image."""
    found = 0
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += values(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            found += math.prod(layer.output.shape[1:])
    return found


@pytest.mark.parametrize(
    ("name", "options", "channels"),
    [
        ("unet", {"depth": 2, "width": 4}, 1),
        ("unet", {"depth": 3, "width": 8, "batch_norm": 0, "attention": 1}, 3),
        ("unet", {"depth": 1, "width": 4, "skips": 0}, 1),
        ("unetpp", {"depth": 3, "width": 4}, 5),
        ("vgg16_unet", {"width": 4}, 5),
        ("mobilenetv2_unet", {"width": 8, "alpha": 0.5}, 1),
        ("mobilenetv2_unet", {"width": 4, "skips": 0, "batch_norm": 0}, 3),
    ],
)
def test_parameters_and_values_are_those_of_keras(name, options, channels):
    spec, shape = ModelSpec(name, options), (38, 45, channels)
    model = catalog.resolve(catalog.SEGMENTERS[name].target)(shape, 3, **spec.options)
    size = mask_footprint.size(name, spec.options, shape, 3)
    assert size.parameters == model.count_params()
    assert mask_footprint.multiple(name, spec.options) == multiple(model)
    paddings = 0.05 if backbone(model) is not model else 0  # of MobileNetV2; they weigh more in small images
    assert size.values == pytest.approx(values(model), rel=paddings)


def test_memory_is_of_weights_and_maps_and_a_large_batch_is_worked_off_in_parts():
    options = ModelSpec("unet", {"batch_norm": 0}).options
    shape = (128, 128, 1)
    parameters, kept = mask_footprint.size("unet", options, shape, 2)
    small = mask_footprint.footprint("unet", options, shape, 2, batch=4)
    assert small.memory == pytest.approx(TENSORFLOW + BYTES * (COPIES * parameters + SPARE * 4 * kept))
    assert (
        mask_footprint.footprint("unet", options, shape, 2, 100).memory
        == mask_footprint.footprint("unet", options, shape, 2, 200).memory
    )
