"""A finished run's model and other images."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medcore.data import sources
from medcore.labs import robustness as lab
from medcore.spec import ModelSpec, OptimizerSpec, PreparationSpec, RunSpec, TrainingSpec
from medcore.training import classification
from medcore.training.robustness import measure
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder

BASE = "0123456789abcdef0123456789abcdef"
SPEC = RunSpec(
    model=ModelSpec("mlp"), optimizer=OptimizerSpec("adam", 0.01), training=TrainingSpec(epochs=5, batch_size=16)
)


@pytest.fixture(autouse=True)
def quadrants(splits, monkeypatch):
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)


@pytest.fixture
def runs(tmp_path):
    """Makes a run's folder among those of the runs."""

    def make(name: str, **options) -> Recorder:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return Recorder(folder, **options)

    return make


def bears(preparation: PreparationSpec, **changes) -> RunSpec:
    (spec,) = lab.runs(BASE, model="mlp", preparation=preparation, **changes).values()
    return spec


def test_before_is_what_the_run_itself_found(runs):
    result = classification.train(SPEC, runs(BASE))
    bearing = measure(bears(PreparationSpec({"inverted_contrast": {}})), runs("test"))
    assert bearing["before"] == result["test"]
    assert bearing["baseline"] == result["baseline"]
    assert bearing["after"]["accuracy"] < bearing["before"]["accuracy"] - 0.3
    low, high = bearing["after"]["intervals"]["accuracy"]
    assert low <= bearing["after"]["accuracy"] < high
    assert bearing["preparation"]["corrupted"] == "test"
    assert json.loads(json.dumps(bearing, allow_nan=False)) == bearing


def test_before_with_a_recipe_of_its_own_is_what_the_run_itself_found(runs):
    recipe = PreparationSpec({"gaussian_noise": {}, "median": {}, "flip": {}, "zscore": {}})
    result = classification.train(replace(SPEC, preparation=recipe, seed=4), runs(BASE))
    bearing = measure(bears(recipe, seed=4), runs("test"))
    assert bearing["before"] == result["test"]
    assert bearing["after"] == result["test"]
    assert bearing["own_preparation"] == result["preparation"]
    assert bearing["preparation"]["scale"] == result["preparation"]["scale"]


def test_a_scale_the_model_never_had_is_measured_on_clean_training_images(splits, runs):
    classification.train(SPEC, runs(BASE))
    spec = bears(PreparationSpec({"inverted_contrast": {}, "zscore": {"scope": "train"}}))
    bearing = measure(spec, runs("test"))
    mean = float((splits["train"].images / np.float32(255)).mean())
    assert bearing["preparation"]["scale"]["zero"] == pytest.approx(mean, abs=1e-5)


def test_augmentation_is_left_out():
    assert bears(PreparationSpec({"blur": {}, "rotate": {}}, "train")).preparation == PreparationSpec(
        {"blur": {}}, "test"
    )


def test_a_run_without_a_model_is_one_sentence(runs):
    with pytest.raises(FileNotFoundError, match=f"The run {BASE} left no model on this machine"):
        measure(bears(PreparationSpec()), runs("test"))


def test_images_of_another_size_are_refused(runs):
    classification.train(SPEC, runs(BASE))
    with pytest.raises(ValueError, match=r"takes images of 12x12 pixels; this recipe makes them 8x8 pixels\."):
        measure(bears(PreparationSpec({"resize": {"side": 8}})), runs("test"))


def test_a_set_with_other_classes_is_refused(splits, runs):
    classification.train(SPEC, runs(BASE))
    splits |= {name: replace(part, class_names=("a", "b", "c", "d")) for name, part in splits.items()}
    with pytest.raises(ValueError, match="tells 3 classes apart; this data set has 4"):
        measure(bears(PreparationSpec()), runs("test"))


@pytest.mark.parametrize("call", [1, 50])
def test_cancelled(call, runs):
    classification.train(SPEC, runs(BASE))
    with pytest.raises(Cancelled):
        measure(bears(PreparationSpec({"blur": {}})), runs("test", cancel_at=call))


def test_recipes_in_words():
    assert lab.words(PreparationSpec({"resize": {"side": 32}, "equalize": {}})) == "Resize 32, Histogram equalisation"
    assert lab.words(PreparationSpec({"percentile": {}})) == "Percentile 1/99 (each image)"
    assert lab.words(PreparationSpec()) == "No preparation"
