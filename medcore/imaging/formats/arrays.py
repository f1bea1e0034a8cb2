"""NumPy arrays from strangers: `.npy`, and every image-like array of an `.npz`."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from medcore.data import npz
from medcore.imaging.files import Found, Frame

MAX_SLICES = 100_000
FEWEST_PIXELS = 4
"""Of a side: less is a table, not an image."""
EXACT = {"bool": "uint8", "uint8": "uint8", "int8": "int16", "int16": "int16", "uint16": "uint16", "float32": "float32"}
"""Types that are kept without loss, and as what."""


def describe(data: memoryview, name: str) -> list[Found]:
    """The images of a file: one stack for each array of two to four dimensions.

    Args:
        data: the whole file.
        name: becomes the title, with the array's own.

    Raises:
        ValueError: with one sentence, if there are none, or if it holds Python objects or is damaged.
    """
    headers = _headers(data)
    found = [_found(member, header, name) for member, header in headers.items() if _image_like(header.shape)]
    if not found:
        shapes = ", ".join(str(header.shape) for header in list(headers.values())[:5]) or "none"
        raise ValueError(f"Images were expected: arrays of (height, width) or (n, height, width). Received: {shapes}")
    return found


def decode(data: memoryview, found: Found, frames: Sequence[int]) -> Iterator[np.ndarray]:
    """The images wanted: (rows, columns) or (rows, columns, 3) of `found.dtype`.

    Raises:
        ValueError: with one sentence, if the array is damaged.
    """
    _headers(data)
    try:
        loaded = np.load(io.BytesIO(data), allow_pickle=False)
        array = loaded if isinstance(loaded, np.ndarray) else loaded[found.details["array"]]
    except (*npz.DAMAGE, *npz.NO_HEADER, OSError, KeyError) as error:
        raise ValueError("The array is damaged: it cannot be read.") from error
    stack = array.reshape(len(found.frames), found.rows, found.columns, -1)
    for frame in frames:
        yield np.ascontiguousarray(_shown(stack[frame], found))


def _headers(data: memoryview) -> dict[str, npz.Header]:
    if bytes(data[:2]) != b"PK":
        return {"": npz.header(io.BytesIO(data), len(data), "The file", "something")}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: npz.header(stream, size, "The archive", name) for name, stream, size in _members(archive)}
    except npz.DAMAGE as error:
        raise ValueError("The archive of arrays (.npz) is damaged.") from error


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, IO[bytes], int]]:
    members = archive.infolist()
    if len(members) > npz.MAX_ARRAYS:
        raise ValueError(f"An archive may hold {npz.MAX_ARRAYS} arrays. Received: {len(members)}")
    for member in members:
        with archive.open(member) as stream:
            yield member.filename.removesuffix(".npy"), stream, member.file_size


def _image_like(shape: tuple[int, ...]) -> bool:
    sides = shape[:2] if _is_colour(shape) and len(shape) == 3 else shape[-3:-1] if len(shape) == 4 else shape[-2:]
    return 2 <= len(shape) <= 4 and min(sides) >= FEWEST_PIXELS and 0 < len(_frames(shape)) <= MAX_SLICES


def _is_colour(shape: tuple[int, ...]) -> bool:
    """Whether the last axis is red, green, blue (and alpha)."""
    return len(shape) >= 3 and shape[-1] in (3, 4) and shape[-2] > 4


def _frames(shape: tuple[int, ...]) -> range:
    if len(shape) == 2 or (len(shape) == 3 and _is_colour(shape)):
        return range(1)
    return range(shape[0])


def _found(member: str, header: npz.Header, name: str) -> Found:
    shape, kind = header.shape, header.dtype.name
    if header.dtype.kind not in "buif":
        raise ValueError(f"Arrays of numbers were expected. Received: an array of {kind}")
    colour = _is_colour(shape)
    if len(shape) == 4 and not colour and shape[-1] != 1:
        raise ValueError(f"Images have 1, 3 or 4 channels. Received: an array of shape {shape}")
    last = len(shape) - (1 if colour or len(shape) == 4 else 0)
    notes = []
    if colour and kind != "uint8":
        notes.append("Its colours were brought to 8 bits.")
    elif not colour and kind not in EXACT:
        notes.append("Its numbers are kept as floating-point numbers of 32 bits, about seven digits.")
    return Found(
        kind="arrays",
        group="",
        title=f"{name}: {member}" if member else name,
        modality="",
        rows=shape[last - 2],
        columns=shape[last - 1],
        samples=3 if colour else 1,
        dtype="uint8" if colour else EXACT.get(kind, "float32"),
        unit="",
        frames=tuple(Frame(number=frame + 1) for frame in _frames(shape)),
        notes=tuple(notes),
        details={"array": member},
    )


def _shown(image: np.ndarray, found: Found) -> np.ndarray:
    """(rows, columns, channels) as (rows, columns) or (rows, columns, 3)."""
    if found.samples == 1:
        return image[..., 0].astype(np.dtype(found.dtype).newbyteorder("<"), copy=False)
    colours = image[..., :3]
    if colours.dtype == np.uint8:
        return colours
    if colours.dtype.kind == "f":
        return np.rint(np.clip(np.nan_to_num(colours), 0, 1) * 255).astype(np.uint8)
    top = np.iinfo(colours.dtype).max
    return (np.clip(colours.astype(np.float64), 0, top) / top * 255).astype(np.uint8)
