"""What the `dataset.json` of a segmentation set says: names of classes and modality.

Reference:
    Medical Segmentation Decathlon (Antonelli et al. 2022, doi:10.1038/s41467-022-30695-9), whose "labels" are names by
    number, and nnU-Net (Isensee et al. 2021, doi:10.1038/s41592-020-01008-z), whose "labels" are numbers by name.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

MAX_BYTES = 2**20
MAX_CLASSES = 256
MODALITIES = {"CT": "CT", "MRI": "MR", "MR": "MR", "T1": "MR", "T2": "MR", "FLAIR": "MR", "PET": "PT", "US": "US"}
"""As DICOM says them, PS3.3 C.7.3.1.1.1."""


class About(NamedTuple):
    """What is known beside the volumes.

    Args:
        classes: name of class 0, 1, …; () where they are not said.
        modality: as DICOM says it, "" where it is not said.
    """

    classes: tuple[str, ...] = ()
    modality: str = ""


def read(folder: Path) -> About:
    """What the file says; nothing where it is not there, or says it in another way.

    Raises:
        OSError: if it cannot be read.
    """
    path = folder / "dataset.json"
    try:
        if path.stat().st_size > MAX_BYTES:
            return About()
        values = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return About()
    if not isinstance(values, dict):
        return About()
    return About(_classes(values.get("labels")), _modality(values.get("modality") or values.get("channel_names")))


def _classes(labels: Any) -> tuple[str, ...]:
    """Names in the order of their numbers, which must be 0, 1, … without a gap."""
    if not isinstance(labels, Mapping) or not 2 <= len(labels) <= MAX_CLASSES:
        return ()
    by_number = all(name.isdecimal() for name in labels)
    pairs = labels.items() if by_number else ((number, name) for name, number in labels.items())
    try:
        names = {int(number): str(name).strip() for number, name in pairs}
    except (TypeError, ValueError):  # regions of several classes, as nnU-Net has them
        return ()
    found = tuple(names.get(number, "") for number in range(len(labels)))
    return found if all(found) and len(set(found)) == len(found) else ()


def _modality(channels: Any) -> str:
    if not isinstance(channels, Mapping) or len(channels) != 1:
        return ""
    return MODALITIES.get(str(next(iter(channels.values()))).strip().upper(), "")
