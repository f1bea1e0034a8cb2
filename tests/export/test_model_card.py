"""A network to take along: what its card says, and that it loads in five lines of Keras."""

import io
import json
import re
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest

from medcore.data import sources
from medcore.export import model_card, model_file, places
from medcore.runs import files
from medcore.sandbox import Sandbox
from medcore.spec import AdaptationSpec, DataSpec, ModelSpec, PreparationSpec, RunSpec, TransferSpec
from tests.ui.made_runs import ended

CLASSES = ["malignant", "normal"]
TEST = {
    "n": 78,
    "accuracy": 0.75,
    "auc": 0.8,
    "intervals": {"accuracy": [0.64, 0.83], "auc": [0.7, 0.9]},
}
RESULT = {
    "test": TEST,
    "baseline": {"accuracy": 0.73, "class": "normal"},
    "data": {"sha256": "f" * 64, "classes": CLASSES, "sizes": {"train": 546, "val": 78, "test": 78}},
    "parameters": 1234,
    "preparation": {"steps": {"zscore": {"scope": "train"}}},
}
SPEC = RunSpec(data=DataSpec("digits"), preparation=PreparationSpec({"zscore": {"scope": "train"}}), seed=7)


@pytest.fixture
def card():
    return sources.find("digits").card


@pytest.fixture
def record(home):
    made = ended("CNN | `quick`", SPEC, RESULT)
    folder = files.folder(made.id)
    folder.mkdir(parents=True)
    network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    network.save(folder / "model.keras")
    (folder / "preparation.json").write_text("{}")
    return made


def opened(record, card) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(model_card.archive(record, card, files.folder(record.id))))


def test_all_that_is_known_stands_on_the_card(record, card):
    with opened(record, card) as packed:
        assert set(packed.namelist()) == {
            "model.keras",
            "README.md",
            "model_card.json",
            "specs.json",
            "preparation.json",
        }
        text, facts = packed.read("README.md").decode(), json.loads(packed.read("model_card.json"))
    for said in (
        "For teaching and research, not for diagnosis.",
        "| Accuracy | 0.750 | 0.640 to 0.830 |",
        "| AUC | 0.800 | 0.700 to 0.900 |",
        'always saying "normal" | 0.730',
        "0. malignant\n1. normal",
        "f" * 64,
        card.licence,
        card.citation,
        "Seed 7",
        SPEC.hash,
        "78 images of the same source, which is few",
        'not proved to be better than always saying "normal"',
    ):
        assert said in text
    assert text.startswith("# CNN \\| 'quick'\n")
    assert facts["intervals"]["auc"] == [0.7, 0.9]
    assert RunSpec.from_dict(facts["spec"]) == SPEC


def adapted_run(method: str, **changed):
    """A run whose target is another set, and what it says of it."""
    spec = RunSpec(task="adapt", data=DataSpec("digits"), adaptation=AdaptationSpec(method, DataSpec("ct-simulator")))
    target = {"sha256": "e" * 64, "classes": CLASSES, "sizes": {"train": 640, "val": 100, "test": 78}}
    told = {"target_data": target, "source_test": {"accuracy": 0.91}, "adaptation": {"method": method, "labels": 20}}
    return ended("Adapted", spec, RESULT | told | {"published": {}} | changed)


def test_the_card_of_an_adapted_network_names_both_places(card):
    run = adapted_run("adabn", published={"accuracy": 0.42})
    text = model_card.text(model_card.facts(run, card))
    for said in (
        "## Data of the source",
        "## Data of the target",
        "f" * 64,
        "e" * 64,
        sources.find("ct-simulator").card.title,
        "mean and variance of its batch normalisation are those of the target's training images",
        "tested on 78 images of the target, none of the source",
        "| On the target's test images |",
        "Accuracy on the source's test images | 0.910",
        "as published | 0.420",
    ):
        assert said in text
    assert "chosen by the labels" not in text
    alone = model_card.limits(adapted_run("target"), card)
    assert card.title not in alone[0]


def test_a_choice_by_the_targets_labels_is_said(card):
    run = adapted_run(
        "dann",
        chosen={"by": "target", "epoch": 3},
        flattery={"accuracy_by_source": 0.61, "accuracy_by_target": 0.75},
    )
    text = model_card.text(model_card.facts(run, card))
    assert "its figures flatter it, and chosen without them the accuracy is 0.610" in text


def test_what_it_learned_from_first_is_said_with_its_licence(card, monkeypatch):
    spec = RunSpec(task="transfer", data=DataSpec("digits"), transfer=TransferSpec("set", DataSpec("ct-simulator")))
    first = replace(sources.find("ct-simulator").card, licence="CC BY-NC 4.0")
    monkeypatch.setattr(places, "_card", lambda name: first)
    text = model_card.text(model_card.facts(ended("Fine-tuned", spec, RESULT), card))
    assert f"first weights were learned from {first.title}" in text
    assert "The licence of its images forbids commercial use." in text
    deep = replace(spec, transfer=TransferSpec("imagenet"), model=ModelSpec("vgg16"))
    assert model_card.facts(ended("Features", deep, RESULT), card)["learned"] == [places.IMAGENET]


def test_the_lines_on_the_card_run(record, card, tmp_path, monkeypatch):
    with opened(record, card) as packed:
        packed.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", (tmp_path / "README.md").read_text(), re.S)[1]
    known = {}
    exec(code, known)
    np.testing.assert_allclose(np.asarray(known["probabilities"]).sum(axis=1), 1, rtol=1e-6)
    assert "Images were prepared before the network saw them" in (tmp_path / "README.md").read_text()


def test_the_same_run_makes_the_same_bytes(record, card):
    folder = files.folder(record.id)
    assert model_card.archive(record, card, folder) == model_card.archive(record, card, folder)


def test_the_name_of_a_sessions_set_stays_secret(record, card):
    secret = f"session-{'a' * 32}"
    spec = record.spec | {"data": {"name": secret, "options": {}}}
    changed = ended("CNN", RunSpec.from_dict(spec), RESULT, id=record.id)
    with opened(changed, card) as packed:
        assert not any(secret.encode() in packed.read(name) for name in packed.namelist())


def test_a_run_without_a_network_says_so(home, card):
    made = ended("CNN", SPEC, RESULT)
    with pytest.raises(FileNotFoundError, match="left no network on this machine"):
        model_card.archive(made, card, files.folder(made.id))


def test_what_is_taken_along_can_be_brought_back(record, card):
    plain = ended("CNN", SPEC, RESULT | {"preparation": {"steps": {"flip": {}}}}, id=record.id)
    content = model_card.archive(plain, card, files.folder(record.id))
    sandbox = Sandbox()
    try:
        reply = sandbox.run(model_file.CHECK, {}, [content], seconds=60)
    finally:
        sandbox.close()
    assert reply.values == {"shape": [8, 8, 1], "classes": CLASSES}
    assert bytes(reply.data[0]) == (files.folder(record.id) / "model.keras").read_bytes()


def test_what_needs_prepared_images_is_not_taken_back(record, card):
    content = model_card.archive(record, card, files.folder(record.id))
    with pytest.raises(ValueError, match="images that were prepared first"):
        model_file.check({}, [memoryview(content)])
