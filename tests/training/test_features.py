"""Features of frozen layers: right, computed once, and for one image after the other."""

import keras
import numpy as np
import pytest

from medcore.data import cache
from medcore.training.features import Features
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder

IMAGES = np.random.default_rng(0).random((20, 4, 4, 1), np.float32)


@pytest.fixture
def layers() -> keras.Model:
    return keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])


@pytest.fixture
def features(layers, tmp_path):
    """Makes features of the layers that count the images they are asked to compute."""
    asked: list[int] = []

    def compute(images):
        asked.append(len(images))
        return np.asarray(layers(images))

    def make() -> Features:
        return Features(layers, lambda: compute, tmp_path)

    make.asked = asked
    return make


def test_features_are_what_the_layers_make(features, layers, run):
    np.testing.assert_allclose(features().of([IMAGES], run)[0], layers(IMAGES), rtol=1e-6)
    assert sum(features.asked) == 20


def test_another_process_finds_them_image_by_image(features, layers, run):
    first = features()
    first.of([IMAGES[:12]], run)
    features.asked.clear()
    again = features()
    mixed = IMAGES[[15, 3, 15, 0]]
    np.testing.assert_allclose(again.of([mixed], run)[0], layers(mixed), rtol=1e-6)
    assert (sum(features.asked), first.computed, again.computed) == (1, 12, 1)


def test_parts_are_read_and_kept_together(features, layers, run, monkeypatch):
    written = []
    write = cache.write
    monkeypatch.setattr(cache, "write", lambda *told: (written.append(told[0]), write(*told)))
    parts = [IMAGES[:9], IMAGES[5:15], IMAGES[15:]]
    for part, found in zip(parts, features().of(parts, run), strict=True):
        np.testing.assert_allclose(found, layers(part), rtol=1e-6)
    assert (len(written), sum(features.asked)) == (1, 20)


def test_other_weights_and_other_bytes_are_other_features(features, layers, run):
    features().of([IMAGES], run)
    layers.layers[-1].set_weights([weights + 1 for weights in layers.layers[-1].get_weights()])
    features.asked.clear()
    np.testing.assert_allclose(features().of([IMAGES], run)[0], layers(IMAGES), rtol=1e-6)
    features().of([IMAGES.astype(np.float64)], run)
    assert sum(features.asked) == 40


def test_a_damaged_file_is_computed_again(features, layers, run, tmp_path):
    features().of([IMAGES], run)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:200])
    np.testing.assert_allclose(features().of([IMAGES], run)[0], layers(IMAGES), rtol=1e-6)


def test_cancel_is_heard_between_two_calls_and_leaves_the_lock(features, tmp_path, run):
    with pytest.raises(Cancelled):
        features().of([IMAGES], Recorder(tmp_path, cancel_at=2))
    assert sum(features.asked) < 20
    assert len(features().of([IMAGES], run)[0]) == 20


def test_how_far_it_is_is_said_in_words_and_a_share(features, run):
    features().of([IMAGES], run)
    assert run.sentences[0] == "Computing features: 0 of 20 images (0%)."
