"""Finds data sets in the folders of MEDCORE_DATA, one level of sub-folders deep."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from stat import S_ISDIR

from medcore import settings
from medcore.data.entry import Entry, Stamp, unavailable
from medcore.data.files import class_folder, mask_folder, nifti_folder, npz_set

Probe = Callable[[Path], Entry | None]
"""Looks at a file or folder: the set it is, None if it is none; ValueError or OSError if it cannot be read."""

FOLDER_LAYOUTS: tuple[Probe, ...] = (mask_folder.entry, nifti_folder.entry, class_folder.entry)
"""The first that knows the layout of a folder takes it."""


def downloads() -> Path:
    """Where downloaded files are kept; searched last."""
    return settings.home() / "datasets"


def entries() -> dict[str, Entry]:
    """Every set found, by name; what cannot be read is there too, with the reason.

    Of two sets of one name the first that can be read counts: folders in the order of MEDCORE_DATA, in each the
    folder itself before its sub-folders, in order of name. The note on its card says so.
    """
    found: dict[str, Entry] = {}
    for entry in _all():
        first = found.get(entry.name)
        if first is None or (entry.available and not first.available):
            found[entry.name] = entry
        elif entry.available and entry.path != first.path:
            found[entry.name] = with_clash(first, entry)
    return found


def with_clash(first: Entry, other: Entry) -> Entry:
    """The set that counts, with a note that another one of its name is hidden by it."""
    home = f'the one in the folder "{first.path.parent.name}"' if first.path else "the one built in"
    note = (
        f'Another data set named "{first.name}" lies in the folder "{other.path.parent.name}" and is hidden: '
        f"{home} comes first; rename one to see both."
    )
    return replace(first, card=first.card.with_notes(note))


def stamp(path: Path) -> Stamp:
    """Changes when a file is written, or when files come to or leave a folder or its sub-folders."""
    folders = [path]
    if path.is_dir():
        for inner in _subfolders(path):
            folders += [inner, *_subfolders(inner)]
    stats = [(folder, folder.stat()) for folder in folders]
    return tuple((str(folder), stat.st_mtime_ns, stat.st_size) for folder, stat in stats)


def _all() -> Iterator[Entry]:
    searched = set()
    for folder in (*settings.data_folders(), downloads()):
        if folder in searched:
            continue
        searched.add(folder)
        try:
            there = _is_folder(folder)
        except OSError as error:
            yield unavailable(folder.name, _unreadable(folder, error), folder)
            continue
        if there:
            yield from _in(folder)
            for inner in _subfolders(folder):
                yield from _in(inner)
        elif folder != downloads():
            why = f'MEDCORE_DATA names the folder "{folder.name}", which is not there.'
            yield unavailable(folder.name, why, folder)


def _is_folder(path: Path) -> bool:
    """False if nothing is there; OSError if that cannot be told. `Path.is_dir` does either, depending on Python."""
    try:
        return S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _in(folder: Path) -> Iterator[Entry]:
    """The set that a folder is, and the files in it that are one."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".npz" and path.is_file())
    except OSError as error:
        yield unavailable(folder.name, _unreadable(folder, error), folder)
        return
    yield from _probed(_folder_set, folder)
    for path in files:
        yield from _probed(npz_set.entry, path)


def _subfolders(folder: Path) -> list[Path]:
    """Those that can be listed; of the others `_in` says why not."""
    try:
        with os.scandir(folder) as items:  # faster than iterdir: no look at each of a thousand pictures
            return sorted(folder / item.name for item in items if item.is_dir() and item.name[0] != ".")
    except OSError:
        return []


def _folder_set(folder: Path) -> Entry | None:
    return next((entry for layout in FOLDER_LAYOUTS if (entry := layout(folder)) is not None), None)


def _probed(probe: Probe, path: Path) -> Iterator[Entry]:
    try:
        entry = _probe(probe, path, stamp(path))
    except OSError as error:
        entry = unavailable(path.stem, _unreadable(path, error), path)
    if entry is not None:
        yield entry


@lru_cache(maxsize=1024)
def _probe(probe: Probe, path: Path, stamp: Stamp) -> Entry | None:
    """What `probe` finds; kept, because the list is asked for on every rerun of a page."""
    try:
        entry = probe(path)
        return None if entry is None else replace(entry, stamp=stamp)
    except OSError as error:
        return unavailable(path.stem, _unreadable(path, error), path)
    except ValueError as error:
        return unavailable(path.stem, str(error), path)


def _unreadable(path: Path, error: OSError) -> str:
    reason = "no permission" if isinstance(error, PermissionError) else os.strerror(error.errno or 0)
    return f'"{path.name}" cannot be read: {reason}.'
