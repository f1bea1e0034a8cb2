"""A labelled image set and its card: the contract between every source and every user of images."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Card:
    """Where a data set comes from and how far it may be trusted.

    Args:
        name: identity in specs and links, such as "breastmnist".
        title: name people see.
        task: "classification" or "segmentation".
        source: who made the images, and how.
        licence: SPDX name or the licence's own words.
        citation: what to cite, with DOI where there is one.
        labels: how the labels came about.
        notes: known faults, one sentence each.
        published: figures to stand beside, e.g. {"accuracy": .863, "auc": .901, "model": …, "source": …}.
        modality: how the images were taken, as DICOM says it ("CT", "MR", "US", "DX"); "" where it is unknown.
        gray: how gray values came about, so that another image can be brought to the same: {"unit": "HU", "low": …,
            "high": …} what became black and white, or {"percentiles": (low, high)} of each volume; {} where unknown.
    """

    name: str
    title: str
    task: str
    source: str
    licence: str
    citation: str
    labels: str
    notes: tuple[str, ...] = ()
    published: Mapping[str, Any] = field(default_factory=dict)
    modality: str = ""
    gray: Mapping[str, Any] = field(default_factory=dict)

    def with_notes(self, *notes: str) -> "Card":
        """The card with further notes; those that it has are not repeated."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))


@dataclass(frozen=True)
class ImageDataset:
    """One split of a labelled image set.

    Args:
        images: (n, height, width, channels), uint8 0..255 or float32.
        labels: (n,) int64 class numbers, or None for a segmentation set.
        masks: (n, height, width) uint8 class numbers, or None.
        class_names: name of class 0, 1, …
        card: shared by the splits of a set.
        spacing: (row, column) in mm, or None where unknown.
        groups: (n,) patient ids, or None where unknown.
        original_sizes: (n, 2) height and width in the files, before they were brought to one size, or None.
        mask_names: name of mask class 0 (what is nothing), 1, …, where they are not those of the labels.
        volumes: (n,) number of the volume that each image is a slice of, whose slices follow each other in order, or
            None where images stand for themselves.
        step: mm from one slice of a volume to the next, or None where unknown.
        rows: (n,) where each image stands in the split as it was loaded, or None where they are all there in order.
    """

    images: np.ndarray
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    card: Card
    masks: np.ndarray | None = None
    spacing: tuple[float, float] | None = None
    groups: np.ndarray | None = None
    original_sizes: np.ndarray | None = None
    rows: np.ndarray | None = None
    mask_names: tuple[str, ...] | None = None
    volumes: np.ndarray | None = None
    step: float | None = None

    @property
    def mask_classes(self) -> tuple[str, ...]:
        """Names of the classes of its masks, what is nothing first."""
        return self.class_names if self.mask_names is None else self.mask_names

    def __len__(self) -> int:
        return len(self.images)


Splits = Mapping[str, ImageDataset]
"""The splits of a set by name: "train", "val" and "test"."""
