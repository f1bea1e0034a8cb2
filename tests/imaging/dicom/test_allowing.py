"""Numbers stay, but not more of them than there may be: many small numbers can spell a text."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword

from medcore.imaging.dicom.deidentify import deidentified
from tests.imaging.dicom import making

LETTERS = list(b"HANSEMANN, ERNA, BORN IN THE YEAR 1950 IN BERLIN")


def cleaned(keyword: str, value: list, frames: int = 1) -> pydicom.Dataset:
    dataset = making.slice_of(np.arange(frames * 48, dtype=np.int16).reshape(8 * frames, 6), Rows=8)
    dataset.NumberOfFrames = frames
    dataset.add_new(tag_for_keyword(keyword), dictionary_VR(keyword), value)
    return pydicom.dcmread(io.BytesIO(deidentified(making.written(dataset), bytes(32), 1, True).data))


@pytest.mark.parametrize(
    "keyword",
    [
        "RegionLocationMinX0",
        "KVP",
        "AcquisitionMatrix",
        "GridFrameOffsetVector",
        "ReferencedFrameNumber",
        "EchoNumbers",
    ],
)
def test_more_numbers_than_there_may_be_go(keyword):
    assert keyword not in cleaned(keyword, LETTERS)


@pytest.mark.parametrize(
    ("keyword", "value", "frames"),
    [
        ("GridFrameOffsetVector", [0, 2.5, 5], 3),
        ("GridFrameOffsetVector", [0], 1),
        ("AcquisitionMatrix", [0, 256, 192, 0], 1),
        ("DimensionIndexValues", [1, 1, 3, 2], 1),
    ],
)
def test_as_many_as_there_may_be_stay(keyword, value, frames):
    found = cleaned(keyword, value, frames)[keyword].value
    assert (list(found) if len(value) > 1 else [found]) == value
