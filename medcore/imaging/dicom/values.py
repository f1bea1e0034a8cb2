"""What stored numbers mean: the straight line or the table to values, and their unit."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from pydicom.dataset import Dataset

from medcore.imaging.dicom import elements, notes, tables
from medcore.imaging.dicom.layout import Layout
from medcore.imaging.dicom.reading import RefusedError

EXTREME = 1e30
"""Slopes beyond this, or below its inverse, are no rule for values that anybody measured."""

_PET_UNITS = {"BQML": "Bq/ml", "GML": "g/ml"}  # PS3.3 C.8.9.1.1.3


class Line(NamedTuple):
    """value = stored * slope + intercept."""

    slope: float = 1.0
    intercept: float = 0.0


class Meaning(NamedTuple):
    """What the stored numbers of a file mean.

    Args:
        lines: one a frame.
        table: the Modality LUT, applied when the pixels are decoded, or None.
        unit: of the values; "" where it is not known.
        notes: what is odd.
    """

    lines: tuple[Line, ...]
    table: tables.Table | None
    unit: str
    notes: tuple[str, ...]


def meaning(header: Dataset, layout: Layout, transformations: Sequence[Dataset]) -> Meaning:
    """What the stored numbers mean.

    Args:
        header: of the file.
        layout: of its pixels.
        transformations: for each frame, the dataset that carries its rescale: the header itself, or the item of
            its Pixel Value Transformation Sequence (PS3.3 C.7.6.16.2.9).
    """
    plain = (Line(),) * layout.frames
    if layout.samples == 3 or layout.photometric == "PALETTE COLOR":
        return Meaning(plain, None, "", ())
    modality = elements.text(header, "Modality")
    try:
        table = tables.modality(header, layout.signed)
    except RefusedError:
        return Meaning(plain, None, "", (notes.lut_damaged(),))
    if table is not None:
        kind = elements.text(elements.item(header, "ModalityLUTSequence") or header, "ModalityLUTType").upper()
        return Meaning(plain, table, "HU" if kind == "HU" else "", (notes.lut_applied(),))
    if modality == "RTDOSE":
        return _dose(header, layout)
    lines = tuple(_line(dataset) for dataset in transformations)
    for line in lines:
        if not _sensible(line):
            return Meaning(plain, None, "", (notes.rescale_refused(*line),))
    said = any("RescaleSlope" in dataset for dataset in {id(part): part for part in transformations}.values())
    unit = _unit(header, modality, transformations[0]) if said else ""
    return Meaning(lines, None, unit, (notes.stored_units(),) if modality == "CT" and not said else ())


def _line(dataset: Dataset) -> Line:
    return Line(_factor(dataset, "RescaleSlope", 1.0), _factor(dataset, "RescaleIntercept", 0.0))


def _factor(dataset: Dataset, keyword: str, default: float) -> float:
    """The number as it is written, which may be no finite one; the default only where nothing is written."""
    found = elements.value(dataset, keyword)
    if found is None:
        return default
    try:
        return float(found)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _sensible(line: Line) -> bool:
    return 1 / EXTREME < abs(line.slope) < EXTREME and abs(line.intercept) < EXTREME


def _unit(header: Dataset, modality: str, transformation: Dataset) -> str:
    kind = elements.text(transformation, "RescaleType").upper()
    if modality == "CT":
        return "HU" if kind in ("", "HU") else ""
    if modality == "PT":
        return _PET_UNITS.get(elements.text(header, "Units").upper(), "")
    return ""


def _dose(header: Dataset, layout: Layout) -> Meaning:
    """Radiotherapy dose has a slope of its own (PS3.3 C.8.8.3)."""
    line = Line(_factor(header, "DoseGridScaling", 1.0))
    if not _sensible(line):
        return Meaning((Line(),) * layout.frames, None, "", (notes.rescale_refused(*line),))
    unit = "Gy" if elements.text(header, "DoseUnits").upper() == "GY" else ""
    return Meaning((line,) * layout.frames, None, unit, ())


def stored_type(layout: Layout, table: tables.Table | None) -> str:
    """The smallest of `view.PIXEL_TYPES` that holds what `decoding.decode` gives."""
    if layout.samples == 3 or layout.photometric == "PALETTE COLOR":
        return "uint8"
    if table is not None:
        return str(table.entries.dtype)
    if layout.floating or layout.allocated > 16:
        return "float32"
    if layout.signed:
        return "int16"
    return "uint8" if layout.allocated <= 8 else "uint16"


def type_notes(layout: Layout, table: tables.Table | None) -> tuple[str, ...]:
    """What the type that is shown leaves out of the one that is stored."""
    if layout.samples == 3:
        return (notes.deep_colour(layout.stored),) if layout.stored > 8 else ()
    wide = layout.stored > 24 and not (layout.floating and layout.allocated == 32)
    return (notes.wide_numbers(layout.stored, layout.floating),) if wide and table is None else ()
