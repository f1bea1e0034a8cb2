"""What a child may take of the machine, set by the child itself before it reads anything.

`resource` is there on Linux and macOS; on Windows the guard in the web process watches alone.
"""

import contextlib
import os
import sys
import threading
import time

try:
    import resource
except ImportError:  # Windows
    resource = None

GRACE_SECONDS = 10
"""Processor time beyond a job's own after which the system ends the child, if nobody else has."""


def for_life() -> None:
    """No file grows, no core is dumped, and the child ends when its parent has."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


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
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
