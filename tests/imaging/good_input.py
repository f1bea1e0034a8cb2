"""Small good files of every kind, the odd but valid ones among them; all made by code."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ParametricMapStorage

WHEEL = Path(pydicom.__file__).parent / "data" / "test_files"
"""Files that come with pydicom."""


def ramp(rows: int = 64, columns: int = 64, dtype: Any = np.uint16) -> np.ndarray:
    """A picture in which no two places look the same."""
    return (np.add.outer(np.arange(rows) * 7, np.arange(columns) * 3) % 251).astype(dtype)


def dicom(
    pixels: np.ndarray | None = None,
    *,
    syntax: str = ExplicitVRLittleEndian,
    encapsulated: bytes | None = None,
    floating: bool = False,
    **attributes: Any,
) -> bytes:
    """A CT slice, explicit VR, little-endian; attributes go over those that fit the pixels."""
    pixels = ramp() if pixels is None else pixels
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = ParametricMapStorage if floating else CTImageStorage
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    data.Modality, data.PatientID, data.PatientName = "CT", "0", "Doe^Jane"
    data.SeriesInstanceUID = "1.2.3.9"
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = 8 * pixels.itemsize
    if floating:
        data.FloatPixelData = pixels.tobytes()
    else:
        data.BitsStored, data.HighBit, data.PixelRepresentation = 8 * pixels.itemsize, 8 * pixels.itemsize - 1, 0
        data.add_new("PixelData", "OB" if encapsulated else "OW", encapsulated or pixels.tobytes())
    if encapsulated:
        data["PixelData"].is_undefined_length = True
    with pydicom.config.disable_value_validation():
        for keyword, value in attributes.items():
            _put(data, keyword, value)
        stream = io.BytesIO()
        pydicom.dcmwrite(stream, data, enforce_file_format=True)
    return stream.getvalue()


def _put(data: Dataset, keyword: str, value: Any) -> None:
    """Sets an attribute to anything; numbers in text may be none."""
    if pydicom.datadict.dictionary_VR(keyword) in ("DS", "IS"):
        values = value if isinstance(value, list) else [value]
        raw = "\\".join(str(one) for one in values).encode()
        tag = pydicom.tag.Tag(keyword)
        raw += b" " * (len(raw) % 2)
        vr = pydicom.datadict.dictionary_VR(keyword)
        data._dict[tag] = pydicom.dataelem.RawDataElement(tag, vr, len(raw), raw, 0, False, True)
    else:
        setattr(data, keyword, value)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """A picture as a file."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def png(side: int = 32) -> bytes:
    """A gray PNG."""
    return saved(Image.fromarray(ramp(side, side, np.uint8)), "PNG")


def nifti(
    array: np.ndarray | None = None, affine: np.ndarray | None = None, version: int = 1, big: bool = False
) -> bytes:
    """A volume; (i, j, k) or (i, j, k, t)."""
    array = ramp(12, 90, np.int16).reshape(12, 10, 9) if array is None else array
    affine = np.diag([-2.0, 2.5, 3.0, 1.0]) if affine is None else affine
    kinds = {1: (nibabel.Nifti1Image, nibabel.Nifti1Header), 2: (nibabel.Nifti2Image, nibabel.Nifti2Header)}
    image, header = kinds[version]
    if big:
        array = array.astype(array.dtype.newbyteorder(">"))
    return image(array, affine, header(endianness=">" if big else "<"), dtype=array.dtype).to_bytes()


def npz(**arrays: np.ndarray) -> bytes:
    """An archive of arrays."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def npy(array: np.ndarray) -> bytes:
    """One array."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, zip64: bool = False) -> bytes:
    """An archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=zip64) as member:
                member.write(content)
    return stream.getvalue()


def slices(number: int, series: str = "1.2.3") -> dict[str, bytes]:
    """Slices of a series, by the names that they have in a folder."""
    return {
        f"{series}/IM{index}": dicom(
            ramp(16, 16) + np.uint16(index),
            SeriesInstanceUID=series,
            SOPInstanceUID=f"{series}.{index + 1}",
            InstanceNumber=index + 1,
            ImagePositionPatient=[0, 0, 2 * index],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            PixelSpacing=[1, 1],
        )
        for index in range(number)
    }


def _tiff(*pages: np.ndarray, **options: Any) -> bytes:
    first, *others = [Image.fromarray(page) for page in pages]
    return saved(first, "TIFF", save_all=True, append_images=others, **options)


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x112] = 6
    return exif


_RGB = np.stack([ramp(20, 30, np.uint8)] * 3, axis=2) + np.arange(3, dtype=np.uint8)
_BOX = {"DICOMDIR": b"listing", "__MACOSX/._IM0": b"\0", ".DS_Store": b"\0", "a/": b""}

CASES: dict[str, Callable[[], bytes]] = {
    "PNG, 16 bits": lambda: saved(Image.fromarray(ramp() * np.uint16(257)), "PNG"),
    "PNG, a bit": lambda: saved(Image.fromarray(ramp(dtype=np.uint8)).convert("1"), "PNG"),
    "PNG, palette": lambda: saved(Image.fromarray(_RGB).convert("P"), "PNG"),
    "PNG, alpha": lambda: saved(Image.fromarray(_RGB).convert("RGBA"), "PNG"),
    "PNG, gray and alpha": lambda: saved(Image.fromarray(_RGB).convert("LA"), "PNG"),
    "PNG, turned": lambda: saved(Image.fromarray(_RGB), "PNG", exif=_turned()),
    "JPEG, gray": lambda: saved(Image.fromarray(ramp(dtype=np.uint8)), "JPEG"),
    "JPEG, CMYK": lambda: saved(Image.fromarray(_RGB).convert("CMYK"), "JPEG"),
    "JPEG, progressive and turned": lambda: saved(Image.fromarray(_RGB), "JPEG", progressive=True, exif=_turned()),
    "TIFF, pages": lambda: _tiff(ramp(), ramp() + np.uint16(9), ramp() + np.uint16(99)),
    "TIFF, pages of two kinds": lambda: _tiff(ramp(), _RGB),
    "TIFF, float": lambda: _tiff(ramp(dtype=np.float32) / 7),
    "TIFF, LZW": lambda: _tiff(ramp(), compression="tiff_lzw"),
    "TIFF, deflated float": lambda: _tiff(ramp(dtype=np.float32), compression="tiff_deflate"),
    "TIFF, turned": lambda: _tiff(_RGB, exif=_turned()),
    "TIFF, BigTIFF": lambda: _tiff(ramp(), big_tiff=True),
    "NIfTI": nifti,
    "NIfTI, gzip": lambda: gzip.compress(nifti()),
    "NIfTI, gzip in two parts": lambda: gzip.compress(nifti()[:700]) + gzip.compress(nifti()[700:]),
    "NIfTI, big-endian": lambda: nifti(big=True),
    "NIfTI-2": lambda: nifti(version=2),
    "NIfTI-2, big-endian, gzip": lambda: gzip.compress(nifti(version=2, big=True)),
    "NIfTI, time": lambda: nifti(ramp(12, 180, np.float32).reshape(12, 10, 9, 2)),
    "NIfTI, wide labels": lambda: nifti(ramp(12, 90, np.int32).reshape(12, 10, 9)),
    "NIfTI, doubles": lambda: nifti(ramp(12, 90, np.float64).reshape(12, 10, 9)),
    "npz, MedMNIST": lambda: npz(
        train_images=np.zeros((9, 28, 28), np.uint8), train_labels=np.zeros((9, 14), np.uint8)
    ),
    "npz, Keras": lambda: npz(x_train=np.zeros((9, 28, 28, 1), np.uint8), y_train=np.zeros(9, np.uint8)),
    "npz, colour": lambda: npz(images=np.zeros((9, 28, 28, 3), np.uint8)),
    "npz, volumes": lambda: npz(train_images=np.zeros((2, 28, 28, 28), np.uint8)),
    "npy, big-endian": lambda: npy(ramp().astype(">i8")),
    "npy, first axis fastest": lambda: npy(np.asfortranarray(ramp(dtype=np.float64))),
    "npy, true or false": lambda: npy(ramp() > 100),
    "zip, two series in folders": lambda: zipped(slices(3, "1.2.3") | slices(2, "1.2.4") | _BOX),
    "zip, stored": lambda: zipped(slices(2), zipfile.ZIP_STORED),
    "zip, zip64": lambda: zipped(slices(2), zip64=True),
    "zip, bzip2": lambda: zipped(slices(2), zipfile.ZIP_BZIP2),
    "zip, LZMA": lambda: zipped(slices(2), zipfile.ZIP_LZMA),
    "zip, one of each": lambda: zipped({"a": png(), "b": nifti(), "c": dicom(), "d.npz": npz(x=np.zeros((9, 9)))}),
    "DICOM": dicom,
    "DICOM, no preamble": lambda: dicom()[132:],
}
