"""The sandbox's job that writes a mask as a DICOM segmentation, with a report of what was measured on it."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from medcore.imaging.dicom.reading import DAMAGE, RefusedError, quietly
from medcore.imaging.export import sources
from medcore.imaging.export.report_file import report
from medcore.imaging.export.segment_file import segmentation
from medcore.sandbox import Reply


def dicom(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """A DICOM segmentation, and a report of what was measured where sizes are known.

    Args:
        values: {"shape", "places": (number of the file, frame) of each slice, "classes": their names without what is
            nothing, "sizes": ml of each, mm² of a single slice, or None, "model", "run", "settings"}.
        data: [mask as uint8 in C order, files …].

    Raises:
        ValueError: with one sentence, if the files lack what DICOM demands.
    """
    mask = np.frombuffer(data[0], np.uint8).reshape(values["shape"])
    names, model = values["classes"], values["model"]
    with quietly():
        given = sources.of(data[1:], [(file, frame) for file, frame in values["places"]])
        try:
            segmented = segmentation(given, mask, names, model, values["run"], values["settings"])
            made = [segmented]
            if values["sizes"] is not None:
                made.append(report(given, segmented, names, values["sizes"], model))
            return Reply({}, [_written(one) for one in made])
        except RefusedError:
            raise
        except DAMAGE as error:
            raise RefusedError(
                f"The headers of these images do not hold what a DICOM segmentation needs. {sources.OTHER_WAYS}"
            ) from error


def _written(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
