"""NumPy archives from strangers: the headers are looked at first, and nothing is ever unpickled."""

import errno
import io
import lzma
import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import psutil
from numpy.lib import format as npy

MAX_ARRAYS = 100
MAX_HEADER = 10_000

DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, UnicodeDecodeError, RuntimeError)
"""What the archive readers raise over damaged bytes (RuntimeError: encrypted or an unknown compression)."""

NO_HEADER = (ValueError, TypeError, SyntaxError, tokenize.TokenError, MemoryError, OverflowError, RecursionError)
"""What NumPy raises over the header of an array: it is a Python literal, read by Python's own parser."""


class Header(NamedTuple):
    """What an array is, before it is read."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def bytes(self) -> int:
        """Size of the array in memory."""
        return math.prod(self.shape) * self.dtype.itemsize


def memory_limit() -> int:
    """Bytes that one data set may take: half of the machine's memory."""
    return psutil.virtual_memory().total // 2


def headers(path: Path) -> dict[str, Header]:
    """Shape and type of every array of an archive, by name.

    Raises:
        ValueError: if the file is damaged, holds Python objects, or holds more than memory does.
        OSError: if the file cannot be opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_ARRAYS:
                raise ValueError(
                    f"{path.name} must hold at most {MAX_ARRAYS} arrays. Received: {len(members)} files in the archive"
                )
            found = {
                member.filename.removesuffix(".npy"): _header(archive, member, path.name)
                for member in members
                if member.filename.endswith(".npy")
            }
    except DAMAGE as error:
        raise ValueError(_damaged(path)) from error
    except OSError as error:
        raise _unless_opened(error, path) from error
    total = sum(header.bytes for header in found.values())
    if total > memory_limit():
        raise ValueError(
            f"{path.name} must fit into half of this machine's memory ({memory_limit() / 2**30:.1f} GB). "
            f"Received: {total / 2**30:,.1f} GB of arrays"
        )
    return found


def read(path: Path, name: str) -> np.ndarray:
    """One array of an archive whose headers were looked at.

    Raises:
        ValueError: if the data are damaged.
        OSError: if the file cannot be opened.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            return archive[name]
    except (*DAMAGE, *NO_HEADER, KeyError) as error:
        raise ValueError(_damaged(path)) from error
    except OSError as error:
        raise _unless_opened(error, path) from error


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> Header:
    with archive.open(member) as stream:
        return header(stream, member.file_size, file, member.filename)[0]


def header(stream: IO[bytes], size: int, file: str, name: str) -> tuple[Header, bool]:
    """What the array that begins here is, and whether its first axis runs fastest (Fortran); its data come next.

    Args:
        stream: at its beginning.
        size: bytes of the whole.
        file, name: of the file and of the array in it, for the sentence.

    Raises:
        ValueError: if it is no array, holds Python objects, or not as many bytes as it says.
    """
    try:
        shape, fortran, dtype = _described(stream)
    except (*NO_HEADER, zipfile.BadZipFile) as error:
        raise ValueError(f"{file} holds {name}, which is no NumPy array.") from error
    if dtype.hasobject:
        raise ValueError(f"{file} holds pickled Python objects, which are never opened; save plain arrays instead.")
    found = Header(shape, dtype)
    if stream.tell() + found.bytes != size:
        raise ValueError(
            f"{file} is damaged: {name} says {found.bytes:,} bytes of data. Received: {size - stream.tell():,}"
        )
    return found, fortran


def _described(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type of the array that begins here; its data come next.

    A date type with a fraction, "<M8[7ns/0]", ends the whole process in a division by zero: it never gets to NumPy.
    """
    version = npy.read_magic(stream)
    length = stream.read(2 if version == (1, 0) else 4)
    size = int.from_bytes(length, "little")
    text = stream.read(min(size, MAX_HEADER))
    if size > MAX_HEADER or b"/" in text or b"\\" in text:
        raise ValueError("no header of a plain array")
    reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = reader(io.BytesIO(length + text))
    if any(axis < 0 for axis in shape):
        raise ValueError("a length below zero")
    return shape, fortran, dtype


def _unless_opened(error: OSError, path: Path) -> Exception:
    """Damage says EINVAL, for a place before the file's beginning, or has no number at all, from bz2."""
    return ValueError(_damaged(path)) if error.errno in (None, errno.EINVAL) else error


def _damaged(path: Path) -> str:
    return f"{path.name} is no NumPy archive (.npz) or is damaged; fetch or save it again."
