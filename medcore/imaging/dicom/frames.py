"""Where the frames of a file lie in the patient, and what tells them apart: the header's word, or each frame's own."""

import math
from typing import NamedTuple

import numpy as np
from pydicom.dataset import Dataset

from medcore.imaging.dicom import elements, notes
from medcore.imaging.files import Frame

MAX_MM = 1e5
"""Nothing in a patient is farther away, or larger."""


class Groups:
    """The functional groups of a multi-frame object (PS3.3 C.7.6.16): a frame's own, else those that all share."""

    def __init__(self, header: Dataset) -> None:
        self.header = header
        self._shared = elements.item(header, "SharedFunctionalGroupsSequence")
        self._own = elements.items(header, "PerFrameFunctionalGroupsSequence")
        self._of_all: dict[str, Dataset | None] = {}

    @property
    def enhanced(self) -> bool:
        """Whether there are functional groups at all."""
        return self._shared is not None or bool(self._own)

    def item(self, frame: int, keyword: str) -> Dataset | None:
        """The item of that macro for a frame; None where there is none."""
        own = elements.item(self._own[frame], keyword) if frame < len(self._own) else None
        if own is not None:
            return own
        if keyword not in self._of_all:
            self._of_all[keyword] = elements.item(self._shared, keyword)
        return self._of_all[keyword]

    def carrier(self, frame: int, keyword: str) -> Dataset:
        """Like `item`, but the header where there is none."""
        found = self.item(frame, keyword) if self.enhanced else None
        return self.header if found is None else found


class Place(NamedTuple):
    """Spacing of the pixels, and what is to be said about it."""

    spacing: tuple[float, float] | None
    notes: tuple[str, ...]


def frames(groups: Groups, lines: tuple[tuple[float, float], ...]) -> tuple[tuple[Frame, ...], tuple[str, ...]]:
    """The frames of a file, and what is odd about where they lie."""
    if groups.enhanced:
        return _enhanced(groups, lines)
    header = groups.header
    place = spacing(header)
    orientation = _orientation(header)
    positions = _positions(header, orientation, len(lines))
    number = elements.whole(header, "InstanceNumber")
    moment = _moment(header)
    several = len(lines) > 1
    made = tuple(
        Frame(
            position=positions[index],
            orientation=orientation if positions[index] else None,
            spacing=place.spacing,
            slope=line[0],
            intercept=line[1],
            number=index + 1 if several else number,
            moment=moment,
        )
        for index, line in enumerate(lines)
    )
    return made, place.notes


def _enhanced(groups: Groups, lines: tuple[tuple[float, float], ...]) -> tuple[tuple[Frame, ...], tuple[str, ...]]:
    odd: dict[str, None] = {}
    made = []
    for index, line in enumerate(lines):
        orientation = _orientation(groups.carrier(index, "PlaneOrientationSequence"))
        position = _position(groups.carrier(index, "PlanePositionSequence"))
        place = spacing(groups.carrier(index, "PixelMeasuresSequence"))
        odd |= dict.fromkeys(place.notes)
        made.append(
            Frame(
                position=position if orientation else None,
                orientation=orientation if position else None,
                spacing=place.spacing,
                slope=line[0],
                intercept=line[1],
                number=index + 1,
                moment=_frame_moment(groups, index),
            )
        )
    return tuple(made), tuple(odd)


def gap(groups: Groups) -> float | None:
    """From slice to slice in mm as the file says: Spacing Between Slices, else the thickness of one."""
    measures = groups.carrier(0, "PixelMeasuresSequence")
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        found = elements.number(measures, keyword)
        if found and 0 < abs(found) < MAX_MM:
            return abs(found)
    return None


def spacing(dataset: Dataset) -> Place:
    """Of the pixels: at the patient, else at the detector or scanner, else of the ultrasound region."""
    if found := _pair(dataset, "PixelSpacing"):
        return Place(found, ())
    if found := _pair(dataset, "ImagerPixelSpacing"):
        return Place(found, (notes.spacing_at_detector(),))
    if found := _pair(dataset, "NominalScannedPixelSpacing") or _ultrasound(dataset):
        return Place(found, ())
    aspect = elements.numbers(dataset, "PixelAspectRatio", 2)
    odd = [notes.spacing_missing()]
    if aspect and min(aspect) > 0 and aspect[0] != aspect[1]:
        odd.append(notes.pixels_not_square(aspect[0] / aspect[1]))
    return Place(None, tuple(odd))


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    found = elements.numbers(dataset, keyword, 2)
    return (found[0], found[1]) if found and min(found) > 0 and max(found) < MAX_MM else None


def _ultrasound(dataset: Dataset) -> tuple[float, float] | None:
    """Of the one region of tissue that an ultrasound image shows, in cm (PS3.3 C.8.5.5)."""
    tissue = [
        region
        for region in elements.items(dataset, "SequenceOfUltrasoundRegions")
        if elements.whole(region, "RegionSpatialFormat") == 1
    ]
    if len(tissue) != 1 or {elements.whole(tissue[0], f"PhysicalUnits{axis}Direction") for axis in "XY"} != {3}:
        return None
    delta = [abs(elements.number(tissue[0], f"PhysicalDelta{axis}") or 0) * 10 for axis in "YX"]
    return (delta[0], delta[1]) if min(delta) > 0 and max(delta) < MAX_MM else None


def _position(dataset: Dataset) -> tuple[float, float, float] | None:
    found = elements.numbers(dataset, "ImagePositionPatient", 3)
    return (found[0], found[1], found[2]) if found and max(map(abs, found)) < MAX_MM else None


def _orientation(dataset: Dataset) -> tuple[float, float, float, float, float, float] | None:
    """Two directions at right angles; None for anything else."""
    found = elements.numbers(dataset, "ImageOrientationPatient", 6)
    if found is None:
        return None
    row, column = np.array(found[:3]), np.array(found[3:])
    lengths = float(np.linalg.norm(row)), float(np.linalg.norm(column))
    if not all(math.isclose(length, 1, abs_tol=0.02) for length in lengths) or abs(row @ column) > 0.02:
        return None
    return tuple(float(part) for part in found)  # type: ignore[return-value]


def _positions(
    header: Dataset, orientation: tuple[float, ...] | None, count: int
) -> list[tuple[float, float, float] | None]:
    """Of the frames of an object without functional groups: several have a place only in a dose grid."""
    first = _position(header)
    if first is None or orientation is None:
        return [None] * count
    if count == 1:
        return [first]
    offsets = elements.numbers(header, "GridFrameOffsetVector", count)
    if offsets is None:
        return [None] * count
    return [_along(first, orientation, offset - (offsets[0] if offsets[0] else 0)) for offset in offsets]


def _along(
    first: tuple[float, float, float], orientation: tuple[float, ...], distance: float
) -> tuple[float, float, float]:
    normal = np.cross(orientation[:3], orientation[3:])
    x, y, z = np.array(first) + distance * normal
    return float(x), float(y), float(z)


def _moment(header: Dataset) -> str:
    """Which of several images of one place: everything that may tell them apart, as "name=value, name=value"."""
    kind = elements.words(header, "ImageType")[2:]
    return _joined(
        ("time", elements.number(header, "TemporalPositionIdentifier"), ""),
        ("echo time", elements.number(header, "EchoTime"), " ms"),
        ("b-value", elements.number(header, "DiffusionBValue"), ""),
        ("trigger time", elements.number(header, "TriggerTime"), " ms"),
        ("frame time", elements.number(header, "FrameReferenceTime"), " ms"),
        ("acquisition", elements.number(header, "AcquisitionNumber"), ""),
        ("kind", " ".join(kind) or None, ""),
    )


def _frame_moment(groups: Groups, index: int) -> str:
    def number(macro: str, keyword: str) -> float | None:
        item = groups.item(index, macro)
        return elements.number(item, keyword) if item is not None else None

    kind = groups.item(index, "MRImageFrameTypeSequence") or groups.item(index, "CTImageFrameTypeSequence")
    return _joined(
        ("time", number("FrameContentSequence", "TemporalPositionIndex"), ""),
        ("echo time", number("MREchoSequence", "EffectiveEchoTime"), " ms"),
        ("b-value", number("MRDiffusionSequence", "DiffusionBValue"), ""),
        ("trigger time", number("CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime"), " ms"),
        ("segment", number("SegmentIdentificationSequence", "ReferencedSegmentNumber"), ""),
        ("acquisition", number("FrameContentSequence", "FrameAcquisitionNumber"), ""),
        ("kind", " ".join(elements.words(kind, "FrameType")[2:]) or None if kind is not None else None, ""),
    )


def _joined(*parts: tuple[str, float | str | None, str]) -> str:
    return ", ".join(f"{name}={_written(value)}{unit}" for name, value, unit in parts if value is not None)


def _written(value: float | str) -> str:
    return f"{value:.10g}" if isinstance(value, float) else value.replace(",", "")
