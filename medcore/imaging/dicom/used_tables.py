"""Tables stay only where the image uses them, as long as their descriptor says: elsewhere they could hold a text."""

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from medcore.imaging.dicom.reading import DAMAGE

_PALETTE = "PaletteColorLookupTable"
_OFFSETS = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")
_LARGEST_OFFSET = 2**40
"""No file is as long; eight letters read as a number are more."""


def fitted(element: DataElement, beside: Dataset) -> DataElement | None:
    """The table, cut to its length; None if the image does not use it (PS3.3 C.7.9, C.11; PS3.5 annex A.4).

    Args:
        element: one of `allowed.TABLES`.
        beside: the elements that it lies among.
    """
    try:
        if element.keyword in _OFFSETS:
            return element if _are_offsets(element.value, int(beside.get("NumberOfFrames") or 1)) else None
        if _PALETTE in element.keyword and beside.get("PhotometricInterpretation") != "PALETTE COLOR":
            return None
        descriptor = element.keyword.removesuffix("Data").removeprefix("Segmented") + "Descriptor"
        if element.keyword == "LUTData":
            descriptor = "LUTDescriptor"
        entries = int(beside[descriptor].value[0]) % 2**16 or 2**16
    except DAMAGE:
        return None
    if element.keyword.startswith("Segmented"):  # as long as its segments are
        return element
    value = element.value
    most = 2 * entries if isinstance(value, bytes) else entries
    if isinstance(value, int) or len(value) <= most:
        return element
    return DataElement(element.tag, element.VR, value[:most])


def _are_offsets(value: bytes, frames: int) -> bool:
    return len(value) == 8 * frames and bool((np.frombuffer(value, "<u8") < _LARGEST_OFFSET).all())
