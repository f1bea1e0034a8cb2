"""What is true of an example: the masks of the test images that a person tries a network on, told by their pixels."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from medcore.data.own_volume import Answer
from medcore.data.turn import Turn
from medcore.evaluation import overlap
from medcore.imaging.stack_view import StackView
from medcore.imaging.view import Plane
from medcore.ui import session
from medcore.ui.plain import plain
from medcore.ui.segmentation import own_answer

GLANCE_SECONDS = 0.5


class Truth(NamedTuple):
    """A mask.

    Args:
        mask: (slices, rows, columns), class of every voxel.
        classes: names, what is nothing first.
    """

    mask: np.ndarray
    classes: tuple[str, ...]


class Truths:
    """Those of a session."""

    def __init__(self) -> None:
        self._found: dict[tuple[tuple[int, ...], bytes], Truth] = {}

    def remember(self, pixels: np.ndarray, truth: Truth) -> None:
        """Of an example with these pixels (slices, rows, columns), or with 3 colours behind."""
        self._found[pixels.shape, _digest(pixels)] = truth

    def of(self, view: StackView) -> Truth | None:
        """None where the image is no example, or still being read."""
        stack = view.stack
        shape = stack.shape if stack.samples == 1 else (*stack.shape, stack.samples)
        if not any(shape == known for known, _ in self._found):
            return None
        try:
            return self._found.get((shape, _digest(view.pixels(GLANCE_SECONDS))))
        except TimeoutError:
            return None

    def close(self) -> None:
        """Lets go of all."""
        self._found.clear()


def of_session() -> Truths:
    """This session's."""
    return session.kept("truths", Truths, Truths.close)


def _digest(pixels: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(pixels)).digest()


def said(truth: Truth, answer: Answer, turn: Turn, plane: Plane) -> str:
    """How much of each class there is in truth in the slices asked about, and the Dice of the mask; "" where the
    network's classes are others.
    """
    facts = answer.facts
    if tuple(facts["classes"][1:]) != truth.classes[1:]:
        return ""
    wanted = range(facts["first"], facts["end"])
    true, drawn = (np.stack([turn.cut(mask, index) for index in wanted])[None] for mask in (truth.mask, answer.mask))
    counts = overlap.counts(true, drawn, len(truth.classes))
    size, unit = _size(facts, plane)
    amounts = zip(truth.classes[1:], counts.true[0], overlap.dice(counts)[0], strict=True)
    found = [f"{plain(name)} {_amount(number * size, unit)}, {_dice(dice)}" for name, number, dice in amounts]
    return f"**In truth:** {'; '.join(found)}."


def _size(facts: Mapping[str, Any], plane: Plane) -> tuple[float, str]:
    """Of a pixel of one slice, or a voxel of several."""
    whole = facts["end"] - facts["first"] > 1
    unit = facts["volume_unit" if whole else "area_unit"]
    if unit in ("pixels", "voxels"):
        return 1.0, unit
    area = math.prod(plane.spacing)
    return (area * plane.step / 1000 if whole else area), unit


def _amount(value: float, unit: str) -> str:
    return own_answer.amount(value, value, value, unit)


def _dice(value: float) -> str:
    return "and nothing was drawn" if math.isnan(value) else f"Dice {value:.2f}"
