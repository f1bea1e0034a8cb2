"""NumPy arrays from strangers: a `.npy`, and every array of images in an `.npz`. Nothing is ever unpickled."""

import math
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import numpy as np

from medcore.data.files import npz
from medcore.imaging.files import Found, Frame
from medcore.imaging.formats import numbers
from medcore.imaging.formats.memory import DEFLATE_EXPANSION, MAX_BYTES, Memory, check_size
from medcore.imaging.formats.zips import ENCRYPTED, shown

MAGIC = b"\x93NUMPY"
FEWEST_PIXELS = 4
"""Along a side: less is a table, no image."""
CHUNK = 2**20
LABELS = (("images", "labels"), ("image", "label"), ("x_", "y_"), ("x", "y"))
"""How arrays of images are called, and their labels (MedMNIST, Keras)."""
DAMAGE = (*npz.DAMAGE, OSError, ValueError, OverflowError, IndexError)
"""What the archive's reader raises over damaged bytes."""
EIGHT_BITS = "Its colours are shown with 8 bits."


class RefusedError(ValueError):
    """A file that is refused, with the sentence that says why."""


class Array(NamedTuple):
    """One array, before it is read.

    Args:
        name: in the archive; "" for a file of one array.
        member: its number in the archive.
        shape, dtype: as stored.
        fortran: whether the first axis runs fastest.
        start: where its data begin in its part of the file.
    """

    name: str
    member: int
    shape: tuple[int, ...]
    dtype: np.dtype
    fortran: bool
    start: int

    @property
    def bytes(self) -> int:
        """Of its data."""
        return math.prod(self.shape) * self.dtype.itemsize


class Layout(NamedTuple):
    """An array as images."""

    frames: int
    rows: int
    columns: int
    channels: int


def describe(data: memoryview, name: str) -> list[Found]:
    """The images of a file: one stack for each array of (rows, columns), (n, rows, columns), or with 1, 3, 4 channels.

    Args:
        data: the whole file.
        name: of the file; nothing is told by it.

    Raises:
        ValueError: with one sentence, if there are no images, or if it holds Python objects or is damaged.
    """
    del name
    arrays = _arrays(data)
    labels = _labels(arrays)
    images = [(array, layout) for array in arrays if (layout := _layout(array)) and array.name not in labels]
    if not images:
        shapes = "; ".join(f"{array.dtype} of {array.shape}" for array in arrays[:3]) or "no array"
        raise RefusedError(f"Images were expected: arrays of (n, height, width) or (height, width). Received: {shapes}")
    return [_found(data, array, layout) for array, layout in images]


def decode(data: memoryview, found: Found, frames: Sequence[int]) -> Iterator[np.ndarray]:
    """The images wanted, one after the other; quickest in the order stored.

    Args:
        data: the whole file.
        found: what `describe` said of it.
        frames: from 0.

    Yields:
        (rows, columns) or (rows, columns, 3), of `found.dtype`.

    Raises:
        ValueError: with one sentence, if the array is damaged.
    """
    array = _arrays(data)[found.details["array"]]
    channels = found.details["channels"]
    shape = (found.rows, found.columns, channels) if channels else (found.rows, found.columns)
    size = math.prod(shape) * array.dtype.itemsize
    with _stream(data, array) as stream:
        whole = _whole(stream, array).reshape(-1, *shape) if array.fortran else None
        for index in frames:
            if not 0 <= index < len(found.frames):
                raise RefusedError(f"The array has {len(found.frames):,} images. Received: number {index + 1}")
            if whole is None:
                image = np.frombuffer(_read(stream, array.start + index * size, size), array.dtype).reshape(shape)
            else:
                image = whole[index]
            yield _shown(image, found)


def _arrays(data: memoryview) -> list[Array]:
    """Every array of the file, from its header.

    Raises:
        ValueError: if the file holds Python objects, is damaged, or says more than it can hold.
    """
    if data[: len(MAGIC)] == MAGIC:
        stream = Memory(data)
        header, fortran = npz.header(stream, len(data), "The file", "an array")  # type: ignore[arg-type]
        return [Array("", 0, *header, fortran, stream.tell())]
    with _archive(data) as archive:
        members = archive.infolist()
        if len(members) > npz.MAX_ARRAYS:
            raise RefusedError(f"An archive may hold {npz.MAX_ARRAYS} arrays at most. Received: {len(members):,}")
        return [_array(archive, number, member) for number, member in enumerate(members)]


def _array(archive: zipfile.ZipFile, number: int, member: zipfile.ZipInfo) -> Array:
    name = shown(member.filename.removesuffix(".npy"))
    if member.flag_bits & ENCRYPTED:
        raise RefusedError("The archive is encrypted; save it without a password.")
    if member.file_size > MAX_BYTES:
        raise RefusedError(f"An array may take {MAX_BYTES // 2**30} GB at most. Received: {member.file_size:,} bytes")
    if member.compress_type == zipfile.ZIP_DEFLATED and member.file_size > DEFLATE_EXPANSION * member.compress_size:
        raise RefusedError(f"The archive is damaged: {name} says more bytes than it can hold.")
    with archive.open(member) as stream:
        try:
            header, fortran = npz.header(stream, member.file_size, "The archive", name)
        except ValueError as error:
            raise RefusedError(str(error)) from error
        return Array(name, number, *header, fortran, stream.tell())


@contextmanager
def _archive(data: memoryview) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(Memory(data)) as archive:  # type: ignore[arg-type]
            yield archive
    except RefusedError:
        raise
    except DAMAGE as error:
        raise RefusedError("The archive of arrays (.npz) is damaged: it cannot be unpacked.") from error


@contextmanager
def _stream(data: memoryview, array: Array) -> Iterator[IO[bytes]]:
    if data[: len(MAGIC)] == MAGIC:
        yield Memory(data)  # type: ignore[misc]
        return
    with _archive(data) as archive, archive.open(archive.infolist()[array.member]) as stream:
        yield stream


def _read(stream: IO[bytes], start: int, size: int) -> bytes:
    stream.seek(start)
    raw = stream.read(size)
    if len(raw) < size:
        raise RefusedError("The array is cut off: it holds fewer values than its header says.")
    return raw


def _whole(stream: IO[bytes], array: Array) -> np.ndarray:
    raw = _read(stream, array.start, array.bytes)
    return np.frombuffer(raw, array.dtype).reshape(array.shape, order="F")


def _chunks(data: memoryview, array: Array) -> Iterator[np.ndarray]:
    with _stream(data, array) as stream:
        place, end = array.start, array.start + array.bytes
        while place < end:
            raw = _read(stream, place, min(CHUNK, end - place))
            yield np.frombuffer(raw, array.dtype)
            place += len(raw)


def _layout(array: Array) -> Layout | None:
    """None for a table, a list, text."""
    shape = array.shape
    if not 2 <= len(shape) <= 5 or 0 in shape or array.dtype.kind not in "buif":
        return None
    channelled = len(shape) > 2 and shape[-1] in (1, 3, 4) and min(shape[-3:-1]) >= FEWEST_PIXELS
    *lead, rows, columns = shape[:-1] if channelled else shape
    if min(rows, columns) < FEWEST_PIXELS:
        return None
    frames = math.prod(lead)
    check_size(rows, columns, frames)
    return Layout(frames, rows, columns, shape[-1] if channelled else 0)


def _labels(arrays: Sequence[Array]) -> set[str]:
    """Names of the arrays that are labels of others, not images.

    Raises:
        ValueError: if there are not as many labels as images.
    """
    by_name, labels = {array.name: array for array in arrays}, set()
    for array in arrays:
        for images, names in LABELS:
            one = by_name.get(array.name.replace(images, names, 1)) if images in array.name else None
            if one is None or one is array or not one.shape or len(array.shape) < 3:
                continue
            if one.shape[0] != array.shape[0]:
                raise RefusedError(
                    f"There must be one label an image: {array.shape[0]:,} in {array.name}. "
                    f"Received: {one.shape[0]:,} in {one.name}"
                )
            if len(one.shape) < 3:
                labels.add(one.name)
    return labels


def _found(data: memoryview, array: Array, layout: Layout) -> Found:
    colour = layout.channels in (3, 4)
    fit = numbers.fit(array.dtype, _chunks(data, array))
    details: dict[str, Any] = {"array": array.member, "channels": layout.channels}
    if colour and array.dtype != np.uint8:
        fit = numbers.Fit("uint8", (EIGHT_BITS,))
        details["white"] = _white(array, data)
    return Found(
        kind="arrays",
        group="",
        title=f"Array {array.name}" if array.name else "Array",
        modality="",
        rows=layout.rows,
        columns=layout.columns,
        samples=3 if colour else 1,
        dtype=fit.dtype,
        unit="",
        frames=tuple(Frame(number=index + 1) for index in range(layout.frames)),
        notes=fit.notes,
        details=details,
    )


def _white(array: Array, data: memoryview) -> float:
    """The value that becomes 255: 1 or 255 if no value is greater, else the greatest."""
    highest = max(float(np.nan_to_num(chunk, posinf=0, neginf=0).max()) for chunk in _chunks(data, array))
    return next((white for white in (1.0, 255.0) if highest <= white), highest)


def _shown(image: np.ndarray, found: Found) -> np.ndarray:
    if found.samples == 1:
        return numbers.stored(image[..., 0] if found.details["channels"] else image, found.dtype)
    colours = image[..., :3]
    if "white" in found.details:
        unit = np.nan_to_num(colours.astype(np.float32), posinf=np.inf, neginf=0) / found.details["white"]
        colours = np.rint(np.clip(unit, 0, 1) * 255)
    return numbers.stored(colours, "uint8")
