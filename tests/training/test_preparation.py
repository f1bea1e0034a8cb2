"""What is seen is what is trained on."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medcore.data import sources
from medcore.data.preparation.recipe import Recipe
from medcore.spec import DataSpec, ModelSpec, OptimizerSpec, PreparationSpec, RunSpec, TrainingSpec
from medcore.training import classification, compiled
from medcore.training.classification import train
from medcore.training.loop import Loop
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder

RECIPE = PreparationSpec({"gaussian_noise": {"sd": 0.05}, "shift": {"share": 0.1}, "zscore": {}})
SPEC = RunSpec(model=ModelSpec("mlp"), training=TrainingSpec(epochs=3, batch_size=16), seed=2, preparation=RECIPE)


@pytest.fixture(autouse=True)
def quadrants(splits, monkeypatch):
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)


@pytest.fixture
def loaded(monkeypatch) -> list[np.ndarray]:
    """The training images of each time they are put on the device."""
    seen, load = [], Loop.load
    monkeypatch.setattr(
        Loop, "load", lambda self, images, *rest, **room: seen.append(images) or load(self, images, *rest, **room)
    )
    return seen


def test_the_network_gets_what_the_preview_shows(splits, run, loaded):
    result = train(SPEC, run)
    assert len(loaded) == 3
    scale = result["preparation"]["scale"]
    recipe = Recipe(RECIPE, SPEC.seed)
    recipe.scale = recipe.measure(enumerate(splits["train"].images))
    assert recipe.scale.to_dict() == scale
    for epoch, images in enumerate(loaded):
        assert images.dtype == np.float32
        for i in (0, 33, 69):
            seen = recipe.image(splits["train"].images[i], "train", i, epoch).image
            np.testing.assert_array_equal(images[i], seen)


def test_validation_and_test_images_are_not_augmented(splits, run, monkeypatch):
    seen, logits = [], Loop.logits
    monkeypatch.setattr(Loop, "logits", lambda self, images, pause: seen.append(images) or logits(self, images, pause))
    result = train(SPEC, run)
    recipe = Recipe(RECIPE, SPEC.seed)
    recipe.scale = recipe.measure(enumerate(splits["train"].images))
    for name, images in (("val", seen[0]), ("val", seen[-2]), ("test", seen[-1])):
        for i in (0, 17):
            np.testing.assert_array_equal(images[i], recipe.image(splits[name].images[i], name, i).image)
    assert result["test"]["n"] == len(seen[-1])


def test_the_result_and_the_folder_say_what_was_applied(run):
    result = train(SPEC, run)
    facts = result["preparation"]
    assert facts["steps"] == {"gaussian_noise": {"sd": 0.05}, "shift": {"share": 0.1}, "zscore": {"scope": "train"}}
    assert (facts["corrupted"], facts["seed"]) == ("all", 2)
    assert json.loads((run.folder / "preparation.json").read_bytes()) == facts
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_a_run_without_a_recipe_is_as_before(run, loaded):
    result = train(replace(SPEC, preparation=PreparationSpec()), run)
    assert result["preparation"] is None
    assert [images.dtype for images in loaded] == [np.uint8]
    assert not (run.folder / "preparation.json").exists()


def test_without_augmentation_images_are_loaded_once(run, loaded):
    train(replace(SPEC, preparation=PreparationSpec({"blur": {}})), run)
    assert len(loaded) == 1


def test_fresh_images_need_no_second_trace(run):
    train(SPEC, run)
    (stepper,) = [kept for key, kept in compiled._kept.items() if '"float32", 16' in key and '"mlp"' in key][-1:]
    assert stepper._steps.experimental_get_tracing_count() == 1


def test_the_same_spec_gives_the_same_result(run, tmp_path):
    first, again = train(SPEC, run), train(SPEC, Recorder(tmp_path))
    assert first["test"] == again["test"]
    assert run.values("train_loss") == pytest.approx(run.values("train_loss"))


def test_resized_images_go_into_a_smaller_network(run):
    result = train(replace(SPEC, preparation=PreparationSpec({"resize": {"side": 8}})), run)
    assert result["parameters"] == 64 * 128 + 128 + 128 * 3 + 3


@pytest.mark.parametrize("call", [1, 40, 120, 145])
def test_cancelled_while_images_are_prepared_drawn_or_trained_on(call, tmp_path):
    run = Recorder(tmp_path, cancel_at=call)
    with pytest.raises(Cancelled):
        train(SPEC, run)
    assert not (tmp_path / "model.keras").exists()


def test_who_waits_is_told_how_far_the_preparation_is(run, monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(classification.time, "monotonic", lambda: next(clock))
    train(SPEC, run)
    assert "Preparing the images: 1 of 140." in run.sentences


def test_domain_shift_costs_accuracy_on_the_test_set_alone(run, tmp_path):
    clean = train(replace(SPEC, preparation=PreparationSpec()), run)
    shifted = replace(SPEC, preparation=PreparationSpec({"inverted_contrast": {}}, "test"))
    result = train(shifted, Recorder(tmp_path))
    assert result["val"]["accuracy"] > 0.9
    assert result["test"]["accuracy"] < clean["test"]["accuracy"] - 0.3


@pytest.mark.slow
def test_a_recipe_is_learnt_from_on_real_images(home, tmp_path, monkeypatch):
    """Digits, moved and noisy: the convolutional network still learns, on test images it never saw."""
    monkeypatch.undo()
    monkeypatch.setenv("MEDCORE_HOME", str(tmp_path / "home"))
    recipe = PreparationSpec({"gaussian_noise": {"sd": 0.1}, "shift": {"share": 0.1}, "rotate": {}, "zscore": {}})
    spec = RunSpec(
        data=DataSpec("digits"),
        optimizer=OptimizerSpec("adam", 0.003),
        training=TrainingSpec(epochs=12),
        preparation=recipe,
    )
    result = train(spec, Recorder(tmp_path))
    assert result["test"]["accuracy"] > 0.9
