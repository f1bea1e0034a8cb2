"""Some images of a set in some order: what a filter lets through, without a look at a pixel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from medcore.data.dataset import Splits
from medcore.data.inspection.duplicates import Place

ORDERS = ("given", "class", "shuffled")


@dataclass(frozen=True)
class Selection:
    """Images of a set, in order.

    Args:
        names: of the splits.
        splits: (n,) number of the split of each image.
        indices: (n,) index in its split.
    """

    names: tuple[str, ...]
    splits: np.ndarray
    indices: np.ndarray

    def __len__(self) -> int:
        return len(self.indices)

    def places(self, start: int, stop: int) -> list[Place]:
        """Split and index of the images from number `start` up to `stop`, as far as there are any."""
        part = zip(self.splits[start:stop], self.indices[start:stop], strict=True)
        return [(self.names[split], int(index)) for split, index in part]

    def number(self, place: Place) -> int | None:
        """Where an image stands in the order; None if it was not let through."""
        split, index = place
        found = np.flatnonzero((self.splits == self.names.index(split)) & (self.indices == index))
        return int(found[0]) if len(found) else None


def select(
    splits: Splits,
    only_split: str | None = None,
    only_class: int | None = None,
    only_places: Collection[Place] | None = None,
    order: str = "given",
    seed: int = 0,
    shows: Mapping[str, np.ndarray] | None = None,
) -> Selection:
    """The images that pass every filter.

    Args:
        splits: the set.
        only_split: name of a split.
        only_class: number of a class; in a set of masks, of one that an image shows.
        only_places: these and no others.
        order: one of `ORDERS`; by class, the images of a class keep their order.
        seed: of the shuffle.
        shows: by split, (n, classes) bool, as in an overview; needed to filter a set of masks by class.
    """
    names = tuple(splits)
    chosen = []
    for name, part in splits.items():
        passes = np.full(len(part), only_split in (None, name))
        if only_class is not None:
            passes &= part.labels == only_class if part.labels is not None else shows[name][:, only_class]
        if only_places is not None:
            passes &= np.isin(np.arange(len(part)), [index for split, index in only_places if split == name])
        chosen.append(np.flatnonzero(passes))
    of_split = np.repeat(np.arange(len(names)), [len(indices) for indices in chosen])
    indices = np.concatenate(chosen)
    ordered = np.arange(len(indices))
    if order == "shuffled":
        ordered = np.random.default_rng(seed).permutation(len(indices))
    elif order == "class" and all(part.labels is not None for part in splits.values()):
        labels = [part.labels[index] for part, index in zip(splits.values(), chosen, strict=True)]
        ordered = np.argsort(np.concatenate(labels), kind="stable")
    return Selection(names, of_split[ordered], indices[ordered])
