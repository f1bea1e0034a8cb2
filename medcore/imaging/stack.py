"""A stack: slices in their order, from one file or many, with the geometry that they share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from medcore.imaging import geometry, moments
from medcore.imaging.dicom import notes
from medcore.imaging.files import Found, Frame
from medcore.imaging.view import Window
from medcore.imaging.windows import presets

MAX_NOTES = 12


@dataclass(frozen=True)
class Stack:
    """What is shown as one thing: a series, a multi-frame object, a NIfTI volume, a picture.

    Args:
        id: of the stack within its shelf; stable while its files stay.
        kind: one of `files.KINDS`.
        title: for people, another one for each stack of a shelf. DICOM series are called by their modality and
            description, other files and series without one by the name of their file, which may identify a patient:
            it goes into no URL, log or export.
        modality: "CT", "MR", …; "" where unknown.
        shape: (slices, rows, columns).
        samples: 1, or 3 for colour.
        dtype: of the stored values.
        unit: of values, as in `files.Found`.
        places: (file id, frame from 0) of each slice, in slice order.
        rescale: (slices, 2) float64: slope and intercept of each slice.
        spacing: (between slices, between rows, between columns) in mm; None where unknown. Between slices: the
            median distance where it is uneven.
        affine: (4, 4) float64 from (column, row, slice, 1) to patient coordinates (x to the Left, y to Posterior,
            z to the Head, 1) in mm; None where unknown. Where the slices are not `regular` it holds for the first.
        regular: the slices are parallel, evenly spaced and untilted, so planes may be cut across them.
        windows: presets, those of the file first.
        inverted: MONOCHROME1.
        burned_in: one sentence if the pixels may carry text about the patient; "" otherwise.
        notes: what is odd, in plain words, one sentence each.
    """

    id: str
    kind: str
    title: str
    modality: str
    shape: tuple[int, int, int]
    samples: int
    dtype: str
    unit: str
    places: tuple[tuple[str, int], ...]
    rescale: np.ndarray
    spacing: tuple[float | None, float | None, float | None]
    affine: np.ndarray | None
    regular: bool
    windows: tuple[Window, ...] = ()
    inverted: bool = False
    burned_in: str = ""
    notes: tuple[str, ...] = ()


class _Slice(NamedTuple):
    file: str
    index: int
    found: Found
    frame: Frame
    place: int


def assemble(found: Sequence[tuple[str, Found]]) -> list[Stack]:
    """Stacks from descriptions, in the order in which their first file was uploaded.

    Slices of one group lie in one stack if they have the same direction and pixel size, and show each place once
    (`moments.split`); they are ordered along the normal of their planes, or by number where places are unknown.

    Args:
        found: (file id, description) of every image, in the order of upload.
    """
    groups: dict[object, list[_Slice]] = {}
    for file, one in found:
        kind = (one.kind, one.group, one.rows, one.columns, one.samples, one.dtype)
        members = groups.setdefault(kind if one.group else (file, len(groups)), [])
        members += [_Slice(file, index, one, frame, len(members) + index) for index, frame in enumerate(one.frames)]
    return [stack for members in groups.values() for stack in _stacks(members)]


def _stacks(members: list[_Slice]) -> list[Stack]:
    once = list({_identity(part): part for part in reversed(members)}.values())[::-1]
    repeated = (notes.uploaded_twice(len(members) - len(once)),) if len(once) < len(members) else ()
    parts = [[once[index] for index in part] for part in geometry.alike([member.frame for member in once])]
    mixed = (notes.directions(len(parts)),) if len(parts) > 1 else ()
    stacks = []
    for part in parts:
        direction = f"{_direction(part[0].frame)} " if len(parts) > 1 else ""
        for one in moments.split([member.frame for member in part]):
            name = f"{direction}{one.name}".strip()
            stacks.append(_stack([part[index] for index in one.members], name, (*repeated, *mixed, *one.notes)))
    return stacks


def _identity(member: _Slice) -> object:
    """Files with the same SOP Instance UID hold the same image."""
    return member.found.details.get("instance") or member.file, member.index


def _direction(frame: Frame) -> str:
    if frame.orientation is None:
        return "without place"
    return ("sagittal", "coronal", "axial")[int(np.argmax(np.abs(geometry.normal(frame))))]


def _stack(members: list[_Slice], name: str, odd: tuple[str, ...]) -> Stack:
    members = _ordered(members)
    first, middle = members[0].found, members[len(members) // 2].found
    frames = [member.frame for member in members]
    shape = geometry.of(frames, first.gap)
    unordered = first.kind == "dicom" and len(members) > 1 and frames[0].position is None and len(first.frames) == 1
    earliest = min(members, key=lambda member: member.place)
    units = {member.found.unit for member in members}
    unit = units.pop() if len(units) == 1 else ""
    rows_columns = frames[0].spacing or (None, None)
    return Stack(
        id=f"{earliest.file}-{earliest.index}",
        kind=first.kind,
        title=f"{first.title} ({name})" if name else first.title,
        modality=first.modality,
        shape=(len(members), first.rows, first.columns),
        samples=first.samples,
        dtype=first.dtype,
        unit=unit,
        places=tuple((member.file, member.index) for member in members),
        rescale=np.array([(frame.slope, frame.intercept) for frame in frames], np.float64),
        spacing=(shape.step, *rows_columns),
        affine=shape.affine,
        regular=shape.regular,
        windows=_windows(middle, unit),
        inverted=first.inverted,
        burned_in=next((member.found.burned_in for member in members if member.found.burned_in), ""),
        notes=(*odd, *shape.notes, *((notes.ordered_by_number(),) if unordered else ()), *_file_notes(members)),
    )


def _ordered(members: list[_Slice]) -> list[_Slice]:
    """By depth; the same depth, or none, by number; without a number as uploaded."""
    frames = [member.frame for member in members]
    placed = frames[0].position is not None and frames[0].orientation is not None
    depths = geometry.places(frames).tolist() if placed else [0] * len(members)

    def key(entry: tuple[int, _Slice]) -> tuple[int, int, int]:
        number = entry[1].frame.number
        return entry[0], number if number is not None else 2**40, entry[1].place

    return [member for _, member in sorted(zip(depths, members, strict=True), key=key)]


def _windows(found: Found, unit: str) -> tuple[Window, ...]:
    taken = {window.name for window in found.windows}
    return (*found.windows, *(window for window in presets(found.modality, unit) if window.name not in taken))


def _file_notes(members: Sequence[_Slice]) -> tuple[str, ...]:
    """The notes of the files; with how many say so where not all do."""
    files = {member.file: member.found for member in members}
    counts = Counter(note for found in files.values() for note in found.notes)
    told = [note if count == len(files) else notes.in_some(note, count, len(files)) for note, count in counts.items()]
    return (*told[:MAX_NOTES], *((notes.more_notes(len(told) - MAX_NOTES),) if len(told) > MAX_NOTES else ()))
