"""All data sets, whatever their source: list, find, load."""

import difflib
from dataclasses import replace

from medcore.data import digits, folder, medmnist, mnist, simulator
from medcore.data.dataset import Splits
from medcore.data.entry import Entry, Report, ignore
from medcore.spec import DataSpec

__all__ = ["Entry", "find", "listing", "load"]


def listing() -> list[Entry]:
    """Every set that is here or can be had: built-in, published, then found in folders."""
    found = folder.entries()
    built_in = [simulator.entry(), digits.entry()]
    published = [_present(entry, found.pop(entry.name, None)) for entry in (mnist.entry(), *medmnist.entries())]
    return [*built_in, *published, *(entry for _, entry in sorted(found.items()))]


def _present(published: Entry, found: Entry | None) -> Entry:
    """The file found in a folder in place of the published set, which can still be downloaded if it is damaged."""
    return published if found is None else replace(found, remote=published.remote)


def find(name: str) -> Entry:
    """The set called `name`.

    Raises:
        FileNotFoundError: if there is none, with names that are near.
    """
    entries = {entry.name: entry for entry in listing()}
    if name not in entries:
        near = near_names(name, list(entries))
        hint = f"Near names: {', '.join(near)}" if near else f"There are: {', '.join(entries)}"
        raise FileNotFoundError(f'There is no data set named "{name}". {hint}.')
    return entries[name]


def near_names(name: str, names: list[str]) -> list[str]:
    """Those of `names` that start like `name` or are spelled nearly like it."""
    starting = [other for other in names if other != name and other.lower().startswith(name.lower())]
    return starting or [other for other in difflib.get_close_matches(name, names, n=3) if other != name]


def load(spec: DataSpec, report: Report = ignore) -> Splits:
    """The splits of a set.

    Args:
        spec: name and options.
        report: gets sentences for a person who waits.

    Raises:
        FileNotFoundError: if there is no such set here.
        ValueError: for wrong options, or a damaged set.
    """
    entry = find(spec.name)
    if not entry.available:
        near = near_names(spec.name, [other.name for other in listing() if other.available])
        hint = f" Near names on this machine: {', '.join(near)}." if near else ""
        raise FileNotFoundError(f'The data set "{spec.name}" is not available. {entry.how}{hint}')
    return entry.read(spec.options, report)
