"""The whole request: a run that was trained here, asked about its images."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medcore.data import sources
from medcore.data.preparation.recipe import Recipe
from medcore.explanation import reference, task
from medcore.models.linear import linear
from medcore.models.mlp import mlp
from medcore.spec import (
    AdaptationSpec,
    DataSpec,
    ExplanationSpec,
    ModelSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
)
from medcore.training import classification
from tests.training.conftest import Recorder

BASE = "0123456789abcdef"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder of runs with one of the CNN on noisy, standardised digits, of which few were taken."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("MEDCORE_HOME", str(home))
    steps = {"gaussian_noise": {"sd": 0.1}, "zscore": {"scope": "train"}}
    spec = RunSpec(
        data=DataSpec("digits"),
        training=TrainingSpec(epochs=2, batch_size=64),
        preparation=PreparationSpec(steps, "all"),
        sample=SampleSpec(images=200, label_noise=0.1),
        seed=3,
    )
    folder = home / "runs" / BASE
    folder.mkdir(parents=True)
    classification.train(spec, Recorder(folder))
    yield folder, spec
    patch.undo()


def ask(trained, tmp_path, **wanted):
    """Facts and arrays of a request, and what the run returned."""
    folder, spec = trained
    place = folder.parent / tmp_path.name
    place.mkdir(exist_ok=True)
    request = replace(spec, task="explain", base=folder.name, explanation=ExplanationSpec(**wanted))
    result = task.explain(request, Recorder(place))
    with np.load(place / task.FILE) as saved:
        arrays = dict(saved)
    return json.loads(str(arrays.pop("facts"))), arrays, json.loads(json.dumps(result))


def test_answers_are_those_of_the_run_on_the_very_images_it_was_tested_on(trained, tmp_path):
    folder, _ = trained
    with np.load(folder / "predictions.npz") as saved:
        probabilities = saved["probabilities"]
    facts, arrays, result = ask(trained, tmp_path, index=5, nearest=0)
    np.testing.assert_allclose(facts["probabilities"], probabilities[5], atol=0.02)  # the run may be of bfloat16
    assert facts["said"] == facts["target"] == probabilities[5].argmax()
    assert facts["label"] == str(sources.load(DataSpec("digits"))["test"].labels[5])
    noisy = Recipe(PreparationSpec({"gaussian_noise": {"sd": 0.1}}, "all"), 3)
    shown = noisy.image(sources.load(DataSpec("digits"))["test"].images[5], "test", 5).image
    np.testing.assert_allclose(arrays["image"] / 255, shown, atol=0.5 / 255 + 1e-6)
    assert set(facts["methods"]) == {"gradcam", "gradcampp", "integrated_gradients", "occlusion"}
    for method, found in facts["methods"].items():
        assert arrays[method].shape == (8, 8)
        assert [stage["down_to"] for stage in found["randomised"]] == ["logits", "dense", "conv2", "conv1"]
        assert arrays[f"{method}/3"].shape == (8, 8)
    integrated = facts["methods"]["integrated_gradients"]
    assert abs(integrated["missed"]) <= 0.05 * abs(integrated["change"])
    assert result["files"] == {"explanation": task.FILE}


def test_the_nearest_training_image_of_a_training_image_is_not_itself(trained, tmp_path):
    folder, _ = trained
    facts, _, _ = ask(trained, tmp_path, methods=(), index=0, nearest=6)
    assert (folder / reference.FILE).is_file()
    assert facts["compared"] == facts["learned_from"] == 200
    assert facts["features"] == 64
    distances = [one["distance"] for one in facts["nearest"]]
    assert len(distances) == 6
    assert distances == sorted(distances)
    taken = facts["nearest"][0]["index"]
    facts, _, _ = ask(trained, tmp_path, methods=(), split="train", index=taken, nearest=6)
    assert taken not in [one["index"] for one in facts["nearest"]]
    train = sources.load(DataSpec("digits"))["train"]
    for one in facts["nearest"]:
        assert one["label"] == str(train.labels[one["index"]])


def test_features_are_kept_until_the_images_change(trained, tmp_path, monkeypatch):
    folder, _ = trained
    first, _, _ = ask(trained, tmp_path, methods=(), index=1, nearest=3)

    def computed(*_):
        raise AssertionError("computed again")

    monkeypatch.setattr(reference, "_computed", computed)
    again, _, _ = ask(trained, tmp_path, methods=(), index=1, nearest=3)
    assert again["nearest"] == first["nearest"]
    other = replace(sources.facts("digits"), sha256="0" * 64)
    monkeypatch.setattr(sources, "facts", lambda *_: other)
    with pytest.raises(AssertionError, match="computed again"):
        ask(trained, tmp_path, methods=(), index=1, nearest=3)
    (folder / reference.FILE).write_bytes(b"torn")
    with pytest.raises(AssertionError, match="computed again"):
        ask(trained, tmp_path, methods=(), index=1, nearest=3)
    (folder / reference.FILE).unlink()


def test_maps_are_sums_of_what_is_shown_beside_them(trained, tmp_path):
    facts, arrays, _ = ask(trained, tmp_path, methods=(), maps=True, nearest=0)
    assert [(layer["path"], layer["kind"]) for layer in facts["maps"]] == [
        ("conv1", "convolution"),
        ("pool1", "pooling"),
        ("conv2", "convolution"),
        ("pool2", "pooling"),
    ]
    assert [layer["biases"] for layer in facts["maps"]] == [True, False, True, False]
    for number, layer in enumerate(facts["maps"]):
        active = [one["active"] for one in layer["maps"]]
        assert active == sorted(active, reverse=True)
        for place, one in enumerate(layer["maps"]):
            patches, kernels = arrays[f"patches/{number}"][place], arrays[f"kernels/{number}"][place]
            if layer["kind"] == "pooling":
                assert patches.max() == pytest.approx(one["value"])
                continue
            terms = (patches * kernels).sum(axis=(1, 2))
            np.testing.assert_allclose(terms, one["terms"], rtol=1e-4, atol=1e-5)
            assert sum(one["terms"]) + one["rest"] + one["bias"] == pytest.approx(one["value"], rel=1e-3, abs=1e-4)
            assert arrays[f"maps/{number}"][place].max() == pytest.approx(one["value"], rel=2e-3, abs=1e-3)


def test_a_network_made_fit_for_another_place_is_asked_about_that_place(trained, tmp_path):
    folder, spec = trained
    adaptation = AdaptationSpec("target", DataSpec("digits"), PreparationSpec({"inverted_contrast": {}}, "test"))
    place = folder.parent / tmp_path.name
    place.mkdir()
    request = replace(spec, task="explain", base=BASE, adaptation=adaptation)
    task.explain(replace(request, explanation=ExplanationSpec(methods=(), nearest=2)), Recorder(place))
    with np.load(place / task.FILE) as saved:
        shown, facts = saved["image"], json.loads(str(saved["facts"]))
    image = sources.load(DataSpec("digits"))["test"].images[0]
    assert np.abs(shown - image.astype(float)).mean() > 1, "not the source's noise"
    assert facts["compared"] == 200


def test_what_cannot_be_asked_is_said_in_one_sentence(trained, tmp_path):
    with pytest.raises(ValueError, match=r"There are 359 images in test, .* Received: 5,000"):
        ask(trained, tmp_path, index=5000)
    with pytest.raises(ValueError, match=r"must be one of 10, .* Received: 10"):
        ask(trained, tmp_path, target=10)
    with pytest.raises(ValueError, match="Received: 'dense'"):
        ask(trained, tmp_path, methods=("gradcam",), layer="dense")
    folder, spec = trained
    gone = replace(spec, task="explain", base="f" * 16)
    with pytest.raises(FileNotFoundError, match="left no model"):
        task.explain(gone, Recorder(folder))


@pytest.mark.parametrize("build", [linear, mlp])
def test_networks_without_maps_are_asked_by_the_other_methods(trained, tmp_path, build):
    folder = trained[0].parent / f"{len(build.__name__)}{BASE[1:]}"
    folder.mkdir(exist_ok=True)
    build((8, 8, 1), 10).save(folder / "model.keras")
    spec = RunSpec(data=DataSpec("digits"), model=ModelSpec(build.__name__))
    facts, _, _ = ask((folder, spec), tmp_path, randomised=False, nearest=2)
    assert facts["impossible"] == ["gradcam", "gradcampp"]
    assert set(facts["methods"]) == {"integrated_gradients", "occlusion"}
    assert facts["layers"] == []
    assert len(facts["nearest"]) == 2
