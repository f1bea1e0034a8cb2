"""Records of runs as the store would give them."""

import uuid
from typing import Any

import numpy as np

from medcore.labs import optimizers
from medcore.runs import files
from medcore.runs.store import Record
from medcore.spec import RunSpec

BASELINE = {"accuracy": 0.3, "class": "normal"}


def ended(label: str, spec: RunSpec, result: dict[str, Any] | None, **changed: Any) -> Record:
    """A run that ended; done unless `changed` says so."""
    values = {
        "id": uuid.uuid4().hex,
        "parent": None,
        "label": label,
        "owner": "somebody",
        "size": spec.size,
        "state": "done",
        "spec": spec.to_dict(),
        "spec_hash": spec.hash,
        "plan": {},
        "status": "",
        "result": result,
        "error": None,
        "created": 0.0,
        "started": 1.0,
        "ended": 2.0,
        "heartbeat": 2.0,
    }
    return Record(**(values | changed))


def result(val: float | None, test: float | None, **changed: Any) -> dict[str, Any]:
    """What a run on 200 test images returns."""
    values = {
        "val": {"accuracy": val, "auc": None, "n": 100},
        "test": {"accuracy": test, "auc": None, "n": 200},
        "baseline": BASELINE,
        "data": {"sha256": "same", "sizes": {"train": 640}},
        "diverged_at": None,
        "steps": 100,
        "epochs": 5,
    }
    return values | changed


def done(optimizer: str, val: float, test: float, seed: int | None = None, **settings: Any) -> Record:
    """A finished run of the digits, one of several seeds where a seed is given."""
    (made,) = optimizers.runs("digits", "mlp", [optimizer], seed=seed or 0, **settings).items()
    label = made[0] if seed is None else f"{made[0]} · seed {seed}"
    return ended(label, made[1], result(val, test))


def answer(record: Record, right: np.ndarray) -> None:
    """Writes predictions of two classes, right where `right` (n,) says so."""
    labels = np.arange(len(right)) % 2
    folder = files.folder(record.id)
    folder.mkdir(parents=True)
    np.savez(folder / "predictions.npz", probabilities=np.eye(2)[np.where(right, labels, 1 - labels)], labels=labels)
