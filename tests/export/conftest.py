"""What Medcore measured, and what the exported files of the same runs measure without it."""

import csv
import io
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medcore import catalog
from medcore.export import archive
from medcore.labs import choosing_lambda
from medcore.spec import (
    DataSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RegularizationSpec,
    RunSpec,
    SampleSpec,
    ScheduleSpec,
    TrainingSpec,
)
from tests.training.conftest import Recorder

ALONE = Path(__file__).with_name("alone.py")
SMALL = SampleSpec(images=300, label_noise=0.2, imbalance=5, oversample=True)
CASES: dict[str, dict[str, Any]] = {
    "All that holds back": {
        "model": ModelSpec("mlp", {"dropout": 0.3, "batch_norm": 1, "input_noise": 0.1}),
        "regularization": RegularizationSpec(0.03, 0.001, "proximal"),
        "optimizer": OptimizerSpec("momentum", 0.03, 0.01),
        "schedule": ScheduleSpec("cosine", 0.5),
        "loss": LossSpec("cross_entropy", {"smoothing": 0.1}),
        "training": TrainingSpec(8, 64, patience=1, weights="best", class_weights=True, precision="float32"),
        "sample": SMALL,
        "seed": 3,
    },
    "Adam, augmented": {
        "model": ModelSpec("linear"),
        "regularization": RegularizationSpec(0.1, l1_step="proximal"),
        "preparation": PreparationSpec({"flip": {}, "shift": {}, "zscore": {}}),
        "loss": LossSpec("focal"),
        "sample": SampleSpec(images=300),
    },
    "L1 by its slope": {
        "regularization": RegularizationSpec(1e-4, 1e-3),
        "optimizer": OptimizerSpec("adamw", options={"beta_1": 0.8}),
    },
    **{
        choice.label: {
            "task": "classic",
            "model": ModelSpec(name, {"trees": 20} if name == "random_forest" else {}),
            "sample": SMALL,
            "seed": 3,
        }
        for name, choice in catalog.CLASSICS.items()
    },
}
"""What differs from an MLP on the digits, two epochs, Adam."""
PLAIN: dict[str, dict[str, Any]] = {
    "Whole set": {"optimizer": OptimizerSpec("gd"), "training": TrainingSpec(2, "all")},
    "CNN, bfloat16": {
        "model": ModelSpec("cnn"),
        "training": TrainingSpec(1, precision="bfloat16"),
        "sample": SampleSpec(images=200),
    },
}
"""Of those that nothing holds back, whose script is another."""


def spec(**parts: Any) -> RunSpec:
    return RunSpec(
        data=DataSpec("digits"),
        **{"model": ModelSpec("mlp"), "training": TrainingSpec(2, precision="float32")} | parts,
    )


@dataclass
class Exported:
    """The runs, what Medcore made of them, and the folder with the unpacked ZIP."""

    runs: Mapping[str, RunSpec]
    results: Mapping[str, dict[str, Any]]
    records: Mapping[str, Recorder]
    folder: Path

    def run(self, name: str) -> subprocess.CompletedProcess:
        """Runs one of the files where only what it names can be imported, elsewhere than in the checkout."""
        return subprocess.run(
            [sys.executable, "-I", ALONE, self.folder / name],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )

    def run_here(self, name: str) -> None:
        """Runs a script in this process, where TensorFlow is up already."""
        import keras

        policy = keras.config.dtype_policy()
        try:
            runpy.run_path(str(self.folder / name), run_name="__main__")
        finally:
            keras.config.set_dtype_policy(policy)

    def table(self, name: str) -> list[dict[str, str]]:
        """Rows of a table that the run has written."""
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Exported:
    """Every case trained by Medcore, in a home of its own, and the ZIP of all of them."""
    return _trained(CASES, tmp_path_factory)


@pytest.fixture(scope="session")
def plain(tmp_path_factory) -> Exported:
    """Runs without penalties, whose script is told in Keras' own words."""
    return _trained(PLAIN, tmp_path_factory)


def _trained(cases: Mapping[str, Mapping[str, Any]], tmp_path_factory) -> Exported:
    from medcore.training import classics
    from medcore.training.classification import train

    runs = {label: spec(**parts) for label, parts in cases.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("home") / "home"))
        records = {label: Recorder(tmp_path_factory.mktemp("run")) for label in runs}
        trainers = {"classification": train, "classic": classics.train}
        results = {label: trainers[runs[label].task](runs[label], record) for label, record in records.items()}
        return unpacked(runs, results, records, tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> Exported:
    """A cross-validation walked by Medcore, scaled and screened in each fold, and its ZIP."""
    from medcore.training.regularization_path import walk

    settings = {"strengths": (0.001, 0.03), "folds": 2, "epochs": 1, "images": 200, "scale": True, "screen": 30}
    runs = choosing_lambda.study("digits", precision="float32", penalty="elastic_net", **settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("home") / "home"))
        records = {label: Recorder(tmp_path_factory.mktemp("run")) for label in runs}
        results = {label: walk(runs[label], record) for label, record in records.items()}
        return unpacked(runs, results, records, tmp_path_factory.mktemp("zip"))


def unpacked(
    runs: Mapping[str, RunSpec], results: Mapping[str, dict], records: Mapping[str, Recorder], folder: Path
) -> Exported:
    precisions = {label: results[label]["device"]["precision"] for label in runs}
    buffer = io.BytesIO()
    archive.write(buffer, runs, precisions, lambda done: None)
    with zipfile.ZipFile(buffer) as packed:
        packed.extractall(folder)
    return Exported(runs, results, records, folder)
