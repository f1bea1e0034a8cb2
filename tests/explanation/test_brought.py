"""Models from elsewhere: what would take all memory is refused before it takes any."""

import json
import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from medcore.catalog import MODELS, resolve
from medcore.explanation import brought
from medcore.explanation.layers import values

IMAGES = np.random.default_rng(0).random((2, 16, 16, 3), np.float32)


def ended(*parts: layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((16, 16, 3)), *parts, layers.GlobalAveragePooling2D(), layers.Dense(2)])


def config_of(model: keras.Model, kind: str = "", **changes: object) -> dict:
    """Its config, as a stranger may write it: layers of a kind changed, their sizes not told."""
    config = keras.saving.serialize_keras_object(model)
    config.pop("build_config", None)
    for part in config["config"]["layers"]:
        part.pop("build_config", None)
        if part["class_name"] == kind:
            part["config"].update(changes)
    return config


def saved(config: dict, folder) -> str:
    file = folder / "theirs.keras"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("config.json", json.dumps(config))
        packed.writestr("model.weights.h5", b"")
    return file


@pytest.mark.parametrize("name", ["linear", "mlp", "cnn"])
def test_weights_are_counted_as_keras_does(name):
    model = resolve(MODELS[name].target)((28, 28, 1), 3)
    config = keras.saving.serialize_keras_object(model)
    assert brought.needs(config) == (model.count_params(), values(model))
    assert values(model) == sum(np.prod(layer.output.shape[1:]) for layer in model.layers)


def test_numbers_that_layers_make_are_those_of_all_outputs_inside_and_out():
    image = keras.Input((16, 16, 3))
    maps = layers.Conv2D(4, 3)(image)
    inner = keras.Model(image, layers.ReLU()(maps))
    again = layers.SeparableConv2D(2, 3, depth_multiplier=5)(inner(image) + 1.0)
    image_values, map_values = 16 * 16 * 3, 14 * 14 * 4
    inside = image_values + 2 * map_values
    whole = image_values + (inside + map_values) + map_values + (5 * map_values + 12 * 12 * 2)
    assert values(keras.Model(image, again)) == whole


@pytest.mark.parametrize(
    ("model", "changes", "said"),
    [
        (ended(layers.Conv2D(2, 3, padding="same")), {"kernel_size": [20000, 20000]}, "weights"),
        (ended(layers.Dense(2, name="wide"), layers.Dense(2)), {"units": 2**14}, "weights"),
        (ended(layers.UpSampling2D(2)), {"size": [4000, 4000]}, "numbers of an image"),
        (ended(layers.ZeroPadding2D(1)), {"padding": [[40000, 40000], [40000, 40000]]}, "numbers of an image"),
        (ended(layers.Resizing(2, 2)), {"height": 400000, "width": 400000}, "numbers of an image"),
        (ended(layers.Conv2DTranspose(2, 3)), {"strides": [10000, 10000]}, "numbers of an image"),
        (ended(layers.Conv2D(2, 3)), {"kernel_size": [99, 99]}, "put together"),
    ],
)
def test_what_would_take_all_memory_is_refused(model, changes, said, tmp_path):
    kind = model.layers[0].__class__.__name__
    with pytest.raises(ValueError, match=said):
        brought.load(saved(config_of(model, kind, **changes), tmp_path))


def test_layers_beside_the_network_are_refused():
    image = keras.Input((16, 16, 3))
    config = config_of(keras.Model(image, layers.Dense(2)(layers.Flatten(name="flat")(image))))
    stowaway = keras.saving.serialize_keras_object(layers.Dense(2**14, name="beside"))
    config["config"]["layers"].append(stowaway | {"build_config": {"input_shape": [None, 2**22]}, "inbound_nodes": []})
    with pytest.raises(ValueError, match="put together"):
        brought.needs(config | {"name": "theirs"})


def test_a_nested_network_loads_and_answers(tmp_path):
    inner = keras.Sequential([keras.Input((16, 16, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()])
    image = keras.Input((16, 16, 3))
    model = keras.Model(image, layers.Dense(2)(layers.Flatten()(inner(image / 2))))
    model.save(tmp_path / "theirs.keras")
    np.testing.assert_allclose(brought.load(tmp_path / "theirs.keras")(IMAGES), model(IMAGES), rtol=1e-6)
