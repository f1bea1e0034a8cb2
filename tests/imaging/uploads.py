"""Files to put on a shelf, and how to wait for it."""

import io
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image
from pydicom import uid

from tests.imaging.dicom import making

PATIENCE = 60


def volume(slices: int = 8, rows: int = 16, columns: int = 12) -> np.ndarray:
    """(slices, rows, columns) int16, every pixel another value."""
    return np.arange(slices * rows * columns, dtype=np.int16).reshape(slices, rows, columns) - 500


def series(pixels: np.ndarray, number: str = "1", **values: object) -> list[bytes]:
    """A file a slice, 2 mm apart."""
    return [
        bytes(making.written(making.slice_of(image, (0, 0, 2.0 * z), number=z + 1, series=number, **values)))
        for z, image in enumerate(pixels)
    ]


def frames(pixels: np.ndarray) -> bytes:
    """One file of many frames."""
    dataset = making.slice_of(
        pixels[0], None, None, SOPClassUID=uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    )
    dataset.NumberOfFrames = len(pixels)
    dataset.PixelData = pixels.tobytes()
    return bytes(making.written(dataset))


def png(seed: int = 0, side: int = 9) -> bytes:
    """A gray picture; another one for another seed."""
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (side, side), np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def zipped(members: Mapping[str, bytes] | Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in dict(members).items():
            archive.writestr(name, data)
    return stream.getvalue()


def until(condition: Callable[[], bool]) -> None:
    """Waits for it."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)
