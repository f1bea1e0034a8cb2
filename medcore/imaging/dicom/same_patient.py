"""The sandbox's job that says which files are of one patient or study, without saying of whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.tag import Tag

from medcore.imaging.dicom import elements
from medcore.imaging.dicom.pseudonyms import Pseudonyms
from medcore.imaging.dicom.reading import quietly, read
from medcore.sandbox import Reply

_PATIENT = ("PatientID", "PatientName")
_STUDY = ("StudyInstanceUID", "SeriesInstanceUID")


def patient(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """{"secret": hexadecimal}, [file] to {"patient", "study", "patient_key"}.

    "patient" is eight hexadecimal digits, the same as in a file de-identified by itself; "" where the file does not
    say. "patient_key" and "study" are longer codes, the same for files of one patient or study; "" likewise.

    Raises:
        ValueError: if the file cannot be read.
    """
    secret = bytes.fromhex(values["secret"])
    with quietly():
        header = read(data[0], [Tag("SpecificCharacterSet"), *map(Tag, (*_PATIENT, *_STUDY))]).header
        person, study = keys(header, secret)
    found = Pseudonyms(secret, person or study).patient if person or study else ""
    return Reply({"patient": found, "patient_key": person, "study": study})


def keys(header: Dataset, secret: bytes) -> tuple[str, str]:
    """Codes of the patient and of the study, each the same in all files that say the same; "" where one does not."""
    person, study = (
        next((text for keyword in keywords if (text := elements.text(header, keyword))), "")
        for keywords in (_PATIENT, _STUDY)
    )
    return (Pseudonyms(secret, person).key if person else ""), (Pseudonyms(secret, study).key if study else "")
