"""What a child may take of the machine, set by the child itself before it reads anything.

`resource` is there on Linux and macOS; on Windows the guard in the web process watches alone.
"""

import contextlib
import os
import sys
import threading
import time

from medcore.sandbox.calls import forbid
from medcore.sandbox.seal import seal

try:
    import resource
except ImportError:  # Windows
    resource = None

GRACE_SECONDS = 10
"""Processor time beyond a job's own after which the system ends the child, if nobody else has."""


_statm = -1  # /proc/self/statm, opened before it is out of reach


def for_life() -> None:
    """Nothing but code is in reach, no file grows, no core is dumped, and the child ends when its parent has.

    What the system has no means for is left out: `seal` and `calls` say where they work.
    """
    global _statm
    if sys.platform == "linux":
        _statm = os.open("/proc/self/statm", os.O_RDONLY)
        _first_to_go()
        seal()
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    forbid()


def for_job(seconds: float, memory: int) -> None:
    """What one job may take, beyond what the child has taken already.

    Args:
        seconds: of processor time.
        memory: bytes of address space.
    """
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + seconds + GRACE_SECONDS) + 1
    _soften(resource.RLIMIT_CPU, cpu)
    if sys.platform == "linux":
        _soften(resource.RLIMIT_AS, _mapped() + memory)


def _soften(kind: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # the system allows less already
        resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _mapped() -> int:
    """Bytes of address space in use."""
    return int(os.pread(_statm, 100, 0).split()[0]) * resource.getpagesize()


def _first_to_go() -> None:
    """When the machine runs out of memory, the system ends this process before the web process."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
