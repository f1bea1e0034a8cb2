"""The data sets that this session has made: its labs list them first, no other session sees them."""

from contextlib import suppress

from medcore.data import session_sets, sources
from medcore.ui import session


def add(name: str) -> None:
    """Notes a set of `session_sets.keep`; it is removed with the session."""
    _names().append(name)


def has(name: str) -> bool:
    """Whether this session has made the set."""
    return name in _names()


def forget(name: str) -> None:
    """Removes a set before the session ends."""
    with suppress(ValueError):
        _names().remove(name)
    session_sets.forget(name)


def entries() -> list[sources.Entry]:
    """The sets that are still there, the newest first."""
    found = []
    for name in reversed(_names()):
        with suppress(OSError, ValueError):
            found.append(sources.find(name))
    return found


def _names() -> list[str]:
    return session.kept("data sets", _none_yet, _forget_all)


def _none_yet() -> list[str]:
    session_sets.sweep()
    return []


def _forget_all(names: list[str]) -> None:
    while names:
        session_sets.forget(names.pop())
