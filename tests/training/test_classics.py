"""Classics as runs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medcore import catalog
from medcore.data import sources
from medcore.labs.classics import beside
from medcore.spec import ModelSpec, PreparationSpec, RunSpec, SampleSpec
from medcore.training import classification
from medcore.training.classics import train
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder

SPEC = RunSpec(task="classic", model=ModelSpec("logistic_regression"))


@pytest.fixture(autouse=True)
def quadrants(splits, monkeypatch):
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)


@pytest.mark.parametrize("name", ["logistic_regression", "knn"])
def test_a_classic_leaves_what_a_network_leaves(name, splits, run):
    result = train(replace(SPEC, model=ModelSpec(name)), run)
    assert result["test"]["accuracy"] > 0.9
    with np.load(run.folder / result["files"]["predictions"]) as saved:
        assert (saved["probabilities"].argmax(axis=1) == saved["labels"]).mean() == result["test"]["accuracy"]
        np.testing.assert_array_equal(saved["labels"], splits["test"].labels)
    assert (result["steps"], result["epochs"], result["diverged_at"]) == (0, 0, None)
    assert result["data"]["sizes"] == {"train": 70, "val": 30, "test": 40}
    assert run.facts["train_images"] == 70
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    again = train(replace(SPEC, model=ModelSpec(name)), run)
    assert again["test"] == result["test"]


def test_it_gets_the_images_and_wrong_labels_of_the_network_beside_it(splits, tmp_path, monkeypatch):
    seen = {}

    def fit(self, images, labels):
        seen["classic"] = images, labels
        raise Cancelled

    def taken(stepper, loss, train, *_):
        seen["network"] = train.images, train.labels
        raise Cancelled

    monkeypatch.setattr("medcore.models.classics.Classic.fit", fit)
    monkeypatch.setattr(classification, "fit", taken)
    network = RunSpec(
        model=ModelSpec("mlp"),
        sample=SampleSpec(images=20, label_noise=0.2, oversample=True),
        preparation=PreparationSpec.given({"missing_pixels": True, "zscore": True, "flip": True}),
        seed=5,
    )
    (classic,) = beside(network, ["knn"]).values()
    for spec in (network, classic):
        with pytest.raises(Cancelled):
            catalog.resolve(catalog.TASKS[spec.task].target)(spec, Recorder(tmp_path))
    for ours, theirs in zip(seen["classic"], seen["network"], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_one_class_alone_cannot_be_learnt(splits, run, monkeypatch):
    one = replace(splits["train"], labels=np.zeros(70, np.int64))
    monkeypatch.setattr(sources, "load", lambda spec, report=None: {**splits, "train": one})
    with pytest.raises(ValueError, match="two classes or more"):
        train(SPEC, run)


def test_a_classic_is_cancelled_between_its_stages(tmp_path):
    with pytest.raises(Cancelled):
        train(SPEC, Recorder(tmp_path, cancel_at=2))
