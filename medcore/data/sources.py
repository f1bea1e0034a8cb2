"""All data sets, whatever their source: list, find, load, download, look at, and the facts of each.

Listing reads headers only and keeps to the light libraries, because the web process does it on every rerun.
"""

import difflib
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from medcore.data import cache, digits, session_sets
from medcore.data.dataset import Card, Splits
from medcore.data.entry import Entry, Report, ignore
from medcore.data.files import folder
from medcore.data.inspection import facts as measuring
from medcore.data.inspection import overview as overviews
from medcore.data.inspection import snapshot as snapshots
from medcore.data.inspection.facts import Facts
from medcore.data.inspection.overview import Overview
from medcore.data.published import download as downloads
from medcore.data.published import medmnist, mnist
from medcore.data.published.download import Progress
from medcore.data.simulation import simulator, volumes
from medcore.spec import DataSpec

__all__ = ["Entry", "Facts", "Overview", "download", "facts", "find", "listing", "load", "overview", "snapshot"]

FACTS_VERSION = 2
"""Of facts and snapshots; another number when a set is read as something else or has parts that it lacked."""
FACTS_TIMEOUT = 600
OVERVIEW = "overview-2.npz"
"""File in the folder of a snapshot; another number when it holds other things."""

Found = TypeVar("Found")


def listing() -> list[Entry]:
    """Every set that is here or can be had: built-in, published, then found in folders by name.

    Cards carry what a first reading has found, such as images that lie in both train and test.
    """
    found = folder.entries()
    built_in = [
        _first(entry, found.pop(entry.name, None)) for entry in (simulator.entry(), volumes.entry(), digits.entry())
    ]
    published = [_present(entry, found.pop(entry.name, None)) for entry in (mnist.entry(), *medmnist.entries())]
    return [_noted(entry) for entry in (*built_in, *published, *(found[name] for name in sorted(found)))]


def find(name: str) -> Entry:
    """The set called `name`: one of the list, or one of a session, which is found by its exact name alone.

    Raises:
        FileNotFoundError: if there is none, naming what is near or what there is.
    """
    if session_sets.is_name(name):
        return _noted(session_sets.entry(name))
    entries = {entry.name: entry for entry in listing()}
    if name not in entries:
        near = _near(name, list(entries))
        hint = f"Near names: {', '.join(near)}." if near else f"There are {', '.join(entries)}."
        raise FileNotFoundError(f'There is no data set named "{name}". {hint}')
    return entries[name]


def load(spec: DataSpec, report: Report = ignore) -> Splits:
    """The splits "train", "val" and "test" of a set, checked.

    Args:
        spec: name and options.
        report: gets sentences for a person who waits.

    Raises:
        FileNotFoundError: if there is no such set here.
        ValueError: for wrong options, or a set that cannot be used.
        OSError: if it cannot be read.
    """
    entry = _available(spec.name)
    _check_options(entry, spec.options)
    splits = entry.read(spec.options, report)
    known = _known(entry, spec.options)
    if known is None:
        known = _measured(entry, splits)
        _keep(entry, spec.options, known)
    return {split: replace(part, card=_card(part.card, known)) for split, part in splits.items()}


def download(name: str, progress: Progress | None = None) -> Path:
    """Fetches the published file of a set, with its checksum checked.

    Args:
        name: of MNIST or a set of MedMNIST.
        progress: gets bytes done and bytes in all.

    Raises:
        FileNotFoundError: if there is no such set, or none that can be downloaded.
        OSError, ValueError: if the file does not come, or is not the published one.
    """
    entry = find(name)
    if entry.remote is None:
        raise FileNotFoundError(f'The data set "{name}" cannot be downloaded. {entry.how}'.strip())
    return downloads.fetch(entry.remote, folder.downloads(), progress or (lambda *_: None))


def facts(name: str, options: Mapping[str, Any] | None = None) -> Facts:
    """Class counts, duplicates and content hash of a set.

    The first time the whole set is read, in a process of its own so that this one stays small; whoever asks meanwhile
    waits for it. Then they are kept until the file changes.

    Raises:
        FileNotFoundError, ValueError, OSError: as `load`.
    """
    options = options or {}
    entry = _available(name)
    _check_options(entry, options)
    return _known(entry, options) or _apart("read", entry, options, _known)


def snapshot(name: str, options: Mapping[str, Any] | None = None) -> Splits:
    """The splits of a set to look at: their arrays are mapped from disk, read-only, and take no memory here.

    The first time the whole set is read in a process of its own, as for `facts`, and takes as long.

    Raises:
        FileNotFoundError, ValueError, OSError: as `load`.
    """
    options = options or {}
    entry = _available(name)
    _check_options(entry, options)
    return _snapshot(entry, options) or _apart("read", entry, options, _snapshot)


def overview(name: str, options: Mapping[str, Any] | None = None) -> Overview:
    """Means, histograms, sizes and near duplicates of a set.

    The first time every image of its snapshot is looked at, in a process of its own; then they are kept beside it.

    Raises:
        FileNotFoundError, ValueError, OSError: as `load`.
    """
    options = options or {}
    snapshot(name, options)
    entry = _available(name)
    return _overview(entry, options) or _apart("overview", entry, options, _overview)


def known_overview(name: str, options: Mapping[str, Any] | None = None) -> Overview | None:
    """The overview of a set if it was asked for before, without looking at an image.

    Raises:
        FileNotFoundError: if there is no such set here.
    """
    return _overview(_available(name), options or {})


def keep_snapshot(name: str, options: Mapping[str, Any]) -> None:
    """Reads a set in this process, so that its facts and its snapshot are there.

    Raises:
        FileNotFoundError, ValueError, OSError: as `load`.
    """
    place = _snapshot_folder(_available(name), options)
    snapshots.write(place, load(DataSpec(name, options)))


def keep_overview(name: str, options: Mapping[str, Any]) -> None:
    """Looks at every image of a snapshot in this process, so that its overview is there.

    Raises:
        OSError: if the snapshot is gone, or the overview cannot be written.
    """
    place = _snapshot_folder(_available(name), options)
    splits = snapshots.read(place)
    if splits is None:
        raise OSError("Its images were removed from the cache.")
    arrays = overviews.measure(splits).to_arrays()
    cache.write(place / OVERVIEW, lambda file: np.savez(file, **arrays))


def _apart(
    what: str, entry: Entry, options: Mapping[str, Any], found: Callable[[Entry, Mapping[str, Any]], Found | None]
) -> Found:
    """What `found` finds after another process did its work, this one's or one that has begun before."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(f"{_facts_file(entry, options)}.lock", timeout=FACTS_TIMEOUT):
            known = found(entry, options)
            if known is None:
                _run(what, entry.name, options)
                known = found(find(entry.name), options)
    except (Timeout, subprocess.TimeoutExpired) as error:
        minutes = FACTS_TIMEOUT / 60
        raise OSError(f'The data set "{entry.name}" could not be read within {minutes:g} minutes.') from error
    if known is None:
        raise OSError(f'The data set "{entry.name}" changed while it was read; try again.')
    return known


def _available(name: str) -> Entry:
    entry = find(name)
    if entry.available:
        return entry
    near = _near(name, [other.name for other in listing() if other.available])
    hint = f" Near names on this machine: {', '.join(near)}." if near else ""
    raise FileNotFoundError(f'The data set "{name}" is not available. {entry.how}{hint}')


def _near(name: str, names: list[str]) -> list[str]:
    """Those of `names` that start like `name`, or else are spelled nearly like it."""
    starting = [other for other in names if other != name and other.lower().startswith(name.lower())]
    return starting or [other for other in difflib.get_close_matches(name, names, n=3) if other != name]


def _first(built_in: Entry, found: Entry | None) -> Entry:
    return built_in if found is None or not found.available else folder.with_clash(built_in, found)


def _present(published: Entry, found: Entry | None) -> Entry:
    """The file found in place of the published set; a damaged one can still be downloaded."""
    if found is None:
        return published
    if found.available:
        return replace(found, remote=published.remote)
    return replace(published, how=found.how, path=found.path)


def _check_options(entry: Entry, given: Mapping[str, Any]) -> None:
    if given and entry.complete is None:
        raise ValueError(f'The data set "{entry.name}" takes no options. Received: {next(iter(given))!r}')
    if entry.complete is not None:
        entry.complete(given)


def _facts_file(entry: Entry, options: Mapping[str, Any]) -> Path:
    return _kept(entry, options, "facts-", ".json")


def _snapshot_folder(entry: Entry, options: Mapping[str, Any]) -> Path:
    return _kept(entry, options, snapshots.PREFIX)


def _kept(entry: Entry, options: Mapping[str, Any], prefix: str, ending: str = "") -> Path:
    """Where something computed of a set is kept, named by all that it depends on."""
    values = {
        "version": FACTS_VERSION,
        "name": entry.name,
        "stamp": entry.stamp or entry.version,
        "options": {} if entry.complete is None else entry.complete(options),
    }
    return (entry.kept or cache.folder()) / f"{prefix}{cache.key(values)}{ending}"


def _snapshot(entry: Entry, options: Mapping[str, Any]) -> Splits | None:
    return snapshots.read(_snapshot_folder(entry, options))


def _overview(entry: Entry, options: Mapping[str, Any]) -> Overview | None:
    arrays = cache.read(_snapshot_folder(entry, options) / OVERVIEW)
    try:
        return None if arrays is None else Overview.from_arrays(arrays)
    except (ValueError, KeyError, TypeError):
        return None  # written by another version: looked at again


def _known(entry: Entry, options: Mapping[str, Any]) -> Facts | None:
    try:
        return Facts.from_dict(json.loads(_facts_file(entry, options).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not measured yet, or damaged: measured again


def _keep(entry: Entry, options: Mapping[str, Any], known: Facts) -> None:
    content = json.dumps(known.to_dict()).encode()
    cache.write(_facts_file(entry, options), lambda file: file.write(content))


def _measured(entry: Entry, splits: Splits) -> Facts:
    known = measuring.measure(splits)
    read = (note for note in splits["train"].card.notes if note not in entry.card.notes)  # such as voxels that were NaN
    known = replace(known, notes=(*read, *known.notes))
    official = entry.remote is not None and entry.path is not None
    if official and not _is_published(entry):
        note = "The file is not the published one to the last byte: its checksum differs."
        known = replace(known, notes=(*known.notes, note))
    return known


def _is_published(entry: Entry) -> bool:
    kind, _, expected = entry.remote.digest.partition(":")
    with entry.path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest() == expected


def _noted(entry: Entry) -> Entry:
    """The line with what the facts add to it, where they are known."""
    known = _known(entry, {}) if entry.available else None
    if known is None:
        return entry
    return replace(entry, card=_card(entry.card, known), classes=entry.classes or tuple(known.counts["train"]))


def _card(card: Card, known: Facts) -> Card:
    """The card with what was found in place of what is only said of the set."""
    said = tuple(note for note in card.notes if not note.startswith(medmnist.KNOWN_LEAK))
    return replace(card, notes=said).with_notes(*known.notes)


def _run(what: str, name: str, options: Mapping[str, Any]) -> None:
    """Has another process look at the set; it keeps what it finds."""
    command = [sys.executable, "-m", "medcore.data.inspection.measure", what, name, json.dumps(dict(options))]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=FACTS_TIMEOUT, check=False)
    if done.returncode:
        sentence = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it ended without a word"
        raise ValueError(f'The data set "{name}" could not be read: {sentence}')
