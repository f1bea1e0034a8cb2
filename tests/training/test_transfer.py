"""A network that learned something else before."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medcore.data import sources
from medcore.data.entry import Entry
from medcore.spec import (
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
    TransferSpec,
)
from medcore.training import classification, pretraining, transfer
from medcore.training.robustness import logits_of, model_of
from medcore.training.run import Cancelled
from tests.training.conftest import CARD, NAMES, Recorder, quadrants

BASE = "0123456789abcdef0123456789abcdef"
FROM_SET = TransferSpec("set", DataSpec("digits"), 3)
SPEC = RunSpec(
    task="transfer",
    data=DataSpec("quadrants"),
    model=ModelSpec("mlp"),
    optimizer=OptimizerSpec("adam", 0.01),
    training=TrainingSpec(epochs=3, batch_size=16),
    transfer=FROM_SET,
)
CNN = replace(SPEC, model=ModelSpec("cnn", {"batch_norm": 1}), transfer=replace(FROM_SET, unfrozen=1, epochs=1))


@pytest.fixture(autouse=True)
def sets(splits, home, monkeypatch):
    """Digits as they are, quadrants as the target, and larger quadrants in colour."""
    large = {name: quadrants(len(part), seed, 20) for seed, (name, part) in enumerate(splits.items())}
    big = {name: replace(part, images=part.images.repeat(3, 3)) for name, part in large.items()}
    known, entry = {"quadrants": splits, "big": big}, Entry(CARD, {}, NAMES, (12, 12, 1))
    load, find = sources.load, sources.find
    monkeypatch.setattr(sources, "load", lambda spec, report=None: known.get(spec.name) or load(spec))
    monkeypatch.setattr(sources, "find", lambda name: entry if name in known else find(name))


@pytest.fixture
def runs(tmp_path):
    def make(name: str = "run", **options) -> Recorder:
        (tmp_path / name).mkdir(exist_ok=True)
        return Recorder(tmp_path / name, **options)

    return make


def weights(run: Recorder) -> dict[str, list[np.ndarray]]:
    return {layer.name: layer.get_weights() for layer in model_of(run.folder).layers}


def test_the_head_alone_is_trained_on_what_the_other_set_taught(splits, runs):
    run = runs()
    result = transfer.train(SPEC, run)
    first = pretraining.pretrained(SPEC, (12, 12, 1), transfer.devices.choose(transfer.catalog.MODELS["mlp"]), run)
    np.testing.assert_array_equal(weights(run)["hidden"][0], first.weights["hidden"][0])
    assert first.facts["cached"]
    told = result["transfer"]
    assert (told["trainable"], told["frozen"]) == (128 * 3 + 3, 144 * 128 + 128)
    assert (told["pretrained"]["data"], told["features_cached"], told["source"]) == ("digits", False, "set")
    assert 0.5 < told["pretrained"]["val_accuracy"] <= 1
    assert [stage["name"] for stage in result["stages"]] == ["head"]
    logits = logits_of(model_of(run.folder), splits["test"].images / np.float32(255), lambda: None)
    with np.load(run.folder / "predictions.npz") as found:
        np.testing.assert_allclose(found["probabilities"], classification.softmax(logits), atol=1e-5)
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_steps_epochs_and_seconds_go_on_in_the_second_stage(runs):
    run = runs()
    spec = replace(SPEC, transfer=replace(FROM_SET, unfrozen=1, epochs=2, learning_rate=1e-3))
    result = transfer.train(spec, run)
    assert [row.step for row in run.rows if row.metric == "train_loss"] == list(range(1, 26))
    assert [row.step for row in run.rows if row.metric == "val_loss"] == [5, 10, 15, 20, 25]
    assert run.facts["steps"] == result["steps"] == 25
    seconds = run.values("seconds")
    assert seconds == sorted(seconds)
    assert [(stage["name"], stage["epochs"], stage["steps"]) for stage in result["stages"]] == [
        ("head", 3, 15),
        ("fine-tuning", 2, 10),
    ]
    assert result["transfer"]["frozen"] == 0


def test_the_best_epoch_of_both_stages_is_left(runs):
    """A second stage that ruins the network leaves that of the first."""
    rate = TransferSpec("set", DataSpec("digits"), 3, unfrozen=1, epochs=2, learning_rate=3.0)
    spec = replace(SPEC, training=replace(SPEC.training, weights="best"), transfer=rate)
    run = runs()
    result = transfer.train(spec, run)
    best = int(np.argmin(run.values("val_loss")))
    assert result["best_epoch"] == 1 + best <= 3
    assert result["val"]["accuracy"] == pytest.approx(run.values("val_accuracy")[best])


def test_samples_share_features_and_a_damaged_pretraining_is_done_again(runs, home):
    transfer.train(SPEC, runs("one"))
    result = transfer.train(replace(SPEC, sample=SampleSpec(20)), runs("two"))
    assert result["transfer"]["features_cached"]
    (file,) = (home / "cache" / "pretrained").glob("*.npz")
    file.write_bytes(file.read_bytes()[:500])
    assert not transfer.train(SPEC, runs("three"))["transfer"]["pretrained"]["cached"]


def test_blocks_below_stay_as_they_are_and_another_run_finds_the_features(runs):
    run, again = runs("one"), runs("two")
    assert not transfer.train(CNN, run)["transfer"]["features_cached"]
    result = transfer.train(replace(CNN, training=TrainingSpec(epochs=1, batch_size=16)), again)
    assert result["transfer"]["features_cached"]
    before, after = weights(again), weights(run)
    for name in ("conv1", "norm1", "conv2", "norm2", "norm3"):  # norm3 is of the block trained, in inference mode
        np.testing.assert_array_equal(before[name][0], after[name][0])
    assert np.abs(before["dense"][0] - after["dense"][0]).max() > 0


def test_frozen_layers_within_the_whole_network_give_what_features_give(runs, monkeypatch):
    """As where features do not fit into memory."""
    kept = runs("kept")
    transfer.train(CNN, kept)
    monkeypatch.setattr("medcore.training.stages.fits", lambda *_: False)
    whole = runs("whole")
    result = transfer.train(CNN, whole)
    np.testing.assert_allclose(whole.values("train_loss"), kept.values("train_loss"), rtol=1e-3)
    frozen = 9 * 32 + 9 * 32 * 64 + 4 * (32 + 64 + 64)  # the norms stay, that of the block trained, too
    assert (result["transfer"]["features_cached"], result["transfer"]["frozen"]) == (False, frozen)


def test_augmented_images_go_through_the_whole_network(runs, home):
    run = runs()
    transfer.train(replace(SPEC, preparation=PreparationSpec({"flip": {}})), run)
    assert not list((home / "cache").glob("features/*.npz"))
    assert (run.folder / "preparation.json").is_file()


def test_a_finished_run_gives_its_weights_to_images_of_another_shape(runs):
    classification.train(replace(SPEC, task="classification", data=DataSpec("quadrants")), runs(BASE))
    spec = replace(SPEC, data=DataSpec("big"), base=BASE, transfer=TransferSpec("run"))
    run = runs()
    result = transfer.train(spec, run)
    np.testing.assert_array_equal(weights(run)["hidden"][0], weights(runs(BASE))["hidden"][0])
    assert model_of(run.folder).input_shape == (None, 20, 20, 3)
    assert result["transfer"]["run"] == BASE
    assert result["test"]["accuracy"] > 0.6


def test_a_run_of_another_network_is_refused(runs):
    classification.train(replace(SPEC, task="classification"), runs(BASE))
    spec = replace(SPEC, model=ModelSpec("cnn"), base=BASE, transfer=TransferSpec("run"))
    with pytest.raises(ValueError, match="The base run must have trained the same network, CNN"):
        transfer.train(spec, runs())


def test_cancel_is_heard_while_it_learns_from_the_other_set(runs):
    with pytest.raises(Cancelled):
        transfer.train(SPEC, runs(cancel_at=2))


def test_what_a_transfer_does_not_keep_is_refused(runs):
    with pytest.raises(ValueError, match="Transfer keeps no path"):
        transfer.train(replace(SPEC, training=TrainingSpec(record_path=True)), runs())
