"""Images that occur more than once, found by the hash of their pixels."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from medcore.data.dataset import Splits

Place = tuple[str, int]
"""Split and index of an image."""


@dataclass(frozen=True)
class Duplicates:
    """What was found.

    Args:
        within: by split, how many images repeat an earlier one of the same split.
        between: by pair of splits such as "train and test", how many different images lie in both.
        conflicting: how many different images occur with more than one label.
        places: (split, index) of the images that lie in several splits, one group an image.
    """

    within: Mapping[str, int]
    between: Mapping[str, int]
    conflicting: int
    places: tuple[tuple[Place, ...], ...] = ()

    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing found."""
        leaks = [
            f"Leak: {count:,} image{'s lie' if count > 1 else ' lies'} in both {pair} (equal to the last pixel)."
            for pair, count in self.between.items()
        ]
        repeats = [
            f"{count:,} image{'s' if count > 1 else ''} of {split} repeat{'' if count > 1 else 's'} another one of it."
            for split, count in self.within.items()
        ]
        conflicts = [f"{_images(self.conflicting)} with different labels."] if self.conflicting else []
        return (*leaks, *repeats, *conflicts)


def _images(count: int) -> str:
    return "1 image occurs more than once" if count == 1 else f"{count:,} images occur more than once"


def find(splits: Splits) -> Duplicates:
    """Exact duplicates within and between the splits of a set."""
    places: dict[bytes, list[Place]] = defaultdict(list)
    for split, part in splits.items():
        for index, digest in enumerate(hashes(part.images)):
            places[digest].append((split, index))
    repeated = [group for group in places.values() if len(group) > 1]
    within: dict[str, int] = defaultdict(int)
    between: dict[str, int] = defaultdict(int)
    for group in repeated:
        names = [split for split, _ in group]
        for split in dict.fromkeys(names):
            within[split] += names.count(split) - 1
        for first, second in combinations(dict.fromkeys(names), 2):
            between[f"{first} and {second}"] += 1
    return Duplicates(
        within={split: count for split, count in within.items() if count},
        between=dict(between),
        conflicting=sum(_conflicts(group, splits) for group in repeated),
        places=tuple(tuple(group) for group in repeated if len({split for split, _ in group}) > 1),
    )


def hashes(images: np.ndarray) -> list[bytes]:
    """A 16-byte hash of each image's pixels."""
    return [hashlib.blake2b(np.ascontiguousarray(image), digest_size=16).digest() for image in images]


def _conflicts(group: list[Place], splits: Splits) -> bool:
    labels = {int(splits[split].labels[index]) for split, index in group if splits[split].labels is not None}
    return len(labels) > 1
