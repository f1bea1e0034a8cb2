"""One line of the list of data sets: what is known of a set before it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from medcore.catalog import Parameter, Selection
from medcore.data.dataset import Card, Splits

Report = Callable[[str], None]
"""Takes a sentence for a person who waits."""


Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of a file, or of a folder and its sub-folders."""


class Labels(NamedTuple):
    """What is known of the images of a split without looking at them.

    Args:
        classes: (n,) class numbers.
        patients: (n,) ids, or None where unknown.
    """

    classes: np.ndarray
    patients: np.ndarray | None = None


def ignore(sentence: str) -> None:
    """The report of those who need none."""


@dataclass(frozen=True)
class Remote:
    """Where a published file is fetched from.

    `digest` is "md5:..." or "sha256:..." of the file; "" where none is published.
    """

    url: str
    file: str
    digest: str


@dataclass(frozen=True)
class Entry:
    """A data set as the list shows it.

    Args:
        card: source, licence, faults.
        sizes: images of each split; those published where the set is not here, those of the default options.
        classes: name of class 0, 1, …; () where only a reading of the masks can tell.
        shape: (height, width, channels) of an image.
        read: gives the splits, from checked options and a report.
        available: whether `load` will find it.
        how: one sentence: how to get it, or why it cannot be read; "" where it is available.
        path: the file or folder it is read from.
        stamp: of that path, so that what is known of it is forgotten when it changes.
        options: what the source can be asked for, by name.
        remote: where it can be downloaded from.
        count: gives the sizes for given options; None where they do not depend on them.
        labels: gives the labels of the splits that the source has, for given options, much faster than `read`; None of
            them where only a reading would tell.
        masks: whether each image has a mask.
        kept: folder where what is computed of it is kept; None for the cache under the home folder.
        volumes: whether the images are slices of volumes.
        mask_options: what the source can be asked for beside `options`, of its masks alone.
        complete: gives every option its given or default value, and raises ValueError for what the source does not
            take; None where there are no options.
        version: of the source's images, of one that has no file.
    """

    card: Card
    sizes: Mapping[str, int]
    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    read: Callable[[Mapping[str, Any], Report], Splits] | None = field(default=None, repr=False, compare=False)
    available: bool = True
    how: str = ""
    path: Path | None = None
    stamp: Stamp = ()
    options: Mapping[str, Parameter | Selection] = field(default_factory=dict)
    remote: Remote | None = None
    count: Callable[[Mapping[str, Any]], Mapping[str, int]] | None = field(default=None, repr=False, compare=False)
    labels: Callable[[Mapping[str, Any]], Mapping[str, Labels] | None] | None = field(
        default=None, repr=False, compare=False
    )
    masks: bool = False
    volumes: bool = False
    kept: Path | None = None
    mask_options: Mapping[str, Parameter | Selection] = field(default_factory=dict)
    complete: Callable[[Mapping[str, Any]], dict[str, Any]] | None = field(default=None, repr=False, compare=False)
    version: int = 1

    @property
    def all_options(self) -> dict[str, Parameter | Selection]:
        """What the source can be asked for, of its images and of their masks."""
        return {**self.options, **self.mask_options}

    @property
    def name(self) -> str:
        """Identity in specs and links."""
        return self.card.name

    def sizes_for(self, options: Mapping[str, Any]) -> Mapping[str, int]:
        """Images of each split when the source is asked with these options; those not given are at their defaults.

        Raises:
            ValueError: for options that the source does not take.
        """
        return self.sizes if self.count is None else self.count(options)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without any path of this machine."""
        height, width, channels = self.shape
        return {
            "name": self.name,
            "title": self.card.title,
            "task": self.card.task,
            "sizes": dict(self.sizes),
            "classes": list(self.classes),
            "shape": [height, width, channels],
            "licence": self.card.licence,
            "source": self.card.source,
            "citation": self.card.citation,
            "labels": self.card.labels,
            "notes": list(self.card.notes),
            "published": dict(self.card.published),
            "available": self.available,
            "how": self.how,
            "downloadable": self.remote is not None,
            "options": {name: _option(option) for name, option in self.all_options.items()},
        }


def _option(option: Parameter | Selection) -> dict[str, Any]:
    if isinstance(option, Selection):
        return {"default": option.default, "values": list(option.values), "help": option.help}
    limits = {"low": option.low, "high": option.high, "steps": list(option.steps)}
    return {"default": option.default, **limits, "help": option.help}


def unavailable(name: str, why: str, path: Path | None = None) -> Entry:
    """The line of something that was found and cannot be used, with the reason as one sentence."""
    card = Card(name, name, "unknown", "Found in a folder of MEDCORE_DATA.", "not stated", "", "")
    return Entry(card, {}, (), (0, 0, 0), available=False, how=why, path=path)
