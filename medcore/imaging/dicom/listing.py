"""The header of a DICOM file as a table: every element, nested ones by their path, with what may identify a person."""

from collections.abc import Iterator
from itertools import islice

from pydicom.datadict import dictionary_keyword, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from medcore.imaging.dicom import elements, personal
from medcore.imaging.dicom.reading import DAMAGE, PIXELS, Document, RefusedError, quietly, read

MAX_ROWS = 4_000
MAX_COUNTED = 16_000
MAX_VALUE = 200
MAX_DEPTH = 50

_BINARY = ("OB", "OW", "OF", "OD", "OL", "OV", "UN", "OB or OW", "US or OW")


def rows(data: memoryview) -> list[dict[str, str]]:
    """One row an element, in the order of the file; at most `MAX_ROWS`, then one that says how many more there are.

    Raises:
        ValueError: if the file cannot be read.
    """
    with quietly():
        document = read(data)
        try:
            found = _all(document)
            listed = list(islice(found, MAX_ROWS))
            more = sum(1 for _ in islice(found, MAX_COUNTED))
        except RecursionError as error:
            raise RefusedError("The DICOM file nests its sequences too deeply to be listed.") from error
    if more:
        count = f"More than {more:,}" if more == MAX_COUNTED else f"{more:,}"
        listed.append(_row("", "…", "", f"{count} more elements are not listed.", ""))
    return listed


def _all(document: Document) -> Iterator[dict[str, str]]:
    yield from _elements(document.meta, "")
    yield from _elements(document.header, "")
    if document.pixels is not None:
        tag = next(tag for tag, keyword in PIXELS.items() if keyword == document.keyword)
        size = f"binary, {len(document.pixels):,} bytes"
        yield _row(_written(tag), _named(BaseTag(tag), None), document.vr, size, "")


def _elements(dataset: Dataset, path: str, depth: int = 0) -> Iterator[dict[str, str]]:
    for tag in sorted(dataset.keys()):
        here = f"{path}{_written(tag)}"
        try:
            element = dataset[tag]
            nested = list(element.value) if element.VR == "SQ" and element.value is not None else []
            yield _of_element(element, here, _creator(dataset, tag))
        except DAMAGE:
            yield _row(here, _named(tag, None), "", "damaged", personal.TEXT)
            continue
        if nested and depth == MAX_DEPTH:
            yield _row(f"{here}[…]", "…", "", "What is nested deeper is not listed.", personal.TEXT)
            continue
        for number, item in enumerate(nested, 1):
            if isinstance(item, Dataset):
                yield from _elements(item, f"{here}[{number}] > ", depth + 1)


def _of_element(element: DataElement, path: str, creator: str | None) -> dict[str, str]:
    value = _value(element)
    known = _dictionary(element.tag)
    told = personal.why(int(element.tag), known[0] if known else "", _kind(element, known)) if value else ""
    return _row(path, _named(element.tag, creator), str(element.VR), value, told)


def _kind(element: DataElement, known: tuple[str, str] | None) -> str:
    """The kind of value; that of the dictionary where the file says another: a name is one under any VR."""
    return known[1] if known and known[1] in ("PN", "DA", "TM", "DT", "UI") else str(element.VR)


def _dictionary(tag: BaseTag) -> tuple[str, str] | None:
    try:
        return dictionary_keyword(tag), dictionary_VR(tag)
    except KeyError:
        return None


def _row(tag: str, name: str, vr: str, value: str, told: str) -> dict[str, str]:
    return {"tag": tag, "name": name, "vr": vr, "value": value, "personal": told}


def _written(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _named(tag: BaseTag, creator: str | None) -> str:
    if tag.is_private_creator:
        return "Private creator"
    if tag.is_private:
        return f"Private: {creator}" if creator else "Private"
    known = _dictionary(tag)
    return known[0] if known else "Unknown"


def _creator(dataset: Dataset, tag: BaseTag) -> str | None:
    """Who reserved the block of a private element (PS3.5 7.8.1)."""
    if not tag.is_private or tag.is_private_creator:
        return None
    block = BaseTag((tag.group << 16) | (tag.element >> 8))
    found = dataset[block].value if block in dataset else None
    return elements.plain(found, 64) if isinstance(found, str) else None


def _value(element: DataElement) -> str:
    value = element.value
    if value is None:
        return ""
    if element.VR == "SQ":
        return f"{len(value):,} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, bytes | bytearray):
        return f"binary, {len(value):,} bytes" if value else ""
    if element.VR in _BINARY:
        return f"binary, {len(value):,} values"
    if isinstance(value, MultiValue | list):
        return elements.plain("\\".join(str(part) for part in value[:MAX_VALUE]), MAX_VALUE)
    return elements.plain(str(value), MAX_VALUE)
