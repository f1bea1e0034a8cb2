import json
import os
from dataclasses import replace

import keras
import numpy as np
import pytest

from medcore.data import sources
from medcore.labs import optimizers as lab
from medcore.spec import DataSpec, ModelSpec, OptimizerSpec, RunSpec, TrainingSpec
from medcore.training import journal, path
from medcore.training.classification import train, write
from medcore.training.epochs import order_of
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder

SPEC = RunSpec(model=ModelSpec("mlp"), training=TrainingSpec(epochs=3, batch_size=16))


@pytest.fixture(autouse=True)
def quadrants(splits, monkeypatch):
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)


def test_result_and_plan_say_everything(splits, run):
    result = train(SPEC, run)
    assert run.facts["steps"] == 15
    assert run.facts["steps_per_epoch"] == 5
    assert run.facts["epochs"] == 3
    assert run.facts["train_images"] == 70
    assert run.facts["parameters"] == result["parameters"] == 144 * 128 + 128 + 128 * 3 + 3
    assert run.facts["device"] == result["device"]
    assert (result["steps"], result["epochs"], result["evaluated"]) == (15, 3, "last")
    assert (result["stopped"], result["diverged_at"]) == (None, None)
    assert result["data"]["sizes"] == {"train": 70, "val": 30, "test": 40}
    assert result["data"]["classes"] == list(splits["test"].class_names)
    assert len(result["data"]["sha256"]) == 64
    assert result["baseline"]["class"] in splits["test"].class_names
    assert result["test"]["n"] == 40
    assert result["val"]["n"] == 30
    assert len(run.values("train_loss")) == 15
    assert len(run.values("val_loss")) == 3
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_learns_and_saves_what_it_says(splits, run):
    result = train(SPEC, run)
    assert result["test"]["accuracy"] > 0.9
    with np.load(run.folder / result["files"]["predictions"]) as saved:
        probabilities, labels = saved["probabilities"], saved["labels"]
        np.testing.assert_array_equal(saved["rows"], np.arange(40))
        val = saved["val_probabilities"].argmax(axis=1) == saved["val_labels"]
    assert val.mean() == result["val"]["accuracy"]
    np.testing.assert_array_equal(labels, splits["test"].labels)
    assert (probabilities.argmax(axis=1) == labels).mean() == result["test"]["accuracy"]
    model = keras.models.load_model(run.folder / result["files"]["model"])
    logits = model.predict(splits["test"].images / np.float32(255), verbose=0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(keras.ops.softmax(logits)), probabilities, atol=1e-5)
    assert sorted(path.name for path in run.folder.iterdir()) == ["model.keras", "predictions.npz"]


def test_the_path_is_kept_where_asked_for(splits, run):
    result = train(replace(SPEC, training=replace(SPEC.training, record_path=True)), run)
    steps, weights = path.load(run.folder / result["files"]["path"])
    np.testing.assert_array_equal(steps, np.arange(16))
    assert weights.shape == (16, result["parameters"])
    model = keras.models.load_model(run.folder / result["files"]["model"])
    last = np.concatenate([variable.ravel() for variable in model.get_weights()])
    np.testing.assert_allclose(weights[-1], last, atol=1e-3 * np.abs(last - weights[0]).max())


def test_the_same_spec_gives_the_same_result(run, tmp_path):
    first, again = train(SPEC, run), train(SPEC, Recorder(tmp_path))
    for result in (first, again):
        assert 0 < result.pop("update_seconds") <= result.pop("seconds")
    assert first == again


def test_whole_set_and_single_images_are_batches_too(run, tmp_path):
    all_at_once = replace(SPEC, training=TrainingSpec(epochs=2, batch_size="all"))
    assert train(all_at_once, run)["steps"] == 2
    single = Recorder(tmp_path)
    assert train(replace(SPEC, training=TrainingSpec(epochs=1, batch_size=1)), single)["steps"] == 70
    too_large = replace(SPEC, training=TrainingSpec(epochs=2, batch_size=10_000))
    assert train(too_large, Recorder(tmp_path))["test"] == train(all_at_once, Recorder(tmp_path))["test"]


def test_best_weights_are_evaluated(run, tmp_path):
    """The learning rate ruins the weights after a while; the best epoch's validation accuracy is reported."""
    spec = replace(SPEC, training=TrainingSpec(epochs=6, weights="best"), optimizer=OptimizerSpec("momentum", 0.3))
    result = train(spec, run)
    assert result["evaluated"] == "best"
    losses = run.values("val_loss")
    assert result["best_epoch"] == 1 + losses.index(min(losses))
    assert result["val"]["accuracy"] == pytest.approx(run.values("val_accuracy")[result["best_epoch"] - 1])


def test_a_diverged_run_is_a_result(splits, run):
    """An image that is no number makes the loss one at the step that takes it."""
    images = splits["train"].images / np.float32(255)
    images[11] = np.nan
    splits["train"] = replace(splits["train"], images=images)
    splits |= {name: replace(splits[name], images=splits[name].images / np.float32(255)) for name in ("val", "test")}
    result = train(SPEC, run)
    step = list(order_of(0, 0, 70)).index(11) // 16 + 1
    assert result["diverged_at"] == result["steps"] == step
    assert f"step {step}" in result["stopped"]
    assert result["test"]["accuracy"] is None
    assert not np.isfinite(run.values("train_loss")[-1])
    json.dumps(result, allow_nan=False)


def test_a_rate_far_too_large_is_divergence(splits, run):
    result = train(replace(SPEC, optimizer=OptimizerSpec("minibatch", 100.0)), run)
    assert result["diverged_at"] == result["steps"] < 15
    assert run.values("train_loss")[-1] > 100


def test_a_diverged_run_falls_back_on_its_best_epoch(splits, run, monkeypatch):
    """A decay of 100 times the weights a step makes them grow a hundredfold, beyond what float32 holds."""
    monkeypatch.setattr(journal, "FAR", 1e30)  # else it would not last an epoch
    spec = replace(
        SPEC, optimizer=OptimizerSpec("minibatch", 100.0, 1.0), training=TrainingSpec(50, 16, weights="best")
    )
    result = train(spec, run)
    assert result["diverged_at"] > 5
    assert result["best_epoch"] is not None
    assert result["evaluated"] == "best"
    assert result["test"]["accuracy"] is not None


@pytest.mark.parametrize("call", [1, 2, 7])
def test_cancelled_wherever_it_is(call, tmp_path):
    run = Recorder(tmp_path, cancel_at=call)
    with pytest.raises(Cancelled):
        train(SPEC, run)
    assert not (tmp_path / "model.keras").exists()


def test_every_optimizer_starts_from_the_same_loss(tmp_path):
    first = set()
    for spec in lab.runs(model="mlp", optimizers=["minibatch", "adam", "lion"], epochs=1).values():
        run = Recorder(tmp_path)
        train(spec, run)
        first.add(run.values("train_loss")[0])
    assert len(first) == 1


def test_a_set_without_labels_is_refused(splits, run):
    splits["train"] = replace(splits["train"], labels=None)
    with pytest.raises(ValueError, match=r"needs a data set with one label an image\. Received: 'quadrants'"):
        train(SPEC, run)


def test_an_empty_split_is_refused(splits, run):
    splits["val"] = replace(splits["val"], images=splits["val"].images[:0], labels=splits["val"].labels[:0])
    with pytest.raises(ValueError, match="val empty"):
        train(SPEC, run)


def test_nothing_unfinished_is_left_when_the_disk_is_full(run, monkeypatch):
    def full(path, **arrays):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        train(SPEC, run)
    assert [path.name for path in run.folder.iterdir()] == ["model.keras"]


def test_two_processes_may_write_the_same_file(tmp_path, monkeypatch):
    file = tmp_path / "reference.npz"

    def fill(unfinished):
        unfinished.write_bytes(b"first")
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(os, "getpid", lambda: 1)
            write(file, lambda other: other.write_bytes(b"second"))
        assert file.read_bytes() == b"second"

    write(file, fill)
    assert file.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [file]


class TestRealImages:
    """Sets that come with the libraries, or lie beside the checkout."""

    @pytest.fixture(autouse=True)
    def real_sources(self, quadrants, monkeypatch):
        monkeypatch.undo()

    def test_digits_with_the_convolutional_network(self, home, tmp_path):
        spec = RunSpec(data=DataSpec("digits"), training=TrainingSpec(epochs=6))
        assert train(spec, Recorder(tmp_path))["test"]["accuracy"] > 0.9

    @pytest.mark.slow
    @pytest.mark.parametrize(("name", "epochs", "auc"), [("breastmnist", 20, 0.78), ("pneumoniamnist_rebuilt", 4, 0.9)])
    def test_articles_network_on_medical_images(self, name, epochs, auc, shared_data, home, tmp_path, monkeypatch):
        """Median of three seeds, weights of the best validation epoch."""
        monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
        values = []
        for seed in range(3):
            spec = RunSpec(data=DataSpec(name), training=TrainingSpec(epochs=epochs, weights="best"), seed=seed)
            values.append(train(spec, Recorder(tmp_path))["test"]["auc"])
        assert np.median(values) >= auc
