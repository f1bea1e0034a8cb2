"""Tables that no image needs are a place to hide in: they go, and what is behind the end of the others."""

import numpy as np
import pydicom
import pytest
from pydicom.sequence import Sequence as Items

from medcore.imaging.dicom import used_tables
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
@pytest.mark.parametrize("text", [HIDDEN[:8], b"ZQ123\0\0\0"])
def test_eight_letters_are_no_offset(name, text):
    dataset = making.slice_of()
    dataset.add_new(pydicom.datadict.tag_for_keyword(name), "OV", text)
    assert text not in cleaned(dataset)


@pytest.mark.parametrize("entries", [48, 47])
def test_a_palette_of_bytes_ends_where_its_descriptor_says(entries):
    colours = bytes(range(100, 100 + entries))
    dataset = palettes(entries, colours + HIDDEN, PhotometricInterpretation="PALETTE COLOR")
    for channel in CHANNELS:
        dataset[f"{channel}PaletteColorLookupTableDescriptor"].value = [entries, 0, 8]
    out = cleaned(dataset)
    assert HIDDEN[1:] not in out
    assert out.count(colours) == len(CHANNELS)


def test_transparency_goes():
    dataset = palettes(48, np.arange(48, dtype="<u2").tobytes(), PhotometricInterpretation="PALETTE COLOR")
    dataset.add_new(pydicom.datadict.tag_for_keyword("AlphaPaletteColorLookupTableDescriptor"), "US", [48, 0, 16])
    dataset.AlphaPaletteColorLookupTableData = HIDDEN.ljust(96, b"\0")
    assert HIDDEN not in cleaned(dataset)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_segmented_palette_ends_where_its_segments_do(bits):
    size = bits // 8
    segments = np.array([0, 2, 3, 7, 1, 46, 2**bits - 1], f"<u{size}").tobytes()
    dataset = palettes(48, b"", PhotometricInterpretation="PALETTE COLOR")
    for channel in CHANNELS:
        dataset[f"{channel}PaletteColorLookupTableDescriptor"].value = [48, 0, bits]
        del dataset[f"{channel}PaletteColorLookupTableData"]
        tag = pydicom.datadict.tag_for_keyword(f"Segmented{channel}PaletteColorLookupTableData")
        dataset.add_new(tag, "OW", segments + HIDDEN)
    for channel in CHANNELS:
        element = dataset[f"Segmented{channel}PaletteColorLookupTableData"]
        fitting = used_tables.fitted(element, dataset)
        assert fitting.value.rstrip(b"\0") == segments.rstrip(b"\0")
