"""The sandbox's job that says which files are of one patient, without saying of whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydicom.tag import Tag

from medcore.imaging.dicom import elements
from medcore.imaging.dicom.pseudonyms import Pseudonyms
from medcore.imaging.dicom.reading import quietly, read
from medcore.sandbox import Reply

_KEYWORDS = ("PatientID", "PatientName", "StudyInstanceUID")


def patient(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """{"secret": hexadecimal}, [file] to {"patient": eight hexadecimal digits, the same as in a de-identified file;
    "" where the file does not say}.

    Raises:
        ValueError: if the file cannot be read.
    """
    with quietly():
        header = read(data[0], [Tag("SpecificCharacterSet"), *map(Tag, _KEYWORDS)]).header
        found = next((text for keyword in _KEYWORDS if (text := elements.text(header, keyword))), "")
    return Reply({"patient": Pseudonyms(bytes.fromhex(values["secret"]), found).patient if found else ""})
