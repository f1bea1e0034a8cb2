import hashlib

import keras
import numpy as np
import pytest

from medcore.data.published import backbone_weights
from medcore.models import pretrained
from medcore.models.backbones import mobilenetv2
from medcore.spec import ModelSpec

SPEC = ModelSpec("mobilenetv2", {"size": 64})
FILE = "mobilenet_v2_0.35_224_no_top.weights.h5"


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return mobilenetv2((64, 64, 3), 2, size=64)


@pytest.fixture
def weights(shared_data, home, monkeypatch):
    folder = shared_data / "keras_weights"
    monkeypatch.setenv("MEDCORE_WEIGHTS", str(folder))
    return folder / FILE


def test_features_are_those_of_keras_with_its_own_preprocessing(model, weights):
    facts = pretrained.load(model, SPEC)
    assert facts == {"file": FILE, "sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype(np.float32)
    theirs = keras.applications.MobileNetV2((64, 64, 3), 0.35, include_top=False, weights=str(weights), pooling="avg")
    expected = theirs(keras.applications.mobilenet_v2.preprocess_input(pixels.copy()), training=False)
    ours = keras.Model(model.inputs[0], model.get_layer("features").output)(pixels / 255, training=False)
    np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-4)
    assert np.std(expected) > 0.1


def test_a_truncated_file_is_said_and_not_passed_over(model, weights, home):
    (home / "weights").mkdir(parents=True)
    (home / "weights" / backbone_weights.remote(SPEC).file).write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(OSError, match=r"_no_top\.h5 cannot be read: it is damaged, or was .*Received: 2,060,472 bytes"):
        pretrained.load(model, SPEC)


def test_weights_of_another_architecture_are_refused(weights, home):
    (home / "weights").mkdir(parents=True)
    wider = ModelSpec("mobilenetv2", {"size": 64, "alpha": 0.5})
    path = home / "weights" / backbone_weights.remote(wider).file
    path.write_bytes(weights.read_bytes())
    with pytest.raises(ValueError, match=r"0\.5_224_no_top\.h5 must hold the 706,224 weights of .*: 410,208 numbers"):
        pretrained.load(mobilenetv2((64, 64, 3), 2, alpha=0.5, size=64), wider)


def _network(units: int) -> keras.Model:
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(units, use_bias=False)])


def test_as_many_numbers_in_other_arrays_are_refused(tmp_path):
    wide = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, use_bias=False)])
    deep = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False)])
    wide.save_weights(tmp_path / "wide.weights.h5")
    with pytest.raises(
        ValueError, match=r"the 6 weights of Deep .*Received: as many numbers in arrays of other shapes"
    ):
        pretrained.read(deep, tmp_path / "wide.weights.h5", "Deep")


def test_the_older_format_that_keras_publishes_is_read(tmp_path):
    networks = [_network(4), _network(4)]
    networks[0].save(tmp_path / "old.h5")
    pretrained.read(networks[1], tmp_path / "old.h5", "Four")
    np.testing.assert_array_equal(*(network.get_weights()[0] for network in networks))


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    network = _network(2)
    network.set_weights([np.array([[1, np.nan]])])
    network.save_weights(tmp_path / "nan.weights.h5")
    with pytest.raises(ValueError, match=r"Received: weights that are no numbers"):
        pretrained.read(network, tmp_path / "nan.weights.h5", "Two")


def test_without_file_and_network_one_sentence_says_how(model, home, monkeypatch):
    monkeypatch.setattr(backbone_weights, "_ADDRESS", "http://127.0.0.1:1")
    with pytest.raises(
        OSError, match=r"^The ImageNet weights of MobileNetV2 with alpha 0\.35 are not on this machine: "
    ):
        pretrained.load(model, SPEC)
