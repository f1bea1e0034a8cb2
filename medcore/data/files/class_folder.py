"""A folder with one sub-folder of pictures for each class; or with train, val and test of that kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from medcore.data import splitting
from medcore.data.dataset import SPLITS, Card, ImageDataset, Splits
from medcore.data.entry import Entry, Labels, Report
from medcore.data.files import pictures

Files = dict[str, dict[str, list[Path]]]
"""Picture files by split and class; all are "train" where the folder has no splits."""


def entry(folder: Path) -> Entry | None:
    """The set that a folder is; None if it is not laid out like this.

    Raises:
        ValueError: if the first picture cannot be read.
    """
    files = _files(folder)
    if files is None:
        return None
    classes = tuple(sorted({name for of_class in files.values() for name in of_class}))
    counts = {split: sum(map(len, of_class.values())) for split, of_class in files.items()}
    first = next(path for of_class in files.values() for paths in of_class.values() for path in paths)
    size = pictures.size(first)
    pictures.check_memory(sum(counts.values()), size, folder.name)
    added = [split for split in SPLITS if split not in counts]
    notes = (f"Splits made here, stratified, with a fixed seed: {', '.join(added)}.",) if added else ()
    card = Card(
        name=folder.name,
        title=folder.name,
        task="classification",
        source=f'Pictures of the folder "{folder.name}".',
        licence="not stated",
        citation="",
        labels="The sub-folder that a picture lies in.",
        notes=(*notes, "Patients are not known: pictures of one person may lie in several splits."),
    )

    def read(_options: Mapping[str, Any], report: Report) -> Splits:
        report(f'Reading {sum(counts.values()):,} pictures of "{folder.name}" …')
        return _read(files, classes, size, card)

    def labels(_options: Mapping[str, Any]) -> dict[str, Labels]:
        return {split: Labels(_labels(of_class, classes)) for split, of_class in files.items()}

    return Entry(card, splitting.planned(counts), classes, tuple(size), read, path=folder, labels=labels)


def _files(folder: Path) -> Files | None:
    inner = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")
    splits = [path for path in inner if path.name in SPLITS]
    if splits and "train" in {path.name for path in splits}:
        found = {path.name: _classes(sorted(p for p in path.iterdir() if p.is_dir())) for path in splits}
    else:
        found = {"train": _classes(inner)}
    return found if all(len(of_class) >= 2 for of_class in found.values()) else None


def _classes(folders: list[Path]) -> dict[str, list[Path]]:
    listed = {folder.name: pictures.listed(folder) for folder in folders}
    return {name: paths for name, paths in listed.items() if paths}


def _read(files: Files, classes: tuple[str, ...], size: pictures.Size, card: Card) -> Splits:
    found = {}
    for split, of_class in files.items():
        paths = [path for paths in of_class.values() for path in paths]
        images, original = pictures.read(paths, size)
        found[split] = (images, _labels(of_class, classes), original)
        card = card.with_notes(*pictures.resized_notes(original, size))
    found = splitting.complete(found, found["train"][1])
    return {split: _dataset(*found[split], classes, card) for split in SPLITS}


def _labels(of_class: Mapping[str, list[Path]], classes: tuple[str, ...]) -> np.ndarray:
    """(n,) class numbers of the pictures, class by class."""
    return np.array([classes.index(name) for name, paths in of_class.items() for _ in paths], np.int64)


def _dataset(
    images: np.ndarray, labels: np.ndarray, original: np.ndarray, classes: tuple[str, ...], card: Card
) -> ImageDataset:
    return ImageDataset(images, labels, classes, card, original_sizes=original)
