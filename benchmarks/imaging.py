"""How soon is a CT series of 200 slices listed, shown and ready, and what does it take?"""

import io
import statistics
import threading
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import psutil

from benchmarks import report, viewing
from medcore.imaging.shelf import Shelf

SLICES = 200
SIDE = 512
QUICK_J2K_SLICES = 48
PATIENCE = 300
LOOK_SECONDS = 0.005
TARGETS = {
    "headers_s": ("<=", 1.0),
    "first_slice_s": ("<=", 1.5),
    "raw_series_s": ("<=", 3.0),
    "j2k_vs_ideal": ("<=", 1.2),
    "peak_vs_pixels": ("<=", 2.5),
    "window_p50_ms": ("<=", 33),
    "slice_p50_ms": ("<=", 60),
}


def measure(quick: bool) -> Mapping[str, float]:
    """Raw and JPEG 2000 series of our own making through the shelf, as an upload takes them."""
    volume = _volume()
    raw = [_file(index, _native(image)) for index, image in enumerate(volume)]
    rounds = [_raw(raw, volume) for _ in range(1 if quick else 3)]
    figures = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    figures["j2k_vs_ideal"] = _j2k(volume[: QUICK_J2K_SLICES if quick else SLICES])
    return {**figures, **viewing.measure(quick)}


def _volume() -> np.ndarray:
    """(200, 512, 512) int16: soft shapes as anatomy has them, under the noise of a CT."""
    noise = np.random.default_rng(0)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    body = np.where(x**2 / 0.7 + y**2 / 0.45 < 1, 40.0, -1000.0)
    volume = np.empty((SLICES, SIDE, SIDE), np.int16)
    for index in range(SLICES):
        phase = index / SLICES * np.pi
        organs = 60 * np.sin(6 * x + phase) * np.cos(5 * y - phase) * (body > 0)
        volume[index] = body + organs + noise.normal(0, 12, body.shape)
    return volume


def _native(image: np.ndarray) -> Any:
    from pydicom.dataset import Dataset

    pixels = Dataset()
    pixels.PixelData = image.tobytes()
    return pixels


def _dataset(index: int) -> Any:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    file = Dataset()
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.file_meta.MediaStorageSOPClassUID = file.SOPClassUID = CTImageStorage
    file.file_meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID = f"2.25.{index + 1}"
    file.StudyInstanceUID, file.SeriesInstanceUID, file.FrameOfReferenceUID = (
        "2.25.900001",
        "2.25.900002",
        "2.25.900003",
    )
    file.Modality, file.InstanceNumber, file.ImageType = "CT", index + 1, ["ORIGINAL", "PRIMARY", "AXIAL"]
    file.ImagePositionPatient, file.ImageOrientationPatient = [-180, -180, float(index)], [1, 0, 0, 0, 1, 0]
    file.PixelSpacing, file.SliceThickness = [0.7, 0.7], 1
    file.Rows = file.Columns = SIDE
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 16, 15, 1
    file.RescaleSlope, file.RescaleIntercept, file.RescaleType = 1, 0, "HU"
    return file


def _file(index: int, pixels: Any) -> bytes:
    file = _dataset(index)
    file.update(pixels)
    return _written(file)


def _written(file: Any) -> bytes:
    stream = io.BytesIO()
    file.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _raw(files: list[bytes], volume: np.ndarray) -> Mapping[str, float]:
    """Seconds from the upload to the list, to the first slice, to the whole; the highest memory in between."""
    shelf = Shelf()
    try:
        _warm(shelf)
        with _Peak() as peak:
            start = time.perf_counter()
            for index, data in enumerate(files):
                shelf.add(f"{index}.dcm", data[:])
            assert shelf.wait(PATIENCE)
            (stack,) = shelf.stacks()
            headers = time.perf_counter() - start
            view = shelf.view(stack.id)
            middle = SLICES // 2
            shown = view.cut("acquired", middle, PATIENCE).pixels
            first = time.perf_counter() - start
            pixels = view.pixels(PATIENCE)
            whole = time.perf_counter() - start
        assert (shown == volume[middle]).all()
        assert (pixels == volume).all()
        # The files are counted once more: this benchmark holds a copy of what a browser would have sent.
        grown = peak.bytes + sum(map(len, files))
        return {
            "headers_s": headers,
            "first_slice_s": first,
            "raw_series_s": whole,
            "peak_vs_pixels": grown / volume.nbytes,
        }
    finally:
        shelf.close()


def _warm(shelf: Shelf) -> None:
    """Every child is there and has read a file; each takes some 45 MB of its own, whatever it reads."""
    while len(shelf.sandbox.pids()) < (psutil.cpu_count() or 1):
        for index in range(8):
            shelf.add(f"{index}.dcm", _file(10_000 + index, _native(np.full((SIDE, SIDE), index, np.int16))))
        shelf.wait(PATIENCE)
        shelf.clear()
    shelf.add("first.dcm", _file(20_000, _native(np.zeros((SIDE, SIDE), np.int16))))
    shelf.wait(PATIENCE)
    for stack in shelf.stacks():
        shelf.view(stack.id).pixels(PATIENCE)
    shelf.clear()


def _j2k(volume: np.ndarray) -> float:
    """Seconds to have the series ready, by those that the decoder itself takes on one core, divided by the cores."""
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEG2000Lossless

    shelf = Shelf()
    try:
        files = []
        streams = []
        for index, image in enumerate(volume):
            stream = _encoded(image)
            file = _dataset(index)
            file.file_meta.TransferSyntaxUID = JPEG2000Lossless
            file.PixelData = encapsulate([stream])
            file["PixelData"].is_undefined_length = True
            files.append(_written(file))
            streams.append(stream)
        _warm(shelf)
        ideal = _alone(streams) / (psutil.cpu_count() or 1)
        for index, data in enumerate(files):
            shelf.add(f"{index}.dcm", data)
        assert shelf.wait(PATIENCE)
        (stack,) = shelf.stacks()
        start = time.perf_counter()
        pixels = shelf.view(stack.id).pixels(PATIENCE)
        seconds = time.perf_counter() - start
        assert (pixels == volume).all()
        return seconds / ideal
    finally:
        shelf.close()


def _encoded(image: np.ndarray) -> bytes:
    from openjpeg import encode

    return bytes(encode(image, bits_stored=16, photometric_interpretation=2, codec_format=0))


def _alone(streams: list[bytes]) -> float:
    """Processor seconds of the decoder for all of them, on one thread."""
    from openjpeg import decode

    start = time.process_time()
    for stream in streams:
        decode(stream)
    return time.process_time() - start


class _Peak:
    """The most memory that this process and its children take beyond what they had when idle."""

    def __enter__(self) -> "_Peak":
        self._start = self._now()
        self._most = self._start
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._most = max(self._most, self._now())

    @property
    def bytes(self) -> int:
        return self._most - self._start

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self._most = max(self._most, self._now())

    def _now(self) -> int:
        this = psutil.Process()
        total = this.memory_info().rss
        for child in this.children(recursive=True):
            try:
                total += child.memory_info().rss
            except psutil.Error:
                continue
        return total


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
