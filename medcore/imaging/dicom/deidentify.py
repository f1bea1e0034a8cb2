"""De-identification by an allow-list: a new file with what shows and measures the image, checked against the old one.

It follows no profile of PS3.15 annex E and does not claim to: it keeps less than the Basic Profile asks for (private
elements, descriptions, device, sex and age go), and moves dates instead of removing them.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import Tag

from medcore.imaging.dicom import allowed, burned_in, clean_pixels, fragments, layout, leaks, same_patient, syntaxes
from medcore.imaging.dicom.allowing import REMOVED, REPLACED, Allowing, Line, line
from medcore.imaging.dicom.clean_pixels import Clean
from medcore.imaging.dicom.decoding import decode
from medcore.imaging.dicom.describing import describe
from medcore.imaging.dicom.pseudonyms import Pseudonyms
from medcore.imaging.dicom.reading import DAMAGE, Document, RefusedError, View, quietly, read
from medcore.imaging.dicom.writing import META, written
from medcore.imaging.files import Found, Frame
from medcore.sandbox import Reply

PREAMBLE = Line("", "Preamble", REMOVED)
_OWN = ("PatientName", "PatientID", "SeriesDescription")


class Result(NamedTuple):
    """A de-identified file.

    Args:
        data: the file.
        lines: how many elements became what.
    """

    data: bytes
    lines: Counter[Line]


def job(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The sandbox's job: {"secret": hexadecimal, "series", "looked", "patient"}, [file] to {"lines"}, [file].

    Raises:
        ValueError: if the file is refused.
    """
    secret, looked = bytes.fromhex(values["secret"]), values["looked"] is True
    result = deidentified(data[0], secret, values["series"], looked, values.get("patient", ""))
    return Reply({"lines": [[*what, count] for what, count in sorted(result.lines.items())]}, [result.data])


def deidentified(data: memoryview, secret: bytes, series: int, looked: bool, patient: str = "") -> Result:
    """A file without what identifies the patient, whose pixels, geometry and windows are as they were.

    Args:
        data: the whole file.
        secret: of the session: names and UIDs are replaced alike under the same one.
        series: number of the series in the export, for its new description.
        looked: a person has looked at the images and says that no text in them identifies the patient.
        patient: key of the patient, where other files of the study are known (`same_patient`); "" for the file's own.

    Raises:
        ValueError: with one sentence: no image, text may be burned in and nobody looked, or the check found a leak.
    """
    with quietly():
        document = read(data)
        pixels = layout.of(document)
        if (risk := burned_in.risk(document.header)) and not looked:
            raise RefusedError(f"{risk} Look at the images first and say that no text in them tells who it is.")
        try:
            clean = clean_pixels.clean(document, pixels)
            header, lines = _allowed(document, secret, series, pixels.frames, patient)
            file = written(header, clean, document.keyword, clean.syntax in syntaxes.CODECS)
            _check_leaks(document, file, header)
        except RefusedError:
            raise
        except DAMAGE as error:
            raise RefusedError("The DICOM file is damaged: it cannot be written anew.") from error
        _check_image(data, memoryview(file))
    lines.update(_beside(data, clean))
    return Result(file, lines)


def _allowed(
    document: Document, secret: bytes, series: int, frames: int, patient: str
) -> tuple[Dataset, Counter[Line]]:
    """The new header, and what became of each element of the old one."""
    given = document.header
    names = Pseudonyms(secret, patient or next(filter(None, same_patient.keys(given, secret)), ""))
    allowing = Allowing(names, given.original_encoding[1] is not False, frames)
    header, lines = allowing.dataset(given), allowing.lines
    lines.update(line(tag, REPLACED if tag in META else REMOVED) for tag in sorted(document.meta.keys()))
    lines.update(line(tag, REMOVED) for tag in sorted(_behind(document).keys()))
    for keyword in _OWN:
        if keyword in given:
            lines[line(Tag(keyword), REMOVED)] -= 1
            lines[line(Tag(keyword), REPLACED)] += 1
    _identify(header, names, series, document)
    return header, +lines


def _identify(header: Dataset, names: Pseudonyms, series: int, document: Document) -> None:
    """Sets what every image must have (types 1 and 2), and says what was done to it (PS3.3 C.7, C.12.1)."""
    image = hashlib.sha256(document.pixels or b"").hexdigest()
    known = str(document.meta.get("MediaStorageSOPClassUID", ""))
    missing = {
        "SOPClassUID": known if known in uid.UID_dictionary else uid.SecondaryCaptureImageStorage,
        "SOPInstanceUID": names.uid(f"image {image}"),
        "SeriesInstanceUID": names.uid(f"series {image}"),
        "StudyInstanceUID": names.uid(f"study {names.patient}"),
        "Modality": "OT",
        "StudyDate": "",
        "StudyTime": "",
    }
    for keyword, value in missing.items():
        if keyword not in header:
            setattr(header, keyword, value)
    for keyword in allowed.EMPTIED:
        setattr(header, keyword, "")
    header.PatientName = f"Patient^{names.patient}"
    header.PatientID = names.patient
    header.SeriesDescription = f"De-identified series {series}"
    for number, segment in enumerate(header.get("SegmentSequence", ()), 1):
        segment.SegmentLabel = f"Segment {number}"
    header.PatientIdentityRemoved = "YES"
    header.DeidentificationMethod = allowed.METHOD
    header.LongitudinalTemporalInformationModified = "MODIFIED"


def _behind(document: Document) -> Dataset:
    """The elements behind the pixels, as far as they can be read."""
    rest = document.rest
    if document.encapsulated and document.pixels is not None:
        places = fragments.places(document.pixels)
        rest = document.pixels[sum(places[-1]) + clean_pixels.DELIMITER_BYTES :] if places else rest
    implicit, little = document.header.original_encoding
    try:
        behind = read_dataset(View(rest), bool(implicit), little is not False)
        list(behind)
    except DAMAGE:
        return Dataset()
    return behind


def _beside(data: memoryview, clean: Clean) -> Counter[Line]:
    """What was removed that is no element; each counts once a file."""
    found = Counter({Line("", name, REMOVED): 1 for name, count in clean.removed.items() if count})
    if data[128:132] == b"DICM" and any(data[:128]):
        found[PREAMBLE] = 1
    return found


def _check_leaks(given: Document, file: bytes, header: Dataset) -> None:
    values = leaks.identifying([given.meta, given.header, _behind(given)])
    again = read(memoryview(file))
    searched = len(file) - (0 if again.encapsulated else len(again.pixels or b""))
    made = {str(header.get(keyword, "")).upper() for keyword in (*allowed.DATES, *_OWN)} | {allowed.WRITER_UID}
    if name := leaks.find(again, memoryview(file)[:searched], values, frozenset(made), leaks.encodings(given.header)):
        raise RefusedError(f"The check found a value of {name} in the de-identified file, so it is not given out.")


def _check_image(given: memoryview, file: memoryview) -> None:
    """The new file is described as the old one was, and its first and last frame have the same values."""
    (before,), (after,) = describe(given, ""), describe(file, "")
    if not _alike(before, after):
        raise RefusedError("The de-identified file would not show as the original does, so it is not given out.")
    ends = sorted({0, len(before.frames) - 1})
    for old, new in zip(decode(given, before, ends), decode(file, after, ends), strict=True):
        if not np.array_equal(old, new, equal_nan=old.dtype.kind == "f"):
            raise RefusedError("The de-identified file would not have the same pixels, so it is not given out.")


def _alike(before: Found, after: Found) -> bool:
    kinds = ("rows", "columns", "samples", "dtype", "unit", "inverted")
    return (
        all(getattr(before, kind) == getattr(after, kind) for kind in kinds)
        and len(before.frames) == len(after.frames)
        and _close(_numbers(before), _numbers(after))
    )


def _numbers(found: Found) -> list[float | None]:
    """What measures: gap, windows, and of every frame place, direction, spacing and rescale."""
    windows = [number for window in found.windows for number in (window.centre, window.width)]
    return [found.gap, *windows, *(number for frame in found.frames for number in _measures(frame))]


def _measures(frame: Frame) -> list[float | None]:
    placed = [*(frame.position or (None,)), *(frame.orientation or (None,)), *(frame.spacing or (None,))]
    return [*placed, frame.slope, frame.intercept, frame.number]


def _close(before: list[float | None], after: list[float | None]) -> bool:
    """Equal to the digits that a decimal string holds."""
    return len(before) == len(after) and np.allclose(
        np.array(before, float), np.array(after, float), rtol=1e-9, atol=1e-12, equal_nan=True
    )
