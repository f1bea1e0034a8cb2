"""The sandbox's job that lists the header of a DICOM file."""

from collections.abc import Mapping, Sequence
from typing import Any

from medcore.imaging.dicom.listing import rows
from medcore.sandbox import Reply


def header(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """{"rows": [{"tag", "name", "vr", "value", "personal"}, …]} of the file in `data`, all texts.

    Raises:
        ValueError: if the file cannot be read.
    """
    del values
    return Reply({"rows": rows(data[0])})
