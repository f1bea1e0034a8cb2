"""What belongs to one browser session and is let go a minute after it left.

Streamlit releases a session's resources as soon as its connection breaks. A person on a train comes back within
seconds and must find the uploads again; somebody who closed the tab must not leave images in memory.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from medcore.ui import state

PATIENCE_SECONDS = 60.0
T = TypeVar("T")

_left: dict[str, tuple["_Resources", threading.Timer]] = {}
_lock = threading.Lock()


class _Resources:
    """The resources of one session by name, each with what closes it."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Any, Callable[[Any], None]]] = {}

    def close(self) -> None:
        while self.kept:
            _, (resource, close) = self.kept.popitem()
            close(resource)


def kept(name: str, make: Callable[[], T], close: Callable[[T], None]) -> T:
    """This session's resource of that name, made on first use and closed when the session is gone.

    Args:
        name: of the resource.
        make: makes it.
        close: called once with it, from any thread.
    """
    resources = _present(state.owner())[1]
    if name not in resources.kept:
        resources.kept[name] = (make(), close)
    return resources.kept[name][0]


def _leave(present: tuple[str, _Resources]) -> None:
    owner, resources = present
    timer = threading.Timer(PATIENCE_SECONDS, _forget, (owner,))
    timer.daemon = True
    with _lock:
        _left[owner] = (resources, timer)
    timer.start()


def _forget(owner: str) -> None:
    with _lock:
        resources, _ = _left.pop(owner, (None, None))
    if resources is not None:
        resources.close()


@st.cache_resource(scope="session", on_release=_leave, show_spinner=False)
def _present(owner: str) -> tuple[str, _Resources]:
    """The session's resources: those it left behind, if it comes back in time."""
    with _lock:
        resources, timer = _left.pop(owner, (None, None))
    if timer is not None:
        timer.cancel()
    return owner, resources or _Resources()
