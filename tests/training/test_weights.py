"""What a run says of its weights."""

import json
from dataclasses import replace

import numpy as np
import pytest

from medcore.spec import ModelSpec, OptimizerSpec, RegularizationSpec, RunSpec, TrainingSpec
from medcore.training import compiled, penalty
from medcore.training.weights import Weights

SPEC = RunSpec(
    model=ModelSpec("mlp", {"hidden": 70}),
    optimizer=OptimizerSpec("momentum", 0.05),
    training=TrainingSpec(epochs=3, batch_size=16, record_weights=True),
    regularization=RegularizationSpec(0.02, 0.001, "proximal"),
)


@pytest.fixture
def model():
    return compiled.build_model(SPEC.model, (12, 12, 1), 3, "float32")


def load(file) -> dict[str, np.ndarray]:
    with np.load(file) as kept:
        return dict(kept)


def test_what_a_run_logs_and_keeps(splits, run, monkeypatch):
    from medcore.data import sources
    from medcore.training.classification import train

    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)
    result = train(SPEC, run)
    kept = load(run.folder / result["files"]["weights"])
    kernels = [12 * 12 * 70, 70 * 3]
    shares = [run.values("zeros/hidden"), run.values("zeros/logits")]
    assert [row.step for row in run.rows if row.metric == "penalty"] == [5, 10, 15]
    np.testing.assert_allclose(run.values("zero_share"), np.dot(kernels, shares) / sum(kernels))
    assert shares[0][-1] > 0.1
    assert result["zeros"] == {
        "share": run.values("zero_share")[-1],
        "layers": {"hidden": shares[0][-1], "logits": shares[1][-1]},
        "weights": sum(kernels),
    }
    assert result["penalty"] == pytest.approx(run.values("penalty")[-1])
    assert kept["layers"].tolist() == ["hidden", "logits"]
    assert kept["epochs"].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(kept["zeros"][1:].T / np.asarray(kernels)[:, None], shares)
    np.testing.assert_array_equal(kept["counts"].sum(axis=2), [kernels] * 4)
    assert kept["first"].shape == (12, 12, 1, 64)
    assert kept["dead"].shape == (12, 12, 1)
    json.dumps(result, allow_nan=False)


def test_the_loss_that_is_logged_is_that_of_the_data(splits, run):
    """At the first update the weights are the same with a penalty and without."""
    from medcore.training.epochs import fit

    spec = replace(SPEC, training=TrainingSpec(epochs=1, batch_size=16))
    first = []
    for strength in (0.0, 5.0):
        chosen = replace(spec, regularization=RegularizationSpec(strength))
        stepper = compiled.stepper(chosen, (12, 12, 1), 3, "uint8", 16, "float32", "cpu")
        fit(stepper, compiled.build_loss(spec), splits["train"], splits["val"], chosen, run)
        first.append([row.value for row in run.rows if row.metric == "train_loss" and row.step == 1][-1])
    assert first[0] == first[1]
    assert run.values("penalty")[-1] > 100


def test_a_run_without_penalty_and_record_says_nothing_on_the_way(model):
    plain = replace(SPEC, regularization=RegularizationSpec(), training=TrainingSpec(epochs=1))
    weights = Weights(model, plain)
    assert weights.end_epoch(1) == {}
    assert weights.facts()["penalty"] is None
    assert weights.facts()["zeros"]["share"] == 0
    l2 = Weights(model, replace(plain, regularization=RegularizationSpec(l2=0.5)))
    kernels = [kernel.numpy() for kernel in penalty.kernels(model).values()]
    assert l2.end_epoch(1) == {"penalty": pytest.approx(0.5 * sum((k**2).sum() for k in kernels), rel=1e-5)}


def test_dead_inputs_are_those_whose_weights_are_all_zero(model, tmp_path):
    kernel = penalty.kernels(model)["hidden"]
    values = kernel.numpy()
    values[17] = 0
    values[20, :69] = 0
    kernel.assign(values)
    Weights(model, SPEC).save(tmp_path / "weights.npz")
    kept = load(tmp_path / "weights.npz")
    assert np.flatnonzero(kept["dead"]).tolist() == [17]
    np.testing.assert_array_equal(kept["first"], values.reshape(12, 12, 1, 70)[..., :64])


def test_filters_of_a_convolution(tmp_path):
    model = compiled.build_model(ModelSpec("cnn"), (12, 12, 1), 3, "float32")
    Weights(model, SPEC).save(tmp_path / "weights.npz")
    kept = load(tmp_path / "weights.npz")
    np.testing.assert_array_equal(kept["first"], model.get_layer("conv1").get_weights()[0])
    assert "dead" not in kept
    assert kept["layers"].tolist() == ["conv1", "conv2", "dense", "logits"]


def test_the_last_epoch_trained_is_kept_though_more_were_planned(model, tmp_path):
    weights = Weights(model, replace(SPEC, training=replace(SPEC.training, epochs=400)))
    weights.end_epoch(1)
    weights.finish(7)
    weights.save(tmp_path / "weights.npz")
    assert load(tmp_path / "weights.npz")["epochs"].tolist() == [0, 7]


def test_weights_that_are_no_numbers_are_left_out(model, tmp_path):
    weights = Weights(model, SPEC)
    weights.end_epoch(1)
    kernel = penalty.kernels(model)["logits"]
    kernel.assign(np.full(kernel.shape, np.inf))
    weights.end_epoch(2)
    weights.save(tmp_path / "weights.npz")
    assert load(tmp_path / "weights.npz")["epochs"].tolist() == [0, 1]
    assert weights.facts()["penalty"] is None
