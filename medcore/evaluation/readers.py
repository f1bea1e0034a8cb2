"""Two masks of one image held against each other: what two readers, or a reader and a network, agree on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from medcore.evaluation import overlap

SAME, FIRST_ONLY, SECOND_ONLY, OTHER_CLASS = 1, 2, 3, 4
"""What a pixel of `differences` is, where either mask marks it."""


@dataclass(frozen=True)
class Agreement:
    """How far two masks of one image agree, each an array (classes - 1,) by foreground class.

    Args:
        dice, iou: NaN where neither mask has the class (0/0).
        first, second: area of the class in the unit of the pixel's area.
    """

    dice: np.ndarray
    iou: np.ndarray
    first: np.ndarray
    second: np.ndarray

    @property
    def mean_dice(self) -> float:
        """Over the classes that either mask has; NaN if both are empty."""
        return float(overlap.mean(self.dice))

    @property
    def mean_iou(self) -> float:
        """As `mean_dice`."""
        return float(overlap.mean(self.iou))


def agreement(first: np.ndarray, second: np.ndarray, classes: int, pixel: float = 1.0) -> Agreement:
    """Holds two masks against each other.

    Args:
        first, second: (rows, columns) class numbers, 0 is nothing.
        classes: how many there are, with class 0.
        pixel: area of a pixel.
    """
    found = overlap.counts(second[None], first[None], classes)
    areas = (pixel * found.predicted[0], pixel * found.true[0])
    return Agreement(overlap.dice(found)[0], overlap.iou(found)[0], *areas)


def differences(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Where two masks differ: uint8 of the same shape, 0 where neither marks anything."""
    same = np.where(first == second, SAME, OTHER_CLASS)
    marked = np.where(second == 0, FIRST_ONLY, np.where(first == 0, SECOND_ONLY, same))
    return np.where((first == 0) & (second == 0), 0, marked).astype(np.uint8)


def table(masks: Mapping[str, np.ndarray], names: Sequence[str], pixel: float, unit: str) -> list[dict[str, Any]]:
    """Every pair of masks, class by class.

    Args:
        masks: by whose they are.
        names: of the classes, class 0 first.
        pixel: area of a pixel.
        unit: of the areas.

    Returns:
        A row a pair and class: "first", "second", "class", "dice", "iou" (None where neither has the class),
        "area of the first (unit)", "area of the second (unit)".
    """
    rows = []
    for (one, first), (other, second) in combinations(masks.items(), 2):
        found = agreement(first, second, len(names), pixel)
        for place, name in enumerate(names[1:]):
            numbers = {"dice": found.dice[place], "iou": found.iou[place]}
            rows.append(
                {"first": one, "second": other, "class": name}
                | {key: None if np.isnan(value) else float(value) for key, value in numbers.items()}
                | {f"area of the first ({unit})": float(found.first[place])}
                | {f"area of the second ({unit})": float(found.second[place])}
            )
    return rows
