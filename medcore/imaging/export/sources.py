"""The images that a mask lies over, as plain headers: what a segmentation or a report has to say of them, no more."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.valuerep import format_number_as_ds

from medcore.imaging import geometry
from medcore.imaging.dicom import elements
from medcore.imaging.dicom.describing import describe
from medcore.imaging.dicom.frames import Groups
from medcore.imaging.dicom.reading import RefusedError, read
from medcore.imaging.files import Found, Frame

PERSON = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "ReferringPhysicianName")
STUDY = ("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "StudyDescription")
NEEDED = {
    "SOPClassUID": "SOP Class UID",
    "SOPInstanceUID": "SOP Instance UID",
    "StudyInstanceUID": "Study Instance UID",
    "SeriesInstanceUID": "Series Instance UID",
}
SEXES = ("M", "F", "O")
OTHER_WAYS = "The mask can be taken away as NIfTI or PNG."
MOVED_MM = 0.1
"""By as much a corner may lie elsewhere if all slices are said to have the direction of the first."""


class Sources(NamedTuple):
    """What was segmented.

    Args:
        images: headers without pixels: one a slice, or one of several frames.
        frames: of a file of several frames, those of the slices, in their order, from 1; None for files of one frame.
    """

    images: list[Dataset]
    frames: list[int] | None


def of(files: Sequence[memoryview], places: Sequence[tuple[int, int]]) -> Sources:
    """The headers of the slices of a stack, in its order.

    Args:
        files: whole DICOM files.
        places: (number of the file, frame from 0) of each slice.

    Raises:
        ValueError: with one sentence, where they lack what DICOM demands of something that refers to them.
    """
    found = [describe(data, "")[0] for data in files]
    headers = [read(data).header for data in files]
    if len(files) > 1 and any(len(one.frames) > 1 for one in found):
        raise RefusedError(
            "A DICOM segmentation refers to one file of several frames, or to files of one frame each. Received: "
            f"{len(files)} files of several frames. {OTHER_WAYS}"
        )
    slices = [found[file].frames[frame] for file, frame in places]
    _check(headers, slices, found[0])
    if len(found[0].frames) > 1:
        return Sources([_grouped(headers[0], found[0], slices)], [frame + 1 for _, frame in places])
    images = [
        _placed(headers[file], found[file], one, slices[0]) for (file, _), one in zip(places, slices, strict=True)
    ]
    return Sources(images, None)


def _check(headers: Sequence[Dataset], slices: Sequence[Frame], size: Found) -> None:
    for header in headers:
        for keyword, name in NEEDED.items():
            if not elements.text(header, keyword):
                raise RefusedError(
                    f"A DICOM segmentation refers to its images by their {name}, which these files do not have. "
                    f"{OTHER_WAYS}"
                )
    if len({elements.text(header, "StudyInstanceUID") for header in headers}) > 1:
        raise RefusedError(f"A DICOM segmentation is of one study; these images are of several. {OTHER_WAYS}")
    if len(slices) > 1 or _lies(slices[0]):
        _check_places(headers, slices, size)


def _check_places(headers: Sequence[Dataset], slices: Sequence[Frame], size: Found) -> None:
    """Several slices must lie in one patient, each at a place of its own, in one direction."""
    there = {
        "position and direction": all(one.position and one.orientation for one in slices),
        "pixel size": all(one.spacing for one in slices),
        "one Frame of Reference UID": len({elements.text(header, "FrameOfReferenceUID") for header in headers} - {""})
        == 1,
    }
    if missing := [name for name, known in there.items() if not known]:
        raise RefusedError(
            "Slices go into a DICOM segmentation only where their files say how they lie in the patient. These files "
            f"lack: {', '.join(missing)}. {OTHER_WAYS}"
        )
    if len(set(geometry.places(slices).tolist())) < len(slices):
        raise RefusedError(f"Two of the slices lie at the same place, which DICOM segmentations forbid. {OTHER_WAYS}")
    row, column = slices[0].spacing or (1.0, 1.0)
    for one in slices:
        turned = np.linalg.norm(np.subtract(one.orientation, slices[0].orientation).reshape(2, 3), axis=1)
        moved = float(turned @ (column * size.columns, row * size.rows))
        if moved > MOVED_MM:
            raise RefusedError(
                "A DICOM segmentation has one direction for all slices, and with it a corner of these would lie "
                f"{moved:.1f} mm off. {OTHER_WAYS}"
            )


def _lies(one: Frame) -> bool:
    return bool(one.position and one.orientation and one.spacing)


def _plain(given: Dataset, found: Found) -> Dataset:
    """A new header with who, when and which image it is; text in UTF-8."""
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 192"
    for keyword in (*PERSON, *STUDY):
        setattr(header, keyword, _written(given, keyword))
    for keyword in (*NEEDED, "FrameOfReferenceUID", "PositionReferenceIndicator"):
        if value := elements.text(given, keyword):
            setattr(header, keyword, value)
    header.Modality = elements.text(given, "Modality") or "OT"
    header.Rows, header.Columns = found.rows, found.columns
    if elements.text(given, "LossyImageCompression") == "01":
        header.LossyImageCompression = "01"
    return header


def _written(given: Dataset, keyword: str) -> str:
    """The value as text; "" for what no standard allows there, so that one odd element does not cost the export."""
    value = elements.text(given, keyword)
    if keyword.endswith("Date") and not (len(value) == 8 and value.isdigit()):
        return ""
    if keyword.endswith("Time") and not value.replace(".", "", 1).isdigit():
        return ""
    if keyword == "PatientSex" and value not in SEXES:
        return ""
    return value


def _placed(given: Dataset, found: Found, one: Frame, first: Frame) -> Dataset:
    """A slice with its place as the viewer has it; all have the direction of the first.

    Its one frame is told in functional groups, too: some kinds of images have all in them.
    """
    header = _grouped(given, found, [one])
    if one.spacing:
        header.PixelSpacing, header.SliceThickness = _decimals(one.spacing), _thickness(given)
    if _lies(one):
        header.ImagePositionPatient, header.ImageOrientationPatient = (
            _decimals(one.position),
            _decimals(first.orientation),
        )
    return header


def _grouped(given: Dataset, found: Found, slices: Sequence[Frame]) -> Dataset:
    """A file of several frames, of which those of the stack are told, in functional groups (PS3.3 C.7.6.16)."""
    header, shared, first = _plain(given, found), Dataset(), slices[0]
    header.NumberOfFrames = len(slices)
    if first.spacing:
        measures = _item(PixelSpacing=_decimals(first.spacing), SliceThickness=_thickness(given))
        shared.PixelMeasuresSequence = Items([measures])
    if _lies(first):
        shared.PlaneOrientationSequence = Items([_item(ImageOrientationPatient=_decimals(first.orientation))])
    header.SharedFunctionalGroupsSequence = Items([shared])
    header.PerFrameFunctionalGroupsSequence = Items(
        [
            _item(PlanePositionSequence=Items([_item(ImagePositionPatient=_decimals(one.position))]))
            if _lies(one)
            else Dataset()
            for one in slices
        ]
    )
    return header


def _thickness(given: Dataset) -> float | None:
    return elements.number(Groups(given).carrier(0, "PixelMeasuresSequence"), "SliceThickness")


def _decimals(numbers: Sequence[float]) -> list[str]:
    """As decimal strings, which have 16 letters at most."""
    return [format_number_as_ds(number) for number in numbers]


def _item(**values: Any) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item
