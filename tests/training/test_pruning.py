import json
from dataclasses import replace

import numpy as np
import pytest

from medcore.data import sources
from medcore.spec import ModelSpec, OptimizerSpec, PreparationSpec, RunSpec, SampleSpec, TrainingSpec
from medcore.training import classification, compiled, penalty
from medcore.training.pruning import SHARES, Pruning, prune
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder

BASE = "0123456789abcdef0123456789abcdef"
SPEC = RunSpec(
    model=ModelSpec("mlp"),
    optimizer=OptimizerSpec("momentum", 0.05),
    training=TrainingSpec(epochs=5, batch_size=16),
    preparation=PreparationSpec({"gaussian_noise": {}, "zscore": {}}),
    sample=SampleSpec(images=60),
)


@pytest.fixture
def recorders(splits, tmp_path, monkeypatch):
    """Makes runs beside each other."""
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)

    def make(name: str, **options) -> Recorder:
        (tmp_path / name).mkdir()
        return Recorder(tmp_path / name, **options)

    return make


def test_a_run_is_pruned_from_what_it_was_to_next_to_nothing(recorders):
    base = recorders(BASE)
    result = classification.train(SPEC, base)
    model = (base.folder / "model.keras").read_bytes()
    run = recorders("pruned")
    pruned = prune(replace(SPEC, task="prune", base=BASE), run)
    assert (base.folder / "model.keras").read_bytes() == model
    assert list(run.folder.iterdir()) == []
    assert pruned["shares"] == list(SHARES)
    assert pruned["val"][0] == result["val"]
    assert pruned["test"][0] == result["test"]
    assert pruned["test"][-1]["accuracy"] < result["test"]["accuracy"]
    weights = 144 * 128 + 128 * 3
    assert pruned["nonzero"] == [weights - round(share * weights) for share in SHARES]
    assert pruned["threshold"] == sorted(pruned["threshold"])
    assert run.values("prune/share") == list(SHARES)
    assert run.values("prune/val_accuracy") == [metrics["accuracy"] for metrics in pruned["val"]]
    assert run.values("prune/test_accuracy") == [metrics["accuracy"] for metrics in pruned["test"]]
    assert [row.step for row in run.rows[::3]] == list(range(1, len(SHARES) + 1))
    json.dumps(pruned, allow_nan=False)
    with pytest.raises(Cancelled):
        prune(replace(SPEC, task="prune", base=BASE), recorders("cancelled", cancel_at=5))


def test_without_a_model_it_is_one_sentence(recorders):
    recorders(BASE)
    with pytest.raises(FileNotFoundError, match=f"The run {BASE} left no model on this machine"):
        prune(replace(SPEC, task="prune", base=BASE), recorders("pruned"))


@pytest.fixture
def model():
    return compiled.build_model(ModelSpec("mlp", {"hidden": 2}), (2, 2, 1), 2, "float32")


def test_the_smallest_weights_of_all_layers_together_go_first(model):
    hidden, logits = penalty.kernels(model).values()
    hidden.assign([[1.0, -2], [3, -4], [5, -6], [0, -8]])
    logits.assign([[0.5, 9.0], [-1.5, 7.0]])
    before = [v.numpy() for v in model.variables if v.name == "bias"]
    pruning = Pruning(model)
    assert (pruning.weights, pruning.nonzero) == (12, 11)
    assert pruning.to(0.5) == 3
    np.testing.assert_array_equal(hidden.numpy(), [[0, 0], [0, -4], [5, -6], [0, -8]])
    np.testing.assert_array_equal(logits.numpy(), [[0, 9], [0, 7]])
    assert pruning.nonzero == 6
    assert pruning.to(0.0) == 0
    assert hidden.numpy()[0, 0] == 1
    assert pruning.nonzero == 11
    for bias, value in zip((v for v in model.variables if v.name == "bias"), before, strict=True):
        np.testing.assert_array_equal(bias.numpy(), value)


def test_a_network_that_diverged_is_refused(model):
    kernel = next(iter(penalty.kernels(model).values()))
    kernel.assign(np.full(kernel.shape, np.nan))
    with pytest.raises(ValueError, match="Received: a network that diverged"):
        Pruning(model)
