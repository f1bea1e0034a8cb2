"""The images of a set as plain arrays on disk, so that who looks at a few of them maps them and reads no more.

A snapshot is a folder: `set.json` says what the arrays are, `train.images.npy` and its like hold them. It is written
under another name and renamed, so it is there whole or not at all.
"""

import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from medcore.data.dataset import Card, ImageDataset, Splits

PREFIX = "snapshot-"
MAX_BYTES = 4 * 2**30
"""That all snapshots of a folder may take together; the one used last stays whatever its size."""
UNFINISHED_SECONDS = 3600
"""After which a folder under its temporary name is a dead process's: no reading takes that long."""

_ABOUT = "set.json"
_ARRAYS = tuple(field.name for field in fields(ImageDataset) if "ndarray" in str(field.type))


def write(folder: Path, splits: Splits) -> None:
    """Writes a snapshot, and forgets the oldest beside it that are too much.

    Raises:
        OSError: if it cannot be written, such as on a full disk; nothing is left behind.
    """
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        about = {split: _write_split(unfinished, split, part) for split, part in splits.items()}
        (unfinished / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
        _put_in_place(unfinished, folder)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise OSError(f"The images cannot be written to the cache: {reason}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    forget_oldest(folder.parent)


def read(folder: Path) -> Splits | None:
    """The splits of a snapshot, their arrays mapped and read-only; None if there is none, or it is damaged."""
    try:
        about = json.loads((folder / _ABOUT).read_bytes())
        splits = {split: _read_split(folder, split, values) for split, values in about.items()}
        os.utime(folder / _ABOUT)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return splits


def forget_oldest(parent: Path) -> None:
    """Removes the snapshots used longest ago until the rest fits, and what dead processes left unfinished."""
    for path in parent.glob(f".{PREFIX}*.tmp"):
        if _age(path) > UNFINISHED_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
    left = MAX_BYTES
    for rank, path in enumerate(sorted(parent.glob(f"{PREFIX}*/"), key=_age)):
        left -= _size(path)
        if rank and left < 0:
            _remove(path)


def _write_split(folder: Path, split: str, part: ImageDataset) -> dict[str, Any]:
    arrays = {name: getattr(part, name) for name in _ARRAYS}
    for name, array in arrays.items():
        if array is not None:
            plain = array.astype(str) if array.dtype.hasobject else array
            np.save(_file(folder, split, name), plain, allow_pickle=False)
    return {
        "arrays": [name for name, array in arrays.items() if array is not None],
        "class_names": list(part.class_names),
        "card": asdict(part.card),
        "spacing": part.spacing,
        "mask_names": part.mask_names,
        "step": part.step,
    }


def _read_split(folder: Path, split: str, values: Mapping[str, Any]) -> ImageDataset:
    found = dict.fromkeys(_ARRAYS)
    for name in values["arrays"]:
        found[name] = np.load(_file(folder, split, name), mmap_mode="r", allow_pickle=False)
    card = Card(**{**values["card"], "notes": tuple(values["card"]["notes"])})
    spacing = None if values["spacing"] is None else tuple(values["spacing"])
    names = None if values["mask_names"] is None else tuple(values["mask_names"])
    classes, step = tuple(values["class_names"]), values["step"]
    return ImageDataset(**found, class_names=classes, card=card, spacing=spacing, mask_names=names, step=step)


def _file(folder: Path, split: str, name: str) -> Path:
    return folder / f"{split}.{name}.npy"


def _put_in_place(unfinished: Path, folder: Path) -> None:
    """Renames; what lies there is damaged, or was written by another process just now: then it is as good."""
    if read(folder) is None:
        _remove(folder)
        try:
            unfinished.rename(folder)
        except OSError:
            if read(folder) is None:
                raise


def _remove(folder: Path) -> None:
    """Renamed first, so that nobody finds half of it; who has mapped it keeps it (on Windows: it stays)."""
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.old.tmp")
    with suppress(OSError):
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _age(folder: Path) -> float:
    """Seconds since it was used."""
    about = folder / _ABOUT
    with suppress(OSError):
        return time.time() - (about if about.exists() else folder).stat().st_mtime
    return float("inf")


def _size(folder: Path) -> int:
    total = 0
    with suppress(OSError):
        total = sum(path.stat().st_size for path in folder.iterdir())
    return total
