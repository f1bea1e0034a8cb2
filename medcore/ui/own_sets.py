"""The data sets that this session has made: its labs list them first, no other session sees them."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from medcore.data import session_sets, sources
from medcore.ui import session, state

NOT_YOURS = "The images belong to another session, or went with it, so they are not shown."
_ELSEWHERE = ("adaptation", "target"), ("transfer", "pretraining")
"""Where a spec names images besides its own."""


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
    """Whether this session may look into what a run left, or take it home: what learned from images tells of them.

    Args:
        spec: of the run, as plain values.
    """
    return all(map(has, of_sessions([spec])))


def of_sessions(specs: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names of sessions' sets that runs learn from, are tested on, or that the networks they go on with learned from.

    Args:
        specs: as plain values.
    """
    specs = list(specs)
    told = [spec.get(part, {}).get(images) for spec in specs for part, images in _ELSEWHERE]
    names = {data["name"] for data in (*(spec["data"] for spec in specs), *told) if data}
    bases = {base for spec in specs if spec.get("base") for base in spec["base"].split(",")}
    learned = of_sessions(run.spec for run in state.store().find(list(bases))) if bases else set()
    return learned | set(filter(session_sets.is_name, names))


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
