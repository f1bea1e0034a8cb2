"""Images of a data set, small and as 8-bit gray or colour, with the words that stand under them."""

from collections.abc import Sequence

import numpy as np

from medcore.charts import template
from medcore.data.dataset import ImageDataset, Splits
from medcore.data.inspection import blocks
from medcore.data.inspection.duplicates import Place
from medcore.ui.components.image_grid import Cell

MAX_SIDE = 128
"""Pixels: larger images are averaged down to this."""


def images(splits: Splits, places: Sequence[Place], window: tuple[float, float] | None = None) -> np.ndarray:
    """(n, height, width, 1 or 3) uint8.

    Args:
        splits: the set.
        places: (split, index) of each image.
        window: values that become black and white where they are no bytes; None takes the range of these images.
    """
    found = [blocks.reduced(splits[split].images[index][None], MAX_SIDE) for split, index in places]
    return to_bytes(np.concatenate(found), splits["train"].images.dtype == np.uint8, window)


def to_bytes(values: np.ndarray, are_bytes: bool, window: tuple[float, float] | None = None) -> np.ndarray:
    """Values of 0..255 as they are, others by their window."""
    if not are_bytes:
        low, high = window or (float(values.min()), float(values.max()))
        values = (values - low) * (255 / max(high - low, np.finfo(np.float32).tiny))
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def masks(splits: Splits, places: Sequence[Place]) -> np.ndarray | None:
    """(n, height, width) uint8 class numbers as small as the images, or None where the set has none."""
    if any(splits[split].masks is None for split, _ in places):
        return None
    height, width = splits["train"].images.shape[1:3]
    factor = -(-max(height, width) // MAX_SIDE)
    rows, columns = (max(1, length // factor) for length in (height, width))
    return np.stack([splits[split].masks[index][::factor, ::factor][:rows, :columns] for split, index in places])


def cell(splits: Splits, place: Place, note: str = "") -> Cell:
    """The words of an image: its class, split and number."""
    split, index = place
    number = class_of(splits[split], index)
    title = "" if number is None else splits[split].class_names[number]
    colour = "" if number is None else template.colour(number)
    where = name(place)
    return Cell(where, title or where, note or (where if title else ""), colour)


def name(place: Place) -> str:
    """What an image is called in addresses and captions: "test-12"."""
    return f"{place[0]}-{place[1]}"


def class_of(part: ImageDataset, index: int) -> int | None:
    """The class number of an image; None in a set of masks."""
    return None if part.labels is None else int(part.labels[index])


def colours(splits: Splits) -> list[str]:
    """Of the classes, the same in all charts."""
    return [template.colour(number) for number in range(len(splits["train"].class_names))]


def mask_colours(splits: Splits) -> list[str]:
    """Of the classes of the masks, what is nothing first; the same in the viewer."""
    return [template.colour(number) for number in range(len(splits["train"].mask_classes))]
