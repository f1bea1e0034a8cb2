"""How many images of each class there are to train on, before anything is queued and without looking at one.

Labels alone are read, so that the web process can ask on a click.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from medcore.data import mask_sampling, sampling, sources, splitting
from medcore.data.dataset import SPLITS
from medcore.data.entry import Labels, Stamp
from medcore.spec import DataSpec, SampleSpec


@dataclass(frozen=True)
class ClassCounts:
    """What there is of each class.

    Args:
        train: training images by class.
        pool: training and validation images by class, which a cross-validation divides into folds.
        patients: of the pool; None where they are not known.
    """

    train: Mapping[str, int]
    pool: Mapping[str, int]
    patients: int | None = None


def count(name: str, options: Mapping[str, Any] | None = None) -> ClassCounts | None:
    """The classes of a set; None where only a reading of its images would tell, or it has no labels.

    Splits that a file lacks are made, by class, when it is read; until then their counts are right to an image or so.

    Raises:
        FileNotFoundError, ValueError, OSError: as `sources.load`.
    """
    return _counted(name, tuple(sorted((options or {}).items())), sources.find(name).stamp)


def check(data: DataSpec, sample: SampleSpec) -> None:
    """Raises ValueError where a sample of the training images cannot be taken, as far as that can be told so early.

    Raises:
        FileNotFoundError, OSError: as `sources.load`.
    """
    if not sample:
        return
    if counts := count(data.name, data.options):
        sampling.check(sample, counts.train)
        return
    entry = sources.find(data.name)
    there = entry.sizes_for(data.options).get("train")
    if entry.card.task == "segmentation":
        mask_sampling.check(sample, there)
    elif there and sample.images and sample.images > there:
        raise ValueError(f"There are {there:,} training images. Received: {sample.images:,}")


@lru_cache(maxsize=64)
def _counted(name: str, options: tuple[tuple[str, Any], ...], stamp: Stamp) -> ClassCounts | None:  # noqa: ARG001
    """Counts of a set, kept until its file changes."""
    entry = sources.find(name)
    found = entry.labels and entry.labels(dict(options))
    if not found:
        return None
    counts = {split: np.bincount(part.classes, minlength=len(entry.classes)) for split, part in found.items()}
    train, val = _completed(counts)
    named = [dict(zip(entry.classes, part.tolist(), strict=True)) for part in (train, train + val)]
    return ClassCounts(*named, _patients([found[split] for split in ("train", "val") if split in found]))


def _completed(counts: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Counts of train and val, after what the source lacks was taken from train in equal shares of all classes."""
    whole = counts["train"]
    sizes = splitting.planned({split: int(part.sum()) for split, part in counts.items()})
    share = {split: sizes[split] / whole.sum() for split in SPLITS if split not in counts}
    val = counts["val"] if "val" in counts else np.rint(whole * share["val"]).astype(int)
    taken = sum((np.rint(whole * part).astype(int) for part in share.values()), np.zeros_like(whole))
    return whole - taken, val


def _patients(parts: Sequence[Labels]) -> int | None:
    if any(part.patients is None for part in parts):
        return None
    return len(set().union(*(part.patients.tolist() for part in parts)))
