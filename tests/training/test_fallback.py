"""Training by `model.fit`: on TensorFlow held against the loop, on JAX and Torch where they are installed."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from medcore.spec import ModelSpec, OptimizerSpec, RunSpec, ScheduleSpec, TrainingSpec
from medcore.training import compiled, optimizers
from medcore.training.epochs import fit
from medcore.training.fallback import Fit
from medcore.training.run import Cancelled, Row
from medcore.training.state import values
from tests.conftest import ROOT
from tests.training.conftest import Recorder

SHAPE = (12, 12, 1)


def trained(make, spec: RunSpec, splits, run: Recorder):
    """Rows, outcome and the stepper that `make` gives."""
    stepper = make(spec)
    loss = compiled.build_loss(spec)
    outcome = fit(stepper, loss, splits["train"], splits["val"], spec, run)
    return outcome, stepper


def by_fit(spec: RunSpec) -> Fit:
    model = compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed)
    return Fit(model, optimizers.build(spec.optimizer), compiled.build_loss(spec), 16)


def by_loop(spec: RunSpec):
    return compiled.stepper(spec, SHAPE, 3, "uint8", 16, "float32", "cpu")


def comparable(run: Recorder) -> list[Row]:
    """All but what takes its own time, and what `fit` keeps to itself."""
    return [row for row in run.rows if row.metric != "seconds" and "/" not in row.metric]


@pytest.mark.parametrize("class_weights", [False, True])
def test_same_events_as_the_loop(class_weights, splits, tmp_path):
    training = TrainingSpec(epochs=2, class_weights=class_weights)
    schedule = ScheduleSpec("cosine", warmup=0.5)
    spec = RunSpec(
        model=ModelSpec("mlp"), optimizer=OptimizerSpec("momentum"), training=training, seed=4, schedule=schedule
    )
    ours, theirs = Recorder(tmp_path), Recorder(tmp_path)
    _, loop = trained(by_loop, spec, splits, ours)
    _, fallback = trained(by_fit, spec, splits, theirs)
    expected, got = comparable(ours), comparable(theirs)
    assert [row[:2] for row in got] == [row[:2] for row in expected]
    np.testing.assert_allclose([row.value for row in got], [row.value for row in expected], rtol=1e-4)
    images = splits["test"].images
    expected = loop.logits(images, lambda: None)
    np.testing.assert_allclose(fallback.logits(images, lambda: None), expected, rtol=1e-3, atol=1e-4)


def test_reset_gives_what_a_fresh_one_gives(splits, tmp_path):
    spec = RunSpec(model=ModelSpec("mlp"), optimizer=OptimizerSpec("nadam"), training=TrainingSpec(epochs=1))
    first = Recorder(tmp_path)
    _, stepper = trained(by_fit, spec, splits, first)
    stepper.reset(values(compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed).variables))
    again = Recorder(tmp_path)
    trained(lambda _: stepper, spec, splits, again)
    assert comparable(again) == comparable(first)


def test_cancelled_within_an_epoch(splits, tmp_path):
    run = Recorder(tmp_path, cancel_at=3)
    with pytest.raises(Cancelled):
        trained(by_fit, RunSpec(model=ModelSpec("mlp")), splits, run)
    assert len(run.values("train_loss")) == 3


COMPARE = """
import json, sys
from medcore.labs import optimizers
from medcore.training.classification import train
from tests.training.conftest import Recorder
from pathlib import Path

results = []
for label, spec in optimizers.runs("digits", "cnn", ["minibatch", "adam"], epochs=2, class_weights=True).items():
    run = Recorder(Path(sys.argv[1]))
    result = train(spec, run)
    results.append([label, result["test"]["accuracy"], run.values("train_loss"), len(run.values("val_loss"))])
print(json.dumps([results, "medcore.training.loop" in sys.modules]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_lab_runs_on_other_backends(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "MEDCORE_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, "-c", COMPARE, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results, loop_imported = json.loads(done.stdout)
    assert not loop_imported
    (_, _, sgd, _), (_, accuracy, adam, epochs) = results
    assert sgd[0] == pytest.approx(adam[0])
    assert (len(adam), epochs) == (80, 2)
    assert accuracy > 0.6
    assert adam[-1] < adam[0] / 2
