"""A mask as a DICOM segmentation with its report, over the files as they are or de-identified. For the web process."""

from collections.abc import Callable, Mapping

import numpy as np

from medcore.imaging.export import archive
from medcore.imaging.export.archive import Archive
from medcore.imaging.export.drawn import Drawn
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.sandbox import Sandbox

WRITE = "medcore.imaging.export.mask_files:dicom"
SECONDS, BYTES_A_SECOND = 20.0, 5e6
MEMORY, MEMORY_FACTOR = 2**30, 4
SEGMENTATION, REPORT = "segmentation.dcm", "measurements.dcm"


def dicom(shelf: Shelf, stack: Stack, drawn: Drawn) -> dict[str, bytes]:
    """DICOM segmentation and TID 1500 report over the files as they are: both say whose images they are.

    Args:
        shelf: holds the files.
        stack: that the mask lies over.
        drawn: the mask.

    Returns:
        `SEGMENTATION` and, where sizes are known, `REPORT`, by these names.

    Raises:
        ValueError: with one sentence, if it is not DICOM, or lacks what a segmentation needs.
    """
    return _written(shelf.sandbox, stack, drawn, {file: shelf.file(file) for file, _ in _places(stack, drawn)})


def deidentified(
    shelf: Shelf, stack: Stack, drawn: Drawn, looked: bool, progress: Callable[[int, int], None] = lambda *_: None
) -> Archive:
    """The same over de-identified files, together with these in one ZIP.

    Args:
        shelf, stack, drawn: as for `dicom`.
        looked: as for `archive.deidentified`.
        progress: gets files done and files in all.

    Raises:
        ValueError: as `dicom` and `archive.deidentified`, or if one of the files cannot be given out.
    """

    def beside(files: Mapping[str, bytes]) -> dict[str, bytes]:
        if missing := set(shelf.files(stack.id)) - set(files):
            raise ValueError(
                f"A segmentation needs all of its images, and {len(missing):,} of them cannot be given out. Take the "
                "images without it to see which, and why."
            )
        return _written(shelf.sandbox, stack, drawn, files)

    return archive.deidentified(shelf, [stack.id], looked, progress, beside)


def _written(sandbox: Sandbox, stack: Stack, drawn: Drawn, files: Mapping[str, bytes]) -> dict[str, bytes]:
    drawn.check(stack)
    if stack.kind != "dicom":
        raise ValueError(
            "A DICOM segmentation refers to DICOM images, and these are none. Take the mask away as NIfTI or PNG."
        )
    places = _places(stack, drawn)
    needed = {file: number for number, file in enumerate(dict.fromkeys(file for file, _ in places))}
    mask = np.ascontiguousarray(drawn.mask[drawn.first : drawn.end])
    values = {
        "shape": list(mask.shape),
        "places": [[needed[file], frame] for file, frame in places],
        "classes": list(drawn.classes),
        "sizes": drawn.sizes,
        "model": drawn.model,
        "run": drawn.run,
        "settings": dict(drawn.settings),
    }
    data = [files[file] for file in needed]
    size = mask.nbytes + sum(map(len, data))
    seconds, memory = SECONDS + size / BYTES_A_SECOND, MEMORY + MEMORY_FACTOR * size
    reply = sandbox.run(WRITE, values, [mask, *data], seconds=seconds, memory=memory)
    return {name: bytes(data) for name, data in zip((SEGMENTATION, REPORT), reply.data, strict=False)}


def _places(stack: Stack, drawn: Drawn) -> tuple[tuple[str, int], ...]:
    """Files and frames of the slices that were looked at."""
    return stack.places[drawn.first : drawn.end]
