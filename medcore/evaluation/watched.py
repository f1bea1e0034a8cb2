"""The masks of a few validation images after every epoch, as they lie in a run's folder while it trains."""

import re
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np

FILE = "watched.npz"
_EPOCH = re.compile(r"watched-(\d{3,})\.npz")


class Watched(NamedTuple):
    """The images that are watched.

    Args:
        images: (k, height, width, channels) uint8.
        truth: (k, height, width) uint8 class numbers.
        rows: (k,) where each stands in the validation split as it was loaded.
    """

    images: np.ndarray
    truth: np.ndarray
    rows: np.ndarray


class Moment(NamedTuple):
    """What the network said of them after an epoch: (k, height, width) uint8 each, see `masks.said`."""

    foreground: np.ndarray
    classes: np.ndarray


def name(epoch: int) -> str:
    """The file of an epoch; 0 is before training."""
    return f"watched-{epoch:03}.npz"


def write(path: Path, saved: Watched | Moment) -> None:
    """Writes either as .npz; `path` need not end so."""
    with path.open("wb") as file:
        np.savez_compressed(file, **saved._asdict())


def images(folder: Path) -> Watched:
    """The images that a run watches; raises OSError if there are none, or they cannot be read."""
    return Watched(**_arrays(folder / FILE))


def moment(folder: Path, epoch: int) -> Moment:
    """What the network said after an epoch; raises OSError if that was not kept, or cannot be read."""
    return Moment(**_arrays(folder / name(epoch)))


def epochs(folder: Path) -> list[int]:
    """The epochs that there is something of so far, ascending; none where the folder is not there."""
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(int(found[1]) for found in map(_EPOCH.fullmatch, names) if found)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as saved:
            return {key: saved[key] for key in saved.files}
    except FileNotFoundError as error:
        raise OSError("This run watched no masks, or they were removed.") from error
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise OSError("The masks that this run watched cannot be read: train it again.") from error
