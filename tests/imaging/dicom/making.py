"""DICOM files for tests, made in memory."""

import io
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items

AXIAL = (1, 0, 0, 0, 1, 0)
CORONAL = (1, 0, 0, 0, 0, -1)
SAGITTAL = (0, 1, 0, 0, 0, -1)

ROOT = "1.2.826.0.1.3680043.8.498."


def item(**values: Any) -> Dataset:
    """A dataset of those elements."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def slice_of(
    pixels: np.ndarray | None = None,
    position: Sequence[float] | None = (0, 0, 0),
    orientation: Sequence[float] | None = AXIAL,
    number: int = 1,
    series: str = "1",
    **values: Any,
) -> Dataset:
    """One CT slice, gray and uncompressed; other elements by keyword, None removes one."""
    if pixels is None:
        pixels = np.arange(8 * 6, dtype=np.int16).reshape(8, 6)
    dataset = item(
        SOPClassUID=uid.CTImageStorage,
        SOPInstanceUID=f"{ROOT}{series}.{number}.{abs(hash((tuple(position or ()), number, series))) % 10**9}",
        StudyInstanceUID=f"{ROOT}9",
        SeriesInstanceUID=f"{ROOT}{series}",
        Modality="CT",
        ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
        SeriesDescription="Thorax",
        SeriesNumber=int(series),
        InstanceNumber=number,
        Rows=pixels.shape[0],
        Columns=pixels.shape[1],
        SamplesPerPixel=3 if pixels.ndim == 3 else 1,
        PhotometricInterpretation="RGB" if pixels.ndim == 3 else "MONOCHROME2",
        BitsAllocated=pixels.dtype.itemsize * 8,
        BitsStored=pixels.dtype.itemsize * 8,
        HighBit=pixels.dtype.itemsize * 8 - 1,
        PixelRepresentation=int(pixels.dtype.kind == "i"),
        PixelSpacing=[0.5, 0.25],
        SliceThickness=2,
        RescaleSlope=1,
        RescaleIntercept=-1024,
        RescaleType="HU",
    )
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    if position is not None:
        dataset.ImagePositionPatient = list(position)
    if orientation is not None:
        dataset.ImageOrientationPatient = list(orientation)
    dataset.add_new(0x7FE00010, "OB" if pixels.dtype.itemsize == 1 else "OW", _padded(pixels.tobytes()))
    for keyword, value in values.items():
        if value is None:
            if keyword in dataset:
                del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    return dataset


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


def written(dataset: Dataset, syntax: str = uid.ExplicitVRLittleEndian) -> memoryview:
    """The bytes of a file; pixels of a compressed syntax must be encapsulated already."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = uid.UID(syntax)
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", uid.CTImageStorage)
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", f"{ROOT}1")
    dataset.file_meta = meta
    if uid.UID(syntax).is_encapsulated and "PixelData" in dataset:
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return memoryview(buffer.getvalue())


def series(
    positions: Sequence[Sequence[float]], change: Callable[[Dataset, int], None] | None = None, **values: Any
) -> list[memoryview]:
    """Files of one series, one a position, numbered from 1."""
    files = []
    for index, position in enumerate(positions):
        dataset = slice_of(position=position, number=index + 1, **values)
        if change is not None:
            change(dataset, index)
        files.append(written(dataset))
    return files


def enhanced(
    frames: np.ndarray,
    positions: Sequence[Sequence[float]],
    rescale: Sequence[tuple[float, float]],
    orientation: Sequence[float] = AXIAL,
    shared_rescale: bool = False,
) -> Dataset:
    """An enhanced CT object of several frames, its geometry and rescale in the functional groups."""
    dataset = slice_of(frames[0], position=None, orientation=None, PixelSpacing=None, SliceThickness=None)
    for keyword in ("RescaleSlope", "RescaleIntercept", "RescaleType"):
        del dataset[keyword]
    dataset.SOPClassUID = uid.EnhancedCTImageStorage
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = _padded(frames.tobytes())

    def values(line: tuple[float, float]) -> Items:
        return Items([item(RescaleSlope=line[0], RescaleIntercept=line[1], RescaleType="HU")])

    shared = item(
        PlaneOrientationSequence=Items([item(ImageOrientationPatient=list(orientation))]),
        PixelMeasuresSequence=Items([item(PixelSpacing=[0.5, 0.25], SliceThickness=2)]),
    )
    if shared_rescale:
        shared.PixelValueTransformationSequence = values(rescale[0])
    dataset.SharedFunctionalGroupsSequence = Items([shared])
    groups = []
    for position, line in zip(positions, rescale, strict=True):
        group = item(PlanePositionSequence=Items([item(ImagePositionPatient=list(position))]))
        if not shared_rescale:
            group.PixelValueTransformationSequence = values(line)
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Items(groups)
    return dataset


def nested(depth: int, undefined: bool = True) -> memoryview:
    """A slice with that many sequences in each other, of defined or undefined length, before its pixels."""
    data = bytes(written(slice_of()))
    place = data.find(struct.pack("<HH", 0x7FE0, 0x0010))
    if undefined:
        head = struct.pack("<HH2sHIHHI", 0x0040, 0xA730, b"SQ", 0, 2**32 - 1, 0xFFFE, 0xE000, 2**32 - 1)
        tail = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
        return memoryview(data[:place] + head * depth + tail * depth + data[place:])
    inner = b""
    for _ in range(depth):
        inner = struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner
        inner = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, len(inner)) + inner
    return memoryview(data[:place] + inner + data[place:])
