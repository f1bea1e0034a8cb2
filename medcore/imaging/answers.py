"""What a child says of a file, checked before anybody builds on it: the file may have taken the child over."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from medcore.imaging.files import KINDS, Found, Frame
from medcore.imaging.view import PIXEL_TYPES

MAX_SIDE = 100_000
MAX_FRAME_PIXELS = 2**28
MAX_TEXT = 1_000
MAX_NOTES = 100
MAX_DETAILS = 2**17
"""Bytes as JSON: they go back with every job; the pages of the longest picture take a third of them."""
UNFIT = "It cannot be read: it is damaged, or not what it says it is."
WRONG_SHAPES = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
"""What comes of taking plain values for something that they are not."""


def described(values: Mapping[str, Any]) -> list[Found]:
    """The descriptions in the answer of `jobs.describe`.

    Raises:
        ValueError: with one sentence, if they are none.
    """
    try:
        found = [Found.from_dict(one) for one in values["found"]]
        fit = bool(found) and all(map(_fit, found))
    except WRONG_SHAPES as error:
        raise ValueError(UNFIT) from error
    if not fit:
        raise ValueError(UNFIT)
    return found


def _fit(found: Found) -> bool:
    return (
        found.kind in KINDS
        and found.dtype in PIXEL_TYPES
        and found.samples in (1, 3)
        and all(isinstance(side, int) and 0 < side <= MAX_SIDE for side in (found.rows, found.columns))
        and found.rows * found.columns <= MAX_FRAME_PIXELS
        and _texts(found.group, found.title, found.modality, found.unit, found.burned_in)
        and isinstance(found.inverted, bool)
        and len(found.notes) <= MAX_NOTES
        and _texts(*found.notes)
        and all(_texts(window.name) and _numbers((window.centre, window.width)) for window in found.windows)
        and (found.gap is None or _numbers([found.gap]))
        and _detailed(found.details)
        and len(found.frames) > 0
        and all(map(_placed, found.frames))
    )


def _detailed(details: Any) -> bool:
    """What only the reader that wrote it takes apart again; but the instance tells slices apart here."""
    return (
        isinstance(details, dict)
        and isinstance(details.get("instance"), str | None)
        and len(json.dumps(details)) <= MAX_DETAILS
    )


def _placed(frame: Frame) -> bool:
    lengths = ((frame.position, 3), (frame.orientation, 6), (frame.spacing, 2))
    return (
        all(numbers is None or (len(numbers) == length and _numbers(numbers)) for numbers, length in lengths)
        and _numbers((frame.slope, frame.intercept))
        and (frame.number is None or isinstance(frame.number, int))
        and _texts(frame.moment)
    )


def _numbers(values: Iterable[Any]) -> bool:
    return all(isinstance(value, (int, float)) and math.isfinite(value) for value in values)


def _texts(*values: Any) -> bool:
    return all(isinstance(value, str) and len(value) <= MAX_TEXT for value in values)
