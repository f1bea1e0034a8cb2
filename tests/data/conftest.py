"""Small data sets written to disk."""

import numpy as np
import pytest


@pytest.fixture
def folder(home, tmp_path, monkeypatch):
    """A folder that MEDCORE_DATA names."""
    path = tmp_path / "sets"
    path.mkdir()
    monkeypatch.setenv("MEDCORE_DATA", str(path))
    return path


@pytest.fixture
def medmnist_arrays():
    """Arrays in MedMNIST's layout: 40, 10 and 20 images of two classes."""
    rng = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 40), ("val", 10), ("test", 20)):
        arrays[f"{split}_images"] = rng.integers(0, 256, (count, 6, 5), dtype=np.uint8)
        arrays[f"{split}_labels"] = np.arange(count, dtype=np.uint8)[:, None] % 2
    return arrays
