"""Paths, their test and nested ones: what they log, keep and say."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medcore.data import sources
from medcore.data.pool import pooled
from medcore.data.sampling import sample
from medcore.evaluation import selection
from medcore.spec import ModelSpec, OptimizerSpec, PathSpec, RegularizationSpec, RunSpec, SampleSpec, TrainingSpec
from medcore.training import regularization_path
from medcore.training.nested import judge
from medcore.training.path_test import test as meet_test_set
from medcore.training.regularization_path import walk
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder, quadrants

STRENGTHS = (1e-4, 1e-2, 0.3)
SPEC = RunSpec(
    task="path",
    model=ModelSpec("linear"),
    optimizer=OptimizerSpec("adam", 0.01),
    training=TrainingSpec(epochs=8, batch_size=16),
    regularization=RegularizationSpec(l1_step="proximal"),
    path=PathSpec(STRENGTHS, folds=4, inner=3, scale=True),
)
PARENT = "0" * 32


@pytest.fixture(scope="module")
def splits():
    return {"train": quadrants(70, 0), "val": quadrants(30, 1), "test": quadrants(40, 2)}


@pytest.fixture(autouse=True)
def the_quadrants(splits, monkeypatch):
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)


@pytest.fixture(scope="module")
def parent(splits, tmp_path_factory):
    """A finished path on the whole pool: its run and its result."""
    folder = tmp_path_factory.mktemp("runs") / PARENT
    folder.mkdir()
    run = Recorder(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", lambda spec, report=None: splits)
        return run, walk(SPEC, run)


def on_fold(number):
    return replace(SPEC, path=replace(SPEC.path, fold=number))


def test_a_fold_is_judged_by_what_it_left_out(run):
    result = walk(on_fold(2), run)
    assert result["train_images"] + result["val_images"] == 100
    assert result["strengths"] == list(STRENGTHS)
    assert run.facts["steps"] == 3
    for name, value in (("val_loss", "loss"), ("val_auc", "auc"), ("val_balanced_accuracy", "balanced_accuracy")):
        assert run.values(f"path/{name}") == [point["val"][value] for point in result["points"]]
    for name in ("train_loss", "penalty", "zero_share", "norm"):
        assert run.values(f"path/{name}") == [point[name] for point in result["points"]]
    assert [row.step for row in run.rows if row.metric == "path/val_accuracy"] == [1, 2, 3]
    assert result["points"][0]["val"]["accuracy"] > 0.8
    assert not list(run.folder.iterdir())
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_the_whole_pool_has_no_judge(parent):
    run, result = parent
    assert (result["train_images"], result["val_images"]) == (100, 0)
    assert all(point["val"] is None for point in result["points"])
    assert not [row for row in run.rows if row.metric.startswith("path/val")]


def test_the_course_of_the_coefficients_is_kept(parent):
    run, result = parent
    with np.load(run.folder / result["files"]["coefficients"]) as kept:
        values, places, nonzero, dead = (kept[name] for name in ("values", "places", "nonzero", "dead"))
    with np.load(run.folder / result["files"]["models"]) as models:
        kernels = np.stack([models[f"{i}_0"] for i in range(3)]).reshape(3, 12, 12, 1, 3)
    assert values.shape == (3, 64)
    for column, place in enumerate(places):
        np.testing.assert_array_equal(values[:, column], kernels[(slice(None), *place)])
    assert np.abs(values).max(axis=0).min() >= np.sort(np.abs(kernels).max(axis=0).ravel())[-64] - 1e-7
    assert nonzero.tolist() == [point["nonzero"] for point in result["points"]]
    np.testing.assert_array_equal(dead, (kernels == 0).all(axis=(3, 4)))
    assert dead[0].sum() < dead[2].sum()


def test_the_path_meets_the_test_set_as_it_was_trained(parent, splits, tmp_path):
    folder = parent[0].folder
    spec = replace(SPEC, task="path_test", base=PARENT)
    run = Recorder(folder.parent / "test")
    result = meet_test_set(spec, run)
    assert result["strengths"] == list(STRENGTHS)
    train = np.concatenate([splits["train"].images, splits["val"].images]) / 255
    images = (splits["test"].images / 255 - train.mean(axis=0)) / train.std(axis=0)
    with np.load(folder / "path_models.npz") as models:
        for i, metrics in enumerate(result["test"]):
            logits = images.reshape(40, -1) @ models[f"{i}_0"] + models[f"{i}_1"]
            assert metrics["accuracy"] == (logits.argmax(axis=1) == splits["test"].labels).mean()
            right = logits[np.arange(40), splits["test"].labels]
            assert metrics["loss"] == pytest.approx((np.log(np.exp(logits).sum(axis=1)) - right).mean(), rel=1e-4)


def test_a_disease_that_is_rare_everywhere_is_so_in_pool_and_test_as_for_a_network(parent, splits, tmp_path):
    rare = replace(SPEC, sample=SampleSpec(imbalance=5, imbalanced="all"))
    network = sample(splits, replace(rare.sample, imbalance=5), rare.seed).splits
    result = meet_test_set(replace(rare, task="path_test", base=PARENT), Recorder(parent[0].folder.parent / "rare"))
    assert result["test"][0]["n"] == len(network["test"]) < 40
    assert result["baseline"]["accuracy"] == np.bincount(network["test"].labels).max() / len(network["test"])
    pool = pooled(splits, rare)
    assert len(pool) == len(network["train"]) + len(network["val"])
    assert (pool.images == np.concatenate([network["train"].images, network["val"].images])).all()


def test_a_path_that_left_nothing_cannot_be_tested(tmp_path):
    with pytest.raises(FileNotFoundError, match="left no networks of a path"):
        meet_test_set(replace(SPEC, task="path_test", base=PARENT), Recorder(tmp_path / "test"))


def test_nested(run):
    spec = replace(on_fold(1), task="nested_fold")
    result = judge(spec, run)
    losses = np.asarray(result["inner"]["losses"])
    assert losses.shape == (3, 3)
    mean, error = selection.curve(losses)
    assert result["index"] == selection.one_standard_error(mean, error)
    assert result["chosen"] == STRENGTHS[result["index"]]
    np.testing.assert_allclose(result["inner"]["mean"], mean)
    assert result["score"]["n"] == result["val_images"] == 100 - result["train_images"]
    assert run.values("nested/inner_loss") == losses.ravel().tolist()
    assert run.facts["steps"] == 9
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_nested_by_another_score(run):
    path = replace(on_fold(1).path, inner=2, score="accuracy", strengths=(0.01, 100.0))
    inner = judge(replace(SPEC, task="nested_fold", path=path), run)["inner"]
    first = np.asarray(inner["losses"][0])
    assert first[0] < first[1] < 1
    assert any(np.allclose(first * images, np.round(first * images)) for images in range(36, 40)), "shares of images"


def test_a_diverged_strength_is_said_and_the_path_goes_on(run):
    path = replace(on_fold(1).path, penalty="l2", strengths=(1e-4, 900.0, 1000.0))
    result = walk(replace(SPEC, optimizer=OptimizerSpec("minibatch", 0.01), path=path), run)
    assert result["points"][0]["diverged_at"] is None
    assert [point["val"] is None for point in result["points"]] == [False, True, True]
    assert np.isnan(run.values("path/val_loss")).tolist() == [False, True, True]
    assert any(sentence.startswith("Lambda 900 diverged at update") for sentence in run.sentences)


def test_cancelled(tmp_path):
    with pytest.raises(Cancelled):
        walk(on_fold(1), Recorder(tmp_path, cancel_at=4))


def test_networks_too_large_together_are_refused_before_they_are_trained(run, monkeypatch):
    monkeypatch.setattr(regularization_path, "MOST_WEIGHTS", 1000)
    with pytest.raises(ValueError, match=r"may have 1,000 weights together.* Received: 3 strengths of 435 weights$"):
        walk(on_fold(1), run)
    assert not run.rows


def test_what_cannot_be_divided_is_one_sentence(run):
    with pytest.raises(ValueError, match="as the smallest class has images"):
        walk(replace(SPEC, sample=replace(SPEC.sample, images=6)), run)
    with pytest.raises(ValueError, match="needs the number of its outer fold"):
        judge(replace(SPEC, task="nested_fold"), run)
