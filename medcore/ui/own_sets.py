"""The data sets that this session has made: its labs list them first, no other session sees them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from medcore.data import session_sets, sources
from medcore.ui import session, state

NOT_YOURS = "The images belong to another session, or went with it, so they are not shown."


def add(name: str) -> None:
    """Notes a set of `session_sets.keep`; it is removed with the session."""
    _names().append(name)


def has(name: str) -> bool:
    """Whether this session has made the set."""
    return name in _names()


def may_see(name: str) -> bool:
    """Whether this session may see images of the set: those of a session are for that session alone."""
    return has(name) if session_sets.is_name(name) else True


def may_use(spec: Mapping[str, Any]) -> bool:
    """Whether this session may look into what a run left, or take it home: what is learned from images tells of them.

    Args:
        spec: of the run, as plain values. Sets that it was trained, tested or pretrained on count, and those of the
            runs that it went on from.
    """
    told = [spec["data"], spec.get("adaptation", {}).get("target"), spec.get("transfer", {}).get("pretraining")]
    if not all(may_see(data["name"]) for data in told if data):
        return False
    bases = spec.get("base", "")
    return not bases or all(may_use(run.spec) for run in state.store().find(bases.split(",")))


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
