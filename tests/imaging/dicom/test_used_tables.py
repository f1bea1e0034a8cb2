"""Tables that no image needs are a place to hide in: they go, and what is behind the end of the others."""

import numpy as np
import pydicom
import pytest
from pydicom.sequence import Sequence as Items

from medcore.imaging.dicom.deidentify import deidentified
from tests.imaging.dicom import making

SECRET = bytes(32)
HIDDEN = b"ZQ1234 HIDDEN TEXT"
CHANNELS = ("Red", "Green", "Blue")


def cleaned(dataset) -> bytes:
    return deidentified(making.written(dataset), SECRET, 1, True).data


def palettes(length: int, data: bytes, **values):
    pixels = np.arange(48, dtype=np.uint8).reshape(8, 6)
    for channel in CHANNELS:
        values[f"{channel}PaletteColorLookupTableDescriptor"] = [length, 0, 16]
        values[f"{channel}PaletteColorLookupTableData"] = data
    return making.slice_of(pixels, RescaleSlope=None, RescaleIntercept=None, **values)


def test_a_gray_image_needs_no_palette():
    assert HIDDEN not in cleaned(palettes(9, HIDDEN))


def test_a_palette_ends_where_its_descriptor_says():
    colours = np.arange(48, dtype="<u2").tobytes()
    out = cleaned(palettes(48, colours + HIDDEN, PhotometricInterpretation="PALETTE COLOR"))
    assert HIDDEN not in out
    assert out.count(colours) == len(CHANNELS)


def test_a_segmented_palette_of_a_gray_image_goes():
    dataset = making.slice_of(SegmentedRedPaletteColorLookupTableData=HIDDEN)
    assert HIDDEN not in cleaned(dataset)


@pytest.mark.parametrize("length", [None, 8])
def test_a_window_table_ends_where_its_descriptor_says(length):
    item = making.item()
    item.add_new(pydicom.datadict.tag_for_keyword("LUTData"), "OW", bytes(16) + HIDDEN)
    if length:
        item.LUTDescriptor = [length, 0, 16]
    assert HIDDEN not in cleaned(making.slice_of(VOILUTSequence=Items([item])))


@pytest.mark.parametrize("name", ["ExtendedOffsetTable", "ExtendedOffsetTableLengths"])
def test_eight_letters_are_no_offset(name):
    dataset = making.slice_of()
    dataset.add_new(pydicom.datadict.tag_for_keyword(name), "OV", HIDDEN[:8])
    assert HIDDEN[:8] not in cleaned(dataset)
