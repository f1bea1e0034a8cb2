"""Every file of pydicom's wheel that has pixels opens, with the values that pydicom itself gives."""

import warnings
from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
import pytest
from pydicom.pixels import apply_color_lut, apply_modality_lut

from medcore.imaging.dicom.decoding import decode
from medcore.imaging.dicom.describing import describe

FOLDER = Path(pydicom.data.__file__).parent
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.read_bytes()[128:132] == b"DICM")

NOT_DECODED = {
    "JPEG-lossy.dcm": "12 bits",  # no permissively licensed decoder for JPEG Extended of 12 bits
    "JPGExtended.dcm": "12 bits",
    "JPEG2000-embedded-sequence-delimiter.dcm": "3722445056",  # a made file: its SIZ claims that many columns
    "MR_truncated.dcm": "cut off",  # made: bytes are missing at the end; pydicom refuses it as well
    "nested_priv_SQ.dcm": "rows and columns",  # made: pixel data without a size
    "meta_missing_tsyntax.dcm": "rows and columns",
}


def read(path: Path) -> pydicom.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path)


def expected(dataset: pydicom.Dataset) -> np.ndarray:
    """Values as pydicom gives them; colours of more than 8 bits by their upper 8."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        unreadable = dataset.get("NumberOfFrames") == "1A"
        if unreadable:
            del dataset.NumberOfFrames
        stored = dataset.pixel_array[:1] if unreadable else dataset.pixel_array  # one frame is certain, not 15
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            return apply_color_lut(stored, dataset) >> 8
        if dataset.SamplesPerPixel == 3:
            return stored >> (dataset.BitsStored - 8)
        return apply_modality_lut(stored, dataset) * float(dataset.get("DoseGridScaling", 1))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_opens_as_pydicom_does(path):
    data = memoryview(path.read_bytes())
    dataset = read(path)
    if not any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        with pytest.raises(ValueError, match="holds no image"):
            describe(data, path.name)
        return
    if path.name in NOT_DECODED:
        with pytest.raises(ValueError, match=NOT_DECODED[path.name]):
            list(decode(data, describe(data, path.name)[0], [0]))
        return
    (found,) = describe(data, path.name)
    frames = list(decode(data, found, range(len(found.frames))))
    for frame in frames:
        assert frame.dtype == np.dtype(found.dtype)
        assert frame.flags.c_contiguous
        assert frame.shape[:2] == (found.rows, found.columns)
    values = np.stack([frame * one.slope + one.intercept for frame, one in zip(frames, found.frames, strict=True)])
    wanted = expected(dataset)
    np.testing.assert_allclose(values.reshape(wanted.shape), wanted, rtol=1e-6)


def test_there_are_files_enough_to_mean_something():
    assert len(FILES) > 150
    assert {path.name for path in FILES} >= set(NOT_DECODED)
