"""Tables stay only where the image uses them, as long as their descriptor says: elsewhere they could hold a text."""

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from medcore.imaging.dicom.reading import DAMAGE

_PALETTE = "PaletteColorLookupTable"
_DISCRETE, _LINEAR = 0, 1


def fitted(element: DataElement, beside: Dataset) -> DataElement | None:
    """The table, cut to its length; None if the image does not use it (PS3.3 C.7.9, C.11).

    Args:
        element: one of `allowed.TABLES`.
        beside: the elements that it lies among.
    """
    try:
        if _PALETTE in element.keyword and beside.get("PhotometricInterpretation") != "PALETTE COLOR":
            return None
        descriptor = element.keyword.removesuffix("Data").removeprefix("Segmented") + "Descriptor"
        if element.keyword == "LUTData":
            descriptor = "LUTDescriptor"
        length, _, bits = beside[descriptor].value
        entries, value = int(length) % 2**16 or 2**16, element.value
        if not isinstance(value, bytes):
            return element if isinstance(value, int) else DataElement(element.tag, element.VR, value[:entries])
        if element.keyword.startswith("Segmented"):
            most = _segments_end(value, entries, 1 if bits <= 8 else 2)
        else:
            most = entries if _PALETTE in element.keyword and _in_bytes(value, entries, bits) else 2 * entries
    except DAMAGE:
        return None
    return DataElement(element.tag, element.VR, value[:most] + b"\0" * (min(most, len(value)) % 2))


def _in_bytes(value: bytes, entries: int, bits: int) -> bool:
    """Whether entries are bytes: of at most 8 bits, not written as words that hold nothing more."""
    if bits > 8 or len(value) < 2 * entries:
        return bits <= 8
    words = np.frombuffer(value, "<u2", entries)
    return bool(((words > 255) & (words & 255 != 0) & (words >> 8 != words & 255)).any())


def _segments_end(value: bytes, entries: int, size: int) -> int:
    """Where the segments end that make as many entries (PS3.3 C.7.9.2).

    Raises:
        ValueError: if they make fewer, or refer back to others, which is not followed here.
    """
    words = np.frombuffer(value, f"<u{size}", len(value) // size)
    place = made = 0
    while made < entries:
        kind, length = int(words[place]), int(words[place + 1])
        if kind not in (_DISCRETE, _LINEAR) or length == 0:
            raise ValueError("A segment must be discrete or linear.")
        place, made = place + (2 + length if kind == _DISCRETE else 3), made + length
    if made > entries or place > len(words):
        raise ValueError("Segments must make as many entries as the descriptor says.")
    return place * size
