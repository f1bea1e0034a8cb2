"""What a sandbox does with an upload: unpack, describe, decode. Runs in a child alone."""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from medcore.imaging import sniff
from medcore.imaging.files import Found, Frame
from medcore.sandbox import Reply

READERS = {
    "dicom": ("medcore.imaging.dicom.describing", "medcore.imaging.dicom.decoding"),
    "nifti": ("medcore.imaging.formats.nifti", "medcore.imaging.formats.nifti"),
    "picture": ("medcore.imaging.formats.pictures", "medcore.imaging.formats.pictures"),
    "arrays": ("medcore.imaging.formats.arrays", "medcore.imaging.formats.arrays"),
}
"""By kind: the modules with `describe` and with `decode`."""
UNTOLD = vars(Frame())


def describe(values: dict[str, Any], data: list[memoryview]) -> Reply:
    """What the file holds; of pixels no more is decoded than a single small picture.

    Args:
        values: {"name"}, as the person sees it.
        data: [the file].

    Returns:
        {"zip": True} for an archive; else {"found": [Found as plain values]}.

    Raises:
        ValueError: with one sentence, if it is refused.
    """
    kind = sniff.kind(data[0])
    if kind == "zip":
        return Reply({"zip": True})
    module = importlib.import_module(READERS[kind][0])
    try:
        return Reply({"found": [_plain(found) for found in module.describe(data[0], values["name"])]})
    except ValueError as error:
        # What nothing else claims was only tried as DICOM.
        if kind == "dicom" and bytes(data[0][128:132]) != b"DICM" and (why := sniff.unfit(values["name"])):
            raise ValueError(why) from error
        raise


def _plain(found: Found) -> dict[str, Any]:
    """Without what frames do not tell, so that many of them are soon taken apart."""
    frames = [{name: value for name, value in vars(frame).items() if value != UNTOLD[name]} for frame in found.frames]
    return {**replace(found, frames=()).to_dict(), "frames": frames}


def decode(values: dict[str, Any], data: list[memoryview]) -> Iterator[Reply]:
    """The stored values of frames, one reply each, in the order asked for.

    Args:
        values: {"found": {"kind", "rows", "columns", "samples", "dtype", "details", "frames": how many it has},
            "frames": [numbers from 0]}.
        data: [the file].

    Raises:
        ValueError: with one sentence, if a frame cannot be decoded.
    """
    found = _found(**values["found"])
    module = importlib.import_module(READERS[found.kind][1])
    frames = values["frames"]
    for frame, pixels in zip(frames, module.decode(data[0], found, frames), strict=True):
        yield Reply({"frame": frame}, [pixels])


def _found(frames: int, **known: Any) -> Found:
    return Found(group="", title="", modality="", unit="", frames=(Frame(),) * frames, **known)


def unpack(values: dict[str, Any], data: list[memoryview]) -> Iterator[Reply]:
    """The members of a ZIP, one reply each: {"name"} and the bytes, or {"name", "why"} for one that is refused.

    Args:
        values: {"limit": bytes that the members may have together}.
        data: [the archive].

    Raises:
        ValueError: with one sentence, if the archive as a whole is refused.
    """
    from medcore.imaging.formats import zips

    for member in zips.unpack(data[0], values["limit"]):
        if isinstance(member.content, str):
            yield Reply({"name": member.name, "why": member.content})
        else:
            yield Reply({"name": member.name}, [member.content])
