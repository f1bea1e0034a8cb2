"""Watches the children: ends the one that takes too long or too much, and the one that nobody needs any more."""

import threading
import time
import weakref
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from medcore.sandbox.process import Process

LOOK_SECONDS = 0.05
IDLE_SECONDS = 30.0
WALL = 10
"""Times its processor seconds that a job may take by the clock: a loaded machine refuses nothing good."""

_watched: "weakref.WeakSet[Process]" = weakref.WeakSet()
_lock = threading.Lock()
_thread: threading.Thread | None = None


def watch(process: "Process") -> None:
    """From now on the process is looked at until it has ended."""
    global _thread
    with _lock:
        _watched.add(process)
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_look, name="sandbox guard", daemon=True)
            _thread.start()


def _look() -> None:
    global _thread
    while True:
        time.sleep(LOOK_SECONDS)
        with _lock:
            for process in [process for process in _watched if process.ended]:
                _watched.discard(process)
            if not _watched:
                _thread = None
                return
            watched = list(_watched)
        for process in watched:
            _judge(process)


def _judge(process: "Process") -> None:
    job = process.job
    if job is None:
        if time.monotonic() - process.idle_since > IDLE_SECONDS:
            process.retire()
        return
    try:
        cpu = process.cpu()
        memory = process.memory()
    except psutil.Error:
        return  # it is ending: its pipe tells
    if process.job is not job:
        return  # what was measured belongs to another
    if job.cpu is None:
        job.cpu, job.resident = cpu, memory
    if cpu - job.cpu > job.seconds or time.monotonic() - job.since > WALL * job.seconds:
        process.kill(f"Reading it took longer than {job.seconds:g} seconds and was stopped.")
    elif memory - job.resident > job.memory:
        process.kill("Reading it would take more memory than is allowed.")
