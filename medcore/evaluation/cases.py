"""What a network said of every test image and how good that is, case by case, as it lies in a run's folder."""

from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

FILE = "cases.npz"
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""From which probability on a pixel is foreground, in the tables."""
SIZES = (0, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Components of fewer pixels are removed, in the tables; 0 removes none."""


@dataclass(frozen=True)
class Cases:
    """What was said, what is true, and measures of each case (an image or a volume) and foreground class.

    A measure is NaN where it is not defined: all where truth and prediction are empty (0/0), distances where one of
    them is. Measures are taken at a threshold of 0.5, without clean-up.

    Args:
        rows: (n,) where each image stands in the test split as it was loaded.
        unit_of: (n,) the case of each image.
        foreground, classes: (n, height, width) uint8, see `masks.said`.
        truth: (n, height, width) uint8, 0 is background.
        dice, iou: (units, classes - 1), 0 to 1.
        hd95, assd: (units, classes - 1), in the length unit of the extent.
        volume_true, volume_predicted, volume_both: (units, classes - 1), in its volume unit; of both, what mask and
            truth share.
        right, pixels: (units,) pixels that have their true class, and all pixels.
        thresholds: (T,).
        sizes: (S,) pixels.
        cleaned_dice: (T, S, units, classes - 1), Dice at each threshold without components smaller than each size.
        cleaned_whole: (T, S, classes - 1), that of all images as one batch.
    """

    rows: np.ndarray
    unit_of: np.ndarray
    foreground: np.ndarray
    classes: np.ndarray
    truth: np.ndarray
    dice: np.ndarray
    iou: np.ndarray
    hd95: np.ndarray
    assd: np.ndarray
    volume_true: np.ndarray
    volume_predicted: np.ndarray
    volume_both: np.ndarray
    right: np.ndarray
    pixels: np.ndarray
    thresholds: np.ndarray
    sizes: np.ndarray
    cleaned_dice: np.ndarray
    cleaned_whole: np.ndarray

    @property
    def units(self) -> int:
        """How many cases there are."""
        return len(self.dice)

    def images(self, unit: int) -> np.ndarray:
        """Numbers of a case's images, in order."""
        return np.flatnonzero(self.unit_of == unit)


def write(path: Path, cases: Cases) -> None:
    """Writes them as .npz; `path` need not end so."""
    with path.open("wb") as file:
        np.savez_compressed(file, **asdict(cases))


def read(folder: Path) -> Cases:
    """The cases in a run's folder.

    Raises:
        OSError: if there are none, or they cannot be read.
    """
    try:
        with np.load(folder / FILE, allow_pickle=False) as saved:
            return Cases(**{name: saved[name] for name in saved.files})
    except FileNotFoundError as error:
        raise OSError("This run kept no masks of its test images, or they were removed: train it again.") from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise OSError("The masks of this run's test images cannot be read: train it again.") from error
