"""What the engine is doing, in a small file that the web process reads."""

import json
import os
import platform
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from medcore import settings


@dataclass(frozen=True)
class Status:
    """The engine at a glance.

    Args:
        pid: of the engine's process, None while there is none.
        since: unix seconds of its start.
        ready: whether it takes runs; it warms up first.
        busy: slots that train now.
        slots: slots there are; a large run takes all of one machine's processor cores.
        devices: what runs train on, each {"name", "kind", "memory_gb", "precision", "why"}.
        problem: a sentence, if the engine is in trouble.
    """

    pid: int | None
    since: float
    ready: bool = False
    busy: int = 0
    slots: int = 0
    devices: tuple[dict[str, Any], ...] = ()
    problem: str | None = None


def _file() -> Path:
    return settings.home() / "engine.json"


def write(status: Status) -> None:
    """Replaces what `read` returns; also tells it the machine."""
    temporary = _file().with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(asdict(status) | {"host": platform.node()}))
    temporary.replace(_file())


def clear() -> None:
    """Says that there is no engine."""
    _file().unlink(missing_ok=True)


def read() -> Status | None:
    """What the engine or its keeper wrote last; None if there was never one or it is gone."""
    try:
        values = json.loads(_file().read_text())
        host = values.pop("host")
        status = replace(Status(**values), devices=tuple(values["devices"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    gone = status.pid is not None and host == platform.node() and not psutil.pid_exists(status.pid)
    return None if gone else status
