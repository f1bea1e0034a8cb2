"""Model files made elsewhere: what is harmless passes, all else is refused in one sentence, and nothing is run."""

import io
import json
import pickle
import zipfile

import h5py
import keras
import numpy as np
import pytest

from medcore.catalog import MODELS, resolve
from medcore.export import model_file

SHAPE = (32, 32, 3)


def saved(network: keras.Model, tmp_path) -> bytes:
    network.save(tmp_path / "m.keras")
    return (tmp_path / "m.keras").read_bytes()


def plain() -> keras.Model:
    return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])


def checked(content: bytes) -> dict:
    return model_file.check({}, [memoryview(content)]).values


def changed(content: bytes, **members: bytes | None) -> bytes:
    """The archive with members replaced, added, or (None) left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        kept = {name: old.read(name) for name in old.namelist()} | members
        for name, data in kept.items():
            if data is not None:
                new.writestr(name, data)
    return buffer.getvalue()


def configured(content: bytes, change) -> bytes:
    """The archive with `change` made to its config."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        config = json.loads(old.read("config.json"))
    change(config)
    return changed(content, **{"config.json": json.dumps(config).encode()})


def layer(config: dict, kind: str) -> dict:
    return next(one for one in config["config"]["layers"] if one["class_name"] == kind)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return saved(plain(), tmp_path_factory.mktemp("model"))


def test_networks_of_ours_pass(tmp_path):
    for name in ("linear", "mlp", "cnn"):
        network = resolve(MODELS[name].target)((28, 28, 1), 3)
        assert checked(saved(network, tmp_path)) == {"shape": [28, 28, 1], "classes": []}


def test_nested_and_compiled_networks_pass(tmp_path):
    inner = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=SHAPE, alpha=0.35)
    image = keras.Input(SHAPE)
    pooled = keras.layers.GlobalAveragePooling2D()(inner(image / 127.5 - 1))
    network = keras.Model(image, keras.layers.Dense(4, kernel_regularizer="l2")(pooled))
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert checked(saved(network, tmp_path))["shape"] == list(SHAPE)


def test_code_is_refused_and_not_run(tmp_path):
    network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Lambda(lambda x: x), keras.layers.Flatten()])
    with pytest.raises(ValueError, match=r"Keras' own layers .* Received: keras.layers.Lambda"):
        checked(saved(network, tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        lambda config: layer(config, "Dense").update(module="os", class_name="system"),
        lambda config: layer(config, "Dense").update(registered_name="theirs>Dense"),
        lambda config: layer(config, "Dense").update(module="keras.layers", class_name="TFSMLayer"),
        lambda config: layer(config, "Dense")["config"].update(
            activation={"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"}
        ),
        lambda config: layer(config, "Dense")["config"].update(bias={"class_name": "__lambda__", "config": "x"}),
        lambda config: layer(config, "Dense").update(compile_config={"optimizer": "adam"}),
        lambda config: layer(config, "Dense")["config"].update(units=10**9),
        lambda config: config.update(class_name="Mine", module="mine"),
        lambda config: layer(config, "InputLayer")["config"].update(batch_shape=[None, None, None, 1]),
        lambda config: layer(config, "InputLayer")["config"].update(batch_shape=[None, 8, 8, 4]),
        lambda config: layer(config, "InputLayer")["config"].update(batch_shape=[None, 64]),
        lambda config: layer(config, "Flatten").update(
            class_name="InputLayer", config={"batch_shape": [None, 8, 8, 1]}
        ),
    ],
)
def test_configs_that_are_not_plain_are_refused(good, change):
    with pytest.raises(ValueError, match=r"\. Received|must|may|brings") as refused:
        checked(configured(good, change))
    assert "\n" not in str(refused.value)


def broken(good: bytes) -> dict[str, bytes]:
    """Files that are no models of ours, by what their sentence says."""
    saved_model = io.BytesIO()
    with zipfile.ZipFile(saved_model, "w") as packed:
        packed.writestr("model/saved_model.pb", b"graph")
    return {
        "h5 file": b"\x89HDF\r\n\x1a\n" + bytes(100),
        "pickled": pickle.dumps({"weights": [1]}),
        "another kind": b"GIF89a" + bytes(50),
        "SavedModel": saved_model.getvalue(),
        "without a Keras model": changed(good, **{"config.json": None}),
        "The model file is damaged or cut off": good[: len(good) // 2],
        "config and weights alone": changed(good, **{"assets/run.py": b"import os"}),
        "damaged or": changed(good, **{"model.weights.h5": b"no weights"}),
        "damaged or cut": changed(good, **{"config.json": b"{"}),
    }


def test_other_files_are_refused_with_what_they_are(good):
    for said, content in broken(good).items():
        with pytest.raises(ValueError, match=said):
            checked(content)


@pytest.mark.parametrize("kind", ["external link", "soft link", "external data"])
def test_weights_that_lead_elsewhere_are_refused(good, kind, tmp_path):
    file = tmp_path / "w.h5"
    with h5py.File(file, "w") as weights:
        if kind == "external link":
            weights["layers"] = h5py.ExternalLink("/etc/passwd", "/")
        elif kind == "soft link":
            weights["layers"] = h5py.SoftLink("/")
        else:
            weights.create_dataset("layers", (4,), np.uint8, external=[("/etc/passwd", 0, 4)])
    with pytest.raises(ValueError, match="in its own file"):
        checked(changed(good, **{"model.weights.h5": file.read_bytes()}))
