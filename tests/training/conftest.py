"""A small set that can be learned in a second, and a run that keeps what it is told."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset
from medcore.training.course import Epoch
from medcore.training.run import Row

CARD = Card("quadrants", "Quadrants", "classification", "Made for tests.", "MIT", "", "Exact.")
NAMES = ("upper left", "upper right", "lower left")


def quadrants(n: int, seed: int, side: int = 12) -> ImageDataset:
    """Noise in which one quadrant is brighter; its number is the class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=n)
    images = rng.integers(0, 120, (n, side, side, 1))
    half = side // 2
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(label, 2)
        image[row * half : (row + 1) * half, column * half : (column + 1) * half] += 60
    return ImageDataset(images.astype(np.uint8), labels.astype(np.int64), NAMES, CARD)


def planned(order: np.ndarray, batch: int, rate: float = 0.001) -> Epoch:
    """An epoch at one learning rate in which nothing is watched."""
    nothing = np.zeros(-(-len(order) // batch), bool)
    return Epoch(order, np.full(len(nothing), rate, np.float32), nothing, nothing)


class Recorder:
    """A run in memory; cancelled at the call number `cancel_at` of `cancelled`."""

    def __init__(self, folder: Path, cancel_at: int | None = None) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = {}
        self.rows: list[Row] = []
        self.sentences: list[str] = []
        self.calls, self._cancel_at = 0, cancel_at

    def plan(self, **facts: Any) -> None:
        self.facts |= facts

    def status(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def log(self, rows: Iterable[Row]) -> None:
        self.rows.extend(rows)

    def cancelled(self) -> bool:
        self.calls += 1
        return self._cancel_at is not None and self.calls >= self._cancel_at

    def values(self, metric: str) -> list[float]:
        return [row.value for row in self.rows if row.metric == metric]


@pytest.fixture
def splits() -> dict[str, ImageDataset]:
    """70 training images: four batches of 16 and one of 6."""
    return {"train": quadrants(70, 0), "val": quadrants(30, 1), "test": quadrants(40, 2)}


@pytest.fixture
def run(tmp_path) -> Recorder:
    return Recorder(tmp_path)


@pytest.fixture
def eager():
    """Nothing is compiled that takes only a few steps."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
