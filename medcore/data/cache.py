"""What was computed once, kept under the home folder by a key of its content.

A file is written under a temporary name and renamed, so it is there whole or not at all; a lock keeps two processes
from computing the same thing twice.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from medcore import settings
from medcore.data.files import npz

MAX_FILES = 32
"""Sets of arrays kept; the CT simulator's default takes 16 MB."""

Arrays = Mapping[str, np.ndarray]


def folder() -> Path:
    """Where cached files lie; made on first use."""
    path = settings.home() / "cache"
    path.mkdir(exist_ok=True)
    return path


def key(values: Mapping[str, Any]) -> str:
    """The first 16 hex digits of the SHA-256 of plain values."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def arrays(name: str, make: Callable[[], Arrays], waiting: Callable[[], None] = lambda: None) -> Arrays:
    """The arrays cached as `name`, made by `make` if they are not there or damaged.

    Args:
        name: file name without ending.
        make: gives the arrays.
        waiting: called once if another process is making them.
    """
    from filelock import FileLock, Timeout

    path = folder() / f"{name}.npz"
    found = read(path)
    if found is not None:
        return found
    lock = FileLock(f"{path}.lock")
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        waiting()
        held = lock.acquire()
    with held:
        found = read(path)
        if found is None:
            found = make()
            write(path, lambda file: np.savez(file, **found))
            _forget_oldest()
    return found


def write(path: Path, save: Callable[[Any], None]) -> None:
    """Writes a file whole or not at all: `save` gets it opened, under a temporary name.

    Raises:
        OSError: if it cannot be written, such as on a full disk; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            save(file)
        temporary.replace(path)
    except OSError as error:
        raise OSError(f'"{path.name}" cannot be written to the cache: {os.strerror(error.errno or 0)}.') from error
    finally:
        temporary.unlink(missing_ok=True)


def read(path: Path) -> dict[str, np.ndarray] | None:
    """The arrays of a file, or None if it is not there or damaged."""
    try:
        found = {name: npz.read(path, name) for name in npz.headers(path)}
        path.touch()
    except (ValueError, OSError):
        return None
    return found


def keep_within(folder: Path, most: int) -> None:
    """Removes the arrays of a folder that were used longest ago until at most so many bytes are left, or one file."""
    used = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for i, path in enumerate(used):
        most -= path.stat().st_size
        if most < 0 and i:
            with suppress(OSError):  # another process reads it, or has removed it
                path.unlink()


def _forget_oldest() -> None:
    """Keeps the arrays that were used last."""
    used = sorted(folder().glob("*.npz"), key=lambda path: path.stat().st_mtime)
    for path in used[:-MAX_FILES]:
        with suppress(OSError):  # another process reads it, or has removed it
            path.unlink()
