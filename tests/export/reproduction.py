"""Runs of several tasks, their scripts run, and what both measured held against each other."""

from pathlib import Path

import numpy as np
import pytest

from tests.export.conftest import Exported, unpacked
from tests.export.test_without_medcore import METRICS, TOLERANCE, WHERE_ASKED_FOR
from tests.training.conftest import Recorder


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def trained(runs, tmp_path_factory) -> Exported:
    """The runs trained by Medcore, in a home of its own, and their ZIP; their ids are 0, 1, 2, … (32 digits)."""
    from medcore.training import adaptation, classification, transfer

    trainers = {"classification": classification.train, "transfer": transfer.train, "adapt": adaptation.train}
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home") / "home"
        patch.setenv("MEDCORE_HOME", str(home))
        records = {label: Recorder(_made(home / "runs" / f"{n:032x}")) for n, label in enumerate(runs)}
        results = {label: trainers[runs[label].task](runs[label], record) for label, record in records.items()}
        return unpacked(runs, results, records, tmp_path_factory.mktemp("zip"))


def same(exported: Exported, label: str) -> None:
    """The script's losses of every epoch and its scores are Medcore's."""
    rows = [row for row in exported.table("history.csv") if row["run"] == label]
    columns = {column: metric for column, metric in METRICS.items() if column not in WHERE_ASKED_FOR}
    columns |= {"target_accuracy": "target_accuracy"} if "target_accuracy" in rows[0] else {}
    for column, metric in columns.items():
        wanted, found = exported.records[label].values(metric), [float(row[column]) for row in rows]
        np.testing.assert_allclose(found, wanted, TOLERANCE, err_msg=f"{label}: {column}")
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    [row] = [row for row in exported.table("results.csv") if row["run"] == label]
    val, test = (exported.results[label][split] for split in ("val", "test"))
    wanted = [val["accuracy"], test["accuracy"], *test["intervals"]["accuracy"], test["balanced_accuracy"], test["auc"]]
    found = [float(row[column]) for column in ("val_accuracy", "accuracy", "low", "high", "balanced_accuracy", "auc")]
    np.testing.assert_allclose(found, wanted, TOLERANCE, err_msg=label)
