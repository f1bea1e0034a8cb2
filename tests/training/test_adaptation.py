"""Each method on a shift between two places where the right answer is known."""

import json
from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from medcore.data import sources
from medcore.data.dataset import Card, ImageDataset
from medcore.evaluation import domain_distance
from medcore.spec import AdaptationSpec, DataSpec, ModelSpec, OptimizerSpec, PreparationSpec, RunSpec, TrainingSpec
from medcore.training.adaptation import train
from tests.training.conftest import NAMES, Recorder, quadrants

SPEC = RunSpec(
    task="adapt",
    data=DataSpec("source"),
    model=ModelSpec("mlp", {"hidden": 16}),
    optimizer=OptimizerSpec("adam", 0.01),
    training=TrainingSpec(epochs=4, batch_size=16, weights="best"),
    seed=1,
)
NORMALISED = ModelSpec("mlp", {"hidden": 16, "batch_norm": 1})
SHORTCUT = Card("shortcut", "Shortcut", "classification", "Made for tests.", "MIT", "", "Exact.")


def dimmed(part: ImageDataset) -> ImageDataset:
    """Contrast 0.3 of what it was, and brighter: what batch normalisation takes away if it knows of it."""
    return replace(part, images=np.rint(0.3 * part.images + 170).astype(np.uint8))


def shortcut(n: int, seed: int, there: bool) -> ImageDataset:
    """Images of two pixels. The first says the class, and errs in 2% of images, in both places; the second says it
    loudly in the source, and nothing in the target, where it leans towards "yes"."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    sign = 2 * labels - 1
    pixels = [sign + rng.normal(0, 0.5, n), (2 * sign if there else 1) + rng.normal(0, 0.3, n)]
    images = np.stack(pixels, axis=1).reshape(n, 1, 2, 1).astype(np.float32)
    return ImageDataset(images, labels, ("no", "yes"), SHORTCUT)


@pytest.fixture
def places(monkeypatch):
    """Both places; tests put other sets there."""
    source = {"train": quadrants(150, 0), "val": quadrants(40, 1), "test": quadrants(60, 2)}
    target = {"train": quadrants(120, 3), "val": quadrants(40, 4), "test": quadrants(60, 5)}
    there = {"source": source, "target": {name: dimmed(part) for name, part in target.items()}}
    monkeypatch.setattr(domain_distance, "TSNE", partial(domain_distance.TSNE, max_iter=250))  # the least there is
    monkeypatch.setattr(sources, "load", lambda spec, report=None: there[spec.name])
    return there


@pytest.fixture
def shortcuts(places):
    for name, there in (("source", True), ("target", False)):
        places[name] = {
            split: shortcut(n, 10 * there + i, there)
            for i, (split, n) in enumerate({"train": 200, "val": 60, "test": 100}.items())
        }


def adapted(tmp_path, method: str, spec: RunSpec = SPEC, **asked):
    """The result, and what was logged."""
    folder = tmp_path / f"{method}-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    run = Recorder(folder)
    asked = AdaptationSpec(method, target=DataSpec("target"), **asked)
    return train(replace(spec, adaptation=asked), run), run


def test_adabn_fine_tuning_and_target_labels_give_back_what_dimming_took(places, tmp_path):
    spec = replace(SPEC, model=NORMALISED)
    alone, _ = adapted(tmp_path, "source_only", spec)
    assert alone["source_test"]["accuracy"] > 0.9
    assert alone["test"]["accuracy"] < 0.65
    for method, labels in (("adabn", 0), ("fine_tune", 20), ("target", 120)):
        result, _ = adapted(tmp_path, method, spec)
        assert result["test"]["accuracy"] > 0.85, method
        assert result["adaptation"] == {"method": method, "labels": labels}
        if method == "adabn":
            assert result["distance"]["after"]["proxy_a"] < result["distance"]["before"]["proxy_a"] - 0.5
            assert result["distance"]["after"]["coral"] < result["distance"]["before"]["coral"]
        unadapted = alone["test"]["accuracy"] if method != "target" else None
        assert result["unadapted"] == unadapted
        assert result["chosen"]["by"] == ("validation" if method == "target" else "source")


def test_coral_and_dann_turn_away_from_a_shortcut_that_only_the_source_has(shortcuts, tmp_path):
    """The target's labels stay unseen, and still the network learns the pixel that means the same in both places."""
    spec = replace(SPEC, training=TrainingSpec(epochs=25, batch_size=20))
    alone, plain = adapted(tmp_path, "source_only", spec)
    assert alone["source_test"]["accuracy"] > 0.95
    assert alone["test"]["accuracy"] < 0.6
    assert not plain.values("adaptation_loss")
    for method, weight in (("coral", 10), ("dann", 1)):
        result, run = adapted(tmp_path, method, spec, weight=weight)
        assert result["test"]["accuracy"] > 0.9, method
        assert result["source_test"]["accuracy"] > 0.95
        assert result["steps"] == alone["steps"]
        assert result["distance"]["after"]["coral"] < alone["distance"]["after"]["coral"]
        assert len(run.values("adaptation_loss")) == 25


@pytest.mark.parametrize("method", ["coral", "dann"])
def test_without_weight_the_network_is_that_of_the_source_alone(method, places, tmp_path):
    """The same source images in the same order, each with the same weight; the target's count for nothing."""
    alone, plain = adapted(tmp_path, "source_only")
    result, run = adapted(tmp_path, method, weight=0)
    np.testing.assert_allclose(run.values("train_loss"), plain.values("train_loss"), rtol=2e-4)
    np.testing.assert_allclose(run.values("train_accuracy"), plain.values("train_accuracy"))
    assert result["test"] == alone["test"]
    assert result["parameters"] == alone["parameters"]


def test_result_and_files_say_everything(places, tmp_path):
    places["target"] = {
        name: replace(part, class_names=tuple(name.upper() for name in NAMES[::-1]), labels=2 - part.labels)
        for name, part in places["target"].items()
    }
    asked = {"target_preparation": PreparationSpec({"resize": {"side": 8}}), "choose_on_target": True}
    result, run = adapted(tmp_path, "source_only", **asked)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["data"]["sizes"]["train"] == 150
    assert result["target_data"]["sizes"]["train"] == 120
    assert result["test_data"]["data"]["name"] == "target"
    accuracies = run.values("target_accuracy")
    assert len(accuracies) == 4
    assert result["chosen"] == {"by": "target", "epoch": int(np.argmax(accuracies)) + 1}
    assert result["flattery"]["accuracy_by_target"] == max(accuracies) == result["test"]["accuracy"]
    best = int(np.argmin(run.values("val_loss")))
    assert result["flattery"]["accuracy_by_source"] == accuracies[best]
    model = keras.models.load_model(run.folder / "model.keras", safe_mode=True)
    assert (model.input_shape, model.output_shape) == ((None, 12, 12, 1), (None, 3))
    with np.load(run.folder / "predictions.npz") as saved:
        np.testing.assert_array_equal(saved["labels"], 2 - places["target"]["test"].labels)
        assert (saved["probabilities"].argmax(axis=1) == saved["labels"]).mean() == result["test"]["accuracy"]
        np.testing.assert_array_equal(saved["val_labels"], places["source"]["val"].labels)
    with np.load(run.folder / "embedding.npz") as saved:
        assert {saved[f"{kind}_{when}"].shape for kind in ("pca", "tsne") for when in ("before", "after")} == {(120, 2)}
        np.testing.assert_array_equal(saved["domain"], np.repeat([0, 1], 60))
        np.testing.assert_array_equal(saved["labels"][:60], places["source"]["test"].labels)


def test_updates_of_fine_tuning_are_counted_on(places, tmp_path):
    result, run = adapted(tmp_path, "fine_tune", target_labels=10)
    steps = [row.step for row in run.rows if row.metric == "train_loss"]
    assert steps == list(range(1, result["steps"] + 1))
    assert run.facts["steps"] == result["steps"] == 4 * 10 + 100
    assert run.facts["epochs"] == result["epochs"] == result["chosen"]["epoch"] == 14
    seconds = run.values("seconds")
    assert seconds == sorted(seconds)


@pytest.mark.parametrize(
    ("method", "spec", "asked", "sentence"),
    [
        ("adabn", SPEC, {}, "AdaBN .* batch normalisation.* Received: MLP without"),
        ("coral", replace(SPEC, model=ModelSpec("linear")), {}, "needs a layer below its head. Received: Linear"),
        ("fine_tune", SPEC, {"target_labels": 2}, "each class, 3 or more. Received: 2"),
        ("fine_tune", SPEC, {"target_labels": 121}, "120 labelled training images. Received: 121"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(method, spec, asked, sentence, places, tmp_path):
    with pytest.raises(ValueError, match=sentence):
        adapted(tmp_path, method, spec, **asked)
