"""A folder with pictures in images/ and, under the same names, their masks in masks/."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from medcore.data import splitting
from medcore.data.dataset import SPLITS, Card, ImageDataset, Splits
from medcore.data.entry import Entry, Report
from medcore.data.files import pairs, pictures

MAX_CLASSES = 32


def entry(folder: Path) -> Entry | None:
    """The set that a folder is; None if it is not laid out like this.

    Raises:
        ValueError: if an image has no mask, or the first picture cannot be read.
    """
    if not (folder / "images").is_dir() or not (folder / "masks").is_dir():
        return None
    images = pictures.listed(folder / "images")
    if not images:
        return None
    masks, unpaired = _masks(folder, images)
    size = pictures.size(images[0])
    pictures.check_memory(len(images), size, folder.name)
    card = Card(
        name=folder.name,
        title=folder.name,
        task="segmentation",
        source=f'Pictures of the folder "{folder.name}".',
        licence="not stated",
        citation="",
        labels="As in the masks; nothing is known of how they came about.",
        notes=(
            "The splits are made here, at random with a fixed seed.",
            "Patients are not known: pictures of one person may lie in several splits.",
            *unpaired,
        ),
    )

    def read(_options: Mapping[str, Any], report: Report) -> Splits:
        report(f'Reading {len(images):,} pictures of "{folder.name}" …')
        return _read(images, masks, size, card)

    return Entry(card, splitting.sizes(len(images)), (), tuple(size), read, path=folder, masks=True)


def _masks(folder: Path, images: list[Path]) -> tuple[list[Path], tuple[str, ...]]:
    """The mask of each image, by the name without its ending; and a note where there are masks without an image."""
    by_name = {path.stem: path for path in pictures.listed(folder / "masks")}
    alone = [path.name for path in images if path.stem not in by_name]
    if alone:
        raise ValueError(
            f'Each picture in "{folder.name}/images" must have a mask of the same name in "masks". '
            f"Received: {len(alone):,} without one, such as {alone[0]}"
        )
    masks = [by_name[path.stem] for path in images]
    return masks, pairs.left_out(masks, list(by_name.values()))


def _read(images: list[Path], masks: list[Path], size: pictures.Size, card: Card) -> Splits:
    x, original = pictures.read(images, size)
    card = card.with_notes(*pictures.resized_notes(original, size))
    y, mask_sizes = pictures.read(masks, size._replace(channels=1), mask=True)
    _check_sizes(images, original, mask_sizes)
    values = _values(y, masks[0].parent.parent)
    table = np.zeros(256, np.uint8)
    table[values] = np.arange(len(values))
    parts = splitting.complete({"train": (x, table[y[..., 0]], original)})
    return {split: _dataset(*parts[split], _class_names(values), card) for split in SPLITS}


def _check_sizes(images: list[Path], sizes: np.ndarray, mask_sizes: np.ndarray) -> None:
    """Raises ValueError where a mask has another height or width than its image."""
    wrong = np.flatnonzero((sizes != mask_sizes).any(axis=1))
    if len(wrong):
        first = wrong[0]
        expected, received = ("x".join(map(str, of[first])) for of in (sizes, mask_sizes))
        others = f", and {len(wrong) - 1:,} more differ" if len(wrong) > 1 else ""
        raise ValueError(
            f'The mask of "{images[first].name}" must have the height and width of its picture, {expected}. '
            f"Received: {received}{others}"
        )


def _dataset(
    images: np.ndarray, masks: np.ndarray, original: np.ndarray, classes: tuple[str, ...], card: Card
) -> ImageDataset:
    return ImageDataset(images, None, classes, card, masks=masks, original_sizes=original)


def _values(masks: np.ndarray, folder: Path) -> np.ndarray:
    """Gray values that stand for a class, the background's 0 first."""
    values = np.union1d(0, np.unique(masks))
    if len(values) > MAX_CLASSES:
        raise ValueError(
            f'The masks in "{folder.name}/masks" must hold at most {MAX_CLASSES} gray values, one a class. '
            f"Received: {len(values)}"
        )
    return values


def _class_names(values: np.ndarray) -> tuple[str, ...]:
    if len(values) <= 2:
        return ("background", "foreground")
    return ("background", *(f"class {value}" for value in values[1:]))
