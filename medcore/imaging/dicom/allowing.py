"""Goes through a header element by element and keeps what is allowed; says of every one what became of it."""

import math
import re
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from pydicom.datadict import dictionary_keyword, dictionary_VM, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as Items
from pydicom.tag import BaseTag
from pydicom.uid import UID_dictionary
from pydicom.valuerep import format_number_as_ds

from medcore.imaging.dicom import allowed, used_tables
from medcore.imaging.dicom.pseudonyms import Pseudonyms
from medcore.imaging.dicom.reading import DAMAGE

KEPT, REPLACED, REMOVED = "kept", "replaced", "removed"

MAX_DEPTH = 50

_DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_MAX_DECIMAL = 16
"""Characters of a DS value (PS3.5 6.2)."""

_RANGES = {
    "US": (0, 2**16),
    "SS": (-(2**15), 2**15),
    "UL": (0, 2**32),
    "SL": (-(2**31), 2**31),
    "IS": (-(2**31), 2**31),
}


class Line(NamedTuple):
    """What became of an element.

    Args:
        tag: "(0010,0010)".
        name: keyword of the data dictionary; "Private" or "Unknown" else: names in the file may tell.
        action: "kept", "replaced" or "removed".
    """

    tag: str
    name: str
    action: str


def keyword_of(tag: int) -> str:
    """Of the data dictionary; "" for private and unknown elements."""
    try:
        return "" if BaseTag(tag).is_private else dictionary_keyword(tag)
    except KeyError:
        return ""


def line(tag: int, action: str) -> Line:
    """The line of an element."""
    name = keyword_of(tag) or ("Private" if BaseTag(tag).is_private else "Unknown")
    return Line(f"({tag >> 16:04X},{tag & 0xFFFF:04X})", name, action)


class Allowing:
    """Keeps what is allowed of one file.

    Args:
        names: replacements for the patient's identifiers.
        little: whether the file is little-endian.
        frames: how many the file holds.

    Attributes:
        lines: how many elements became what.
    """

    def __init__(self, names: Pseudonyms, little: bool, frames: int) -> None:
        self._names = names
        self._little = little
        self._frames = frames
        self.lines: Counter[Line] = Counter()

    def dataset(self, given: Dataset) -> Dataset:
        """The elements that may stay, as new ones; those nested in sequences too."""
        kept = Dataset()
        for tag in sorted(given.keys()):
            try:
                element = given[tag]
                made, action = self._element(element, keyword_of(tag))
            except DAMAGE:
                self.lines[line(tag, REMOVED)] += 1
                continue
            self.lines[line(tag, action)] += 1
            if made is not None:
                kept.add(made)
            elif element.VR == "SQ":
                self.drop(element)
        self._fit_tables(kept)
        return kept

    def _fit_tables(self, kept: Dataset) -> None:
        """Tables that the image does not use go, once all that says so is there."""
        for element in [element for element in kept if element.keyword in allowed.TABLES]:
            fitting = used_tables.fitted(element, kept)
            if fitting is None:
                del kept[element.tag]
                self.lines[line(element.tag, KEPT)] -= 1
                self.lines[line(element.tag, REMOVED)] += 1
            else:
                kept[element.tag] = fitting

    def drop(self, element: DataElement, depth: int = 0) -> None:
        """Counts what lies within a sequence that does not stay."""
        for item in element.value or () if depth < MAX_DEPTH else ():
            for tag in item.keys() if isinstance(item, Dataset) else ():
                self.lines[line(tag, REMOVED)] += 1
                if (nested := _nested(item, tag)) is not None:
                    self.drop(nested, depth + 1)

    def _element(self, element: DataElement, keyword: str) -> tuple[DataElement | None, str]:
        made: Any = None
        vr, action = dictionary_VR(element.tag) if keyword else "", KEPT
        if keyword in allowed.SEQUENCES:
            made = self._sequence(element)
        elif keyword in allowed.NUMBERS:
            vr, made = _numbers(element, vr)
            if len(made or ()) > self._most(element, keyword):
                made = None
        elif keyword in allowed.TABLES:
            vr, made = self._table(element, vr)
        elif keyword in allowed.TERMS:
            made, action = self._terms(element, keyword)
        elif keyword in allowed.CLASSES:
            made = str(element.value) if _standard(str(element.value)) else None
        elif keyword in allowed.UIDS:
            made, action = self._uids(element), REPLACED
        elif keyword in allowed.DATES:
            made, action = self._names.date(str(element.value or "")) or None, REPLACED
        return (None, REMOVED) if made is None else (DataElement(element.tag, vr, made), action)

    def _most(self, element: DataElement, keyword: str) -> int:
        """How many values the element may have (PS3.6)."""
        if keyword in allowed.A_FRAME:
            return self._frames
        most = dictionary_VM(element.tag).split("-")[-1]
        return int(most) if most.isdigit() else allowed.MOST_NUMBERS

    def _sequence(self, element: DataElement) -> Items | None:
        items = [self.dataset(item) for item in element.value or () if isinstance(item, Dataset)]
        return Items(items) if any(len(item) for item in items) else None

    def _table(self, element: DataElement, vr: str) -> tuple[str, Any]:
        """Numbers as they are, bytes as bytes in little-endian order."""
        value = element.value
        if not isinstance(value, bytes | bytearray):
            return ("US", value) if _whole(_parts(value), "US") is not None else (vr, None)
        if not self._little and element.VR == "OW":
            value = np.frombuffer(value[: len(value) // 2 * 2], ">u2").astype("<u2").tobytes()
        return "OW", bytes(value) or None

    def _terms(self, element: DataElement, keyword: str) -> tuple[list[str] | None, str]:
        """Terms as they are; in the place of another text a code, where several values count by their place."""
        given = [str(part).strip().upper() for part in _parts(element.value)]
        terms = allowed.TERMS[keyword]
        if all(part in terms for part in given):
            return given or None, KEPT
        if keyword not in allowed.CODED:
            return None, REMOVED
        return [part if part in terms or not part else self._names.term(part) for part in given], REPLACED

    def _uids(self, element: DataElement) -> list[str] | None:
        return [self._names.uid(clean) for part in _parts(element.value) if (clean := str(part).strip("\0 "))] or None


def _nested(item: Dataset, tag: int) -> DataElement | None:
    try:
        return item[tag] if item[tag].VR == "SQ" else None
    except DAMAGE:
        return None


def _parts(value: Any) -> list[Any]:
    if value is None or (isinstance(value, str | bytes) and not value):
        return []
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


def _standard(uid: str) -> bool:
    return uid in UID_dictionary


def _numbers(element: DataElement, vr: str) -> tuple[str, list[Any] | None]:
    """The kind of value, and the numbers if all are finite and fit it; None else."""
    if vr == "US or SS":
        vr = "SS" if element.VR == "SS" else "US"
    parts = _parts(element.value)
    if vr == "DS":
        return vr, _decimals(parts)
    if vr in _RANGES:
        return vr, _whole(parts, vr)
    if vr == "AT":
        return vr, parts if parts and not any(BaseTag(part).is_private for part in parts) else None
    numbers = [float(part) for part in parts]
    return vr, numbers if numbers and all(map(math.isfinite, numbers)) else None


def _decimals(parts: list[Any]) -> list[str] | None:
    """As they are written, if that is a number that is short enough; else written anew."""
    texts = [str(getattr(part, "original_string", part)).strip() for part in parts]
    if not parts or not all(math.isfinite(float(part)) for part in parts):
        return None
    return [
        text if _DECIMAL.fullmatch(text) and len(text) <= _MAX_DECIMAL else format_number_as_ds(float(part))
        for text, part in zip(texts, parts, strict=True)
    ]


def _whole(parts: list[Any], vr: str) -> list[int] | None:
    low, high = _RANGES[vr]
    numbers = [int(part) for part in parts]
    return numbers if numbers and all(low <= number < high for number in numbers) else None
