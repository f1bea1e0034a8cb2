"""Values of elements that may be missing, of the wrong kind, or damaged: a plain value or None, never an error."""

import math
from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from medcore.imaging.dicom.reading import DAMAGE

MAX_TEXT = 64


def value(dataset: Dataset, keyword: str) -> Any:
    """The value as pydicom gives it; None where it is missing, empty or damaged."""
    try:
        found = dataset.get(keyword)
    except DAMAGE:
        return None
    return None if found is None or (isinstance(found, str | bytes | MultiValue) and len(found) == 0) else found


def text(dataset: Dataset, keyword: str) -> str:
    """In one line, without control characters, at most `MAX_TEXT` long; "" where it is missing."""
    try:
        found = value(dataset, keyword)
        if found is None or isinstance(found, bytes):
            return ""
        if isinstance(found, MultiValue):
            found = "\\".join(str(part) for part in found[:MAX_TEXT])
        return plain(str(found), MAX_TEXT)
    except DAMAGE:
        return ""


def plain(line: str, limit: int) -> str:
    """Without control characters and surrogates, cut at `limit`."""
    printable = "".join(sign if sign.isprintable() else " " for sign in line[: 4 * limit])
    short = " ".join(printable.split())
    return short if len(short) <= limit and len(line) <= 4 * limit else short[: limit - 1] + "…"


def words(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """The values of a code string, in capitals."""
    return tuple(part.strip().upper() for part in text(dataset, keyword).split("\\") if part.strip())


def numbers(dataset: Dataset, keyword: str, count: int | None = None) -> tuple[float, ...] | None:
    """Finite numbers, as many as wanted; None where that is not what is there."""
    found = value(dataset, keyword)
    if found is None:
        return None
    parts = found if isinstance(found, Sequence) and not isinstance(found, str | bytes) else [found]
    try:
        plain_numbers = tuple(float(part) for part in parts)
    except DAMAGE:
        return None
    fits = (count is None or len(plain_numbers) == count) and all(math.isfinite(part) for part in plain_numbers)
    return plain_numbers if fits else None


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first number; None where there is none."""
    found = numbers(dataset, keyword)
    return found[0] if found else None


def whole(dataset: Dataset, keyword: str) -> int | None:
    """The first number, if it is a whole one."""
    found = number(dataset, keyword)
    return int(found) if found is not None and found == int(found) else None


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; none where it is missing."""
    found = value(dataset, keyword)
    try:
        return [item for item in found if isinstance(item, Dataset)] if found is not None else []
    except DAMAGE:
        return []


def item(dataset: Dataset | None, keyword: str) -> Dataset | None:
    """The first item of a sequence; None where it is missing."""
    found = items(dataset, keyword) if dataset is not None else []
    return found[0] if found else None
