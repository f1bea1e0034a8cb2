"""Data sets that live as long as a browser session: a training process of this machine reads them, nobody else.

Each is a folder of its own, readable by its owner alone, under a name that cannot be guessed. It lies in memory where
the system has a place for that (Linux: /dev/shm), with everything that is computed of it beside it. The session's end
removes it, and so does the end of the process; what one left that was killed goes when the next session begins.
"""

import atexit
import errno
import hashlib
import io
import json
import os
import platform
import re
import secrets
import shutil
import stat
import sys
import threading
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from medcore import settings
from medcore.data.dataset import Card, Splits
from medcore.data.entry import Entry, Labels, Report
from medcore.data.files import folder as folders
from medcore.data.files import npz, npz_set

PREFIX = "session-"
MEMORY = Path("/dev/shm")  # noqa: S108 - only in a folder that is ours alone
ROOM = 4
"""Times its unpacked size that must be free: the set, its snapshot, and what is computed of it."""
UNFINISHED_SECONDS = 600
"""After which a folder without a set is a leftover: what was measured when its set was removed."""

_making = threading.Lock()

_NAME = re.compile(r"session-[0-9a-f]{32}")
SET, _ABOUT = "set.npz", "about.json"


def is_name(name: str) -> bool:
    """Whether a data set of that name belongs to a session."""
    return _NAME.fullmatch(name) is not None


def title(name: str) -> str:
    """What people see of a name, which must not be told: who has it can read the set."""
    return f"Your own images · {name.removeprefix(PREFIX)[:6]}" if is_name(name) else name


def unreachable() -> str:
    """Why trainings could not read such a set, one sentence; "" where they can."""
    if settings.scheduler() is None:
        return ""
    return (
        "Trainings run on a cluster here, which cannot read the memory of this machine: download the set and put it "
        "into a folder of MEDCORE_DATA that the cluster sees."
    )


def in_memory() -> bool:
    """Whether this machine has memory that files can lie in."""
    return _memory() is not None


def on_disk(content: bytes, beside: int = 0) -> bool:
    """Whether a set would have to lie on disk, under the home folder.

    Args:
        content: an .npz archive.
        beside: bytes of the files beside it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    return _memory() is None or shutil.disk_usage(MEMORY).free < ROOM * size + beside


def keep(content: bytes, classes: Sequence[str], notes: Sequence[str] = ()) -> str:
    """Puts a set where trainings of this machine find it.

    Args:
        content: an .npz archive in the layout of MedMNIST; beside it may be patients, "train_groups" and its like.
        classes: name of class 0, 1, …
        notes: for its card, one sentence each.

    Returns:
        Its name, for `sources.find` and `DataSpec`; whoever knows it can read it.

    Raises:
        ValueError: if trainings could not read it.
        OSError: if it cannot be written.
    """
    about = json.dumps({"classes": list(classes), "notes": list(notes)}).encode()
    return put(content, {_ABOUT: about})


def put(content: bytes, beside: Mapping[str, bytes]) -> str:
    """Puts an archive of arrays, and files beside it, where processes of this machine find them.

    Args:
        content: an .npz archive.
        beside: by name of the file.

    Returns, raises:
        As `keep`.
    """
    if why := unreachable():
        raise ValueError(why)
    sweep()
    name = f"{PREFIX}{secrets.token_hex(16)}"
    place = None
    try:
        atexit.register(_forget_all)  # once more does no harm
        with _making:
            disk = on_disk(content, sum(map(len, beside.values())))
            root = _root(settings.home() / "sessions" if disk else MEMORY)
            place = root / f"{name}.{os.getpid()}"
            place.mkdir(mode=0o700)
        for file, data in (*beside.items(), (SET, content)):
            with open(place / file, "xb", opener=_private) as stream:
                stream.write(data)
    except OSError as error:
        if place is not None:
            _remove(place)
        reason = os.strerror(error.errno or 0)
        raise OSError(f"The data set cannot be put where trainings find it: {reason}.") from error
    return name


def folder(name: str) -> Path:
    """Where the set of that name lies, with what was computed of it.

    Raises:
        FileNotFoundError: if there is none, or no longer.
    """
    place = next(_places(name), None)
    if place is None:
        raise FileNotFoundError("These images were given in one session and went when the session ended.")
    return place


def entry(name: str) -> Entry:
    """The set of that name.

    Raises:
        FileNotFoundError: if there is none, or no longer.
        ValueError, OSError: if it cannot be read.
    """
    place = folder(name)
    about = json.loads((place / _ABOUT).read_bytes())
    found = npz_set.entry(place / SET)
    if found is None:
        raise ValueError("The data set of this session is damaged; make it again.")
    card, classes = _card(name, about["notes"]), tuple(about["classes"])

    def read(options: Mapping[str, Any], report: Report) -> Splits:
        splits = found.read(options, report)
        groups = _groups(place / SET, splits)
        return {
            split: replace(part, card=card, class_names=classes, groups=groups.get(split))
            for split, part in splits.items()
        }

    def labels(options: Mapping[str, Any]) -> dict[str, Labels]:
        of_split = found.labels(options)
        groups = _groups(place / SET, of_split)
        return {split: of_images._replace(patients=groups.get(split)) for split, of_images in of_split.items()}

    stamp = folders.stamp(place / SET)
    return replace(found, card=card, classes=classes, read=read, labels=labels, stamp=stamp, kept=place)


def _groups(file: Path, splits: Iterable[str]) -> dict[str, np.ndarray]:
    """Patients of the splits' images, where the set has them."""
    there = npz.headers(file)
    return {split: npz.read(file, name) for split in splits if (name := f"{split}_groups") in there}


def forget(name: str) -> None:
    """Removes a set and all that was computed of it; who has it mapped keeps it until he ends."""
    for place in _places(name):
        _remove(place)


def _forget_all() -> None:
    """Removes the sets of this process."""
    for root in _roots():
        for place in root.glob(f"{PREFIX}*.{os.getpid()}"):
            _remove(place)


def sweep() -> None:
    """Removes the sets of processes that have died."""
    for root in _roots():
        for place in root.glob(f"{PREFIX}*.*"):
            with suppress(OSError, ValueError):
                if not _alive(int(place.suffix[1:]), place) or _leftover(place):
                    _remove(place)


def _card(name: str, notes: Sequence[str]) -> Card:
    return Card(
        name=name,
        title=title(name),
        task="classification",
        source="Made from uploads of this session; it goes when the session ends.",
        licence="not stated",
        citation="",
        labels="Given by the person who made the set.",
        notes=tuple(notes),
    )


def _places(name: str) -> Iterator[Path]:
    if is_name(name):
        for root in _roots():
            yield from root.glob(f"{name}.*")


def _roots() -> list[Path]:
    """Folders of sets that are there and are ours."""
    return [root for parent in (MEMORY, settings.home() / "sessions") if _ours(root := parent / _folder())]


def _root(parent: Path) -> Path:
    """The folder of all sets of this installation, made on first use.

    Raises:
        OSError: if somebody else has made it.
    """
    root = parent / _folder()
    with suppress(FileExistsError):
        root.mkdir(mode=0o700, parents=True)
    if not _ours(root):
        raise PermissionError(errno.EACCES, "not ours")
    return root


def _folder() -> str:
    """Of this home folder on this machine: process numbers mean nothing on another."""
    identity = f"{platform.node()}\n{settings.home()}"
    return f"medcore-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


def _ours(folder: Path) -> bool:
    """Whether it is a folder of this user that no other may enter: everybody may write to /dev/shm."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    if os.name != "posix":
        return stat.S_ISDIR(status.st_mode)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077


def _memory() -> Path | None:
    return MEMORY if sys.platform == "linux" and os.access(MEMORY, os.W_OK) else None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _alive(pid: int, place: Path) -> bool:
    """Whether the process that made the folder lives: its number may have gone to a younger one."""
    try:
        return psutil.Process(pid).create_time() <= place.stat().st_mtime + 1
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _remove(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    with _making, suppress(OSError):  # others lie in its parent
        place.parent.rmdir()


def _leftover(place: Path) -> bool:
    return not (place / SET).exists() and time.time() - place.stat().st_mtime > UNFINISHED_SECONDS
