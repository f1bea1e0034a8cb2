"""What a finished run said of the test and the validation images."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

FILE = "predictions.npz"


@dataclass(frozen=True)
class Predictions:
    """Probabilities beside what is true.

    Args:
        probabilities: (n, classes) float64 of the test images.
        labels: (n,) their true classes.
        rows: (n,) where each stands in the test split of the data set; None in files of older versions.
        val_probabilities: (m, classes) float64 of the validation images; None in files of older versions.
        val_labels: (m,) their true classes, or None.
    """

    probabilities: np.ndarray
    labels: np.ndarray
    rows: np.ndarray | None = None
    val_probabilities: np.ndarray | None = None
    val_labels: np.ndarray | None = None

    @property
    def said(self) -> np.ndarray:
        """(n,) the most probable class of each test image."""
        return self.probabilities.argmax(axis=1)

    @property
    def right(self) -> np.ndarray:
        """(n,) bool, whether it is the true one."""
        return self.said == self.labels


def read(folder: Path) -> Predictions:
    """The predictions in a run's folder.

    Raises:
        OSError: if there are none, or they cannot be read.
        ValueError: if they are no numbers, as those of a network that diverged.
    """
    try:
        with np.load(folder / FILE, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        found = Predictions(
            probabilities=arrays["probabilities"].astype(np.float64),
            labels=arrays["labels"].astype(np.int64),
            rows=arrays.get("rows"),
            val_probabilities=_wide(arrays.get("val_probabilities")),
            val_labels=arrays.get("val_labels"),
        )
    except FileNotFoundError as error:
        raise OSError("This run kept no predictions, or they were removed: train it again.") from error
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise OSError("The predictions of this run cannot be read: train it again.") from error
    every = [found.probabilities] if found.val_probabilities is None else [found.probabilities, found.val_probabilities]
    if not all(np.isfinite(values).all() for values in every):
        raise ValueError("This network diverged: what it says are no numbers, so there is nothing to measure.")
    if not len(found.labels):
        raise ValueError("This run was tested on no image, so there is nothing to measure.")
    return found


def _wide(values: np.ndarray | None) -> np.ndarray | None:
    return None if values is None else values.astype(np.float64)
