"""NumPy archives from strangers: the headers are looked at first, and nothing is ever unpickled."""

import math
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
from numpy.lib import format as npy

MAX_ARRAYS = 100

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What the archive readers raise over damaged bytes (RuntimeError: encrypted or an unknown compression)."""


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
    except (*DAMAGE, KeyError, ValueError) as error:
        raise ValueError(_damaged(path)) from error


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> Header:
    with archive.open(member) as stream:
        try:
            version = npy.read_magic(stream)
            reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, _, dtype = reader(stream)
        except (ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"{file} holds {member.filename}, which is no NumPy array.") from error
        if dtype.hasobject:
            raise ValueError(f"{file} holds pickled Python objects, which are never opened; save plain arrays instead.")
        header = Header(shape, dtype)
        if stream.tell() + header.bytes != member.file_size:
            raise ValueError(
                f"{file} is damaged: {member.filename} says {header.bytes:,} bytes of data. "
                f"Received: {member.file_size - stream.tell():,}"
            )
    return header


def _damaged(path: Path) -> str:
    return f"{path.name} is no NumPy archive (.npz) or is damaged; fetch or save it again."
