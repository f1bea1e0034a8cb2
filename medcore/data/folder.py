"""Finds data sets in the folders of MEDCORE_DATA, one level of sub-folders deep."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from medcore import settings
from medcore.data import npz_set
from medcore.data.entry import Entry, unavailable

LAYOUTS: tuple[Callable[[Path], Entry | None], ...] = ()
"""Readers of a folder that is one data set; the first that knows the layout takes it."""


def downloads() -> Path:
    """Where downloaded files are kept."""
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
            found[entry.name] = _with_clash(first, entry)
    return found


def _with_clash(first: Entry, other: Entry) -> Entry:
    note = (
        f'Another set named "{first.name}" in the folder "{other.path.parent.name}" is hidden by this one '
        f'of the folder "{first.path.parent.name}"; rename one to see both.'
    )
    return replace(first, card=replace(first.card, notes=(*first.card.notes, note)))


def _all() -> Iterator[Entry]:
    for folder in settings.data_folders():
        if not folder.is_dir():
            yield unavailable(
                folder.name, f'MEDCORE_DATA names the folder "{folder.name}", which is not there.', folder
            )
            continue
        yield from _in(folder)
        for inner in _list(folder):
            if inner.is_dir():
                yield from _in(inner)
    if downloads().is_dir():
        yield from _in(downloads())


def _in(folder: Path) -> Iterator[Entry]:
    """The set that a folder is, and the files in it that are one."""
    try:
        yield from _probed(_folder_set, folder)
        for path in sorted(folder.iterdir()):
            if path.suffix == ".npz" and path.is_file():
                yield from _probed(npz_set.entry, path)
    except PermissionError:
        yield unavailable(folder.name, f'The folder "{folder.name}" cannot be read: no permission.', folder)


def _list(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []  # `_in` has said so


def _folder_set(folder: Path) -> Entry | None:
    for layout in LAYOUTS:
        entry = layout(folder)
        if entry is not None:
            return entry
    return None


def _probed(probe: Callable[[Path], Entry | None], path: Path) -> Iterator[Entry]:
    stat = path.stat()
    entry = _probe(probe, path, stat.st_mtime_ns, stat.st_size)
    if entry is not None:
        yield entry


@lru_cache(maxsize=1024)
def _probe(
    probe: Callable[[Path], Entry | None],
    path: Path,
    modified: int,  # noqa: ARG001 - a changed file is looked at again
    size: int,  # noqa: ARG001
) -> Entry | None:
    """What `probe` finds; kept, because the list is asked for on every rerun of a page."""
    try:
        if not os.access(path, os.R_OK):
            raise PermissionError
        return probe(path)
    except PermissionError:
        return unavailable(path.stem, f'"{path.name}" cannot be read: no permission.', path)
    except (ValueError, OSError) as error:
        return unavailable(path.stem, str(error), path)
