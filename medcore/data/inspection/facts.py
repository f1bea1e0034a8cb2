"""What only a reading of the whole set can tell: class counts, duplicates, a hash of the content."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medcore.data import checks
from medcore.data.dataset import Splits
from medcore.data.inspection import duplicates
from medcore.data.inspection.duplicates import Duplicates


@dataclass(frozen=True)
class Facts:
    """Facts of a set.

    Args:
        counts: by split and class, the images of a class (for masks: the images that show it).
        duplicates: exact duplicates within and between splits.
        sha256: of shapes, pixels, labels and masks of all splits.
        notes: what is odd, one sentence each.
    """

    counts: Mapping[str, Mapping[str, int]]
    duplicates: Duplicates
    sha256: str
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Facts":
        """The facts back from plain values."""
        found = dict(values["duplicates"])
        found["places"] = tuple(tuple((split, index) for split, index in group) for group in found["places"])
        return cls(values["counts"], Duplicates(**found), values["sha256"], tuple(values["notes"]))


def measure(splits: Splits) -> Facts:
    """Checks a set and counts what is in it.

    Raises:
        ValueError: if it cannot be used.
    """
    odd = checks.check(splits)
    found = duplicates.find(splits)
    counts = {split: _counts(part.labels, part.masks, part.class_names) for split, part in splits.items()}
    return Facts(counts, found, content_hash(splits), (*odd, *found.notes()))


def content_hash(splits: Splits) -> str:
    """SHA-256 over shapes, types and bytes of images, labels and masks, in the order of the splits."""
    digest = hashlib.sha256()
    for split, part in splits.items():
        for array in (part.images, part.labels, part.masks):
            if array is not None:
                digest.update(f"{split} {array.shape} {array.dtype.str}".encode())
                digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def _counts(labels: np.ndarray | None, masks: np.ndarray | None, classes: tuple[str, ...]) -> dict[str, int]:
    if labels is not None:
        return dict(zip(classes, np.bincount(labels, minlength=len(classes)).tolist(), strict=True))
    return {name: int((masks == number).any(axis=(1, 2)).sum()) for number, name in enumerate(classes)}
