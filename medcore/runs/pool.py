"""Training processes, kept warm: started ahead, used again, replaced when they went bad.

A process that trained before has Keras loaded and its functions compiled, so the next run's first
point comes in tenths of a second. It is replaced after a crash, a forced cancel, too much memory,
or some idle minutes, which also frees a GPU.
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import psutil

from medcore import catalog
from medcore.runs.seats import Seat

IDLE_SECONDS = 600.0
MOST_AHEAD = 8
TEND_SECONDS = 1.0
_TARGET = "medcore.runs.child:main"

_processes = threading.Lock()  # multiprocessing's bookkeeping of exit codes is not thread-safe


class Child:
    """One training process and this end of its pipe.

    Args:
        seat: what it trains on; None for one that only says which devices there are.
    """

    def __init__(self, seat: Seat | None) -> None:
        self.seat = seat
        self.spec: Mapping[str, Any] | None = None
        self.idle_since = time.monotonic()
        context = _context()
        with _processes:
            self.connection, theirs = context.Pipe()
            self._process = context.Process(target=_enter, args=(theirs, seat, _settings()), daemon=True)
            self._process.start()
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self, run_id: str, spec: Mapping[str, Any]) -> None:
        """Hands it a run."""
        self.spec = spec
        self._send("run", run_id, spec)

    def cancel(self, run_id: str) -> None:
        """Asks it to stop the run."""
        self._send("cancel", run_id)

    def _send(self, *message: Any) -> None:
        with contextlib.suppress(OSError):  # it died: its end of the pipe tells
            self.connection.send(message)

    def familiarity(self, spec: Mapping[str, Any]) -> int:
        """How many parts of `spec` it trained last time; compiled functions are reused for those."""
        return -1 if self.spec is None else sum(self.spec.get(part) == value for part, value in spec.items())

    def alive(self) -> bool:
        """Whether it runs; the fork server tells of an end a moment late, the system does not."""
        with _processes:
            return self._process.is_alive() and psutil.pid_exists(self.pid)

    def memory(self) -> int:
        """Resident memory in bytes."""
        try:
            return psutil.Process(self.pid).memory_info().rss
        except psutil.Error:
            return 0

    def exit_code(self) -> int | None:
        """How it ended: negative is the signal that killed it. Waits a moment for one that is ending."""
        with _processes:
            self._process.join(timeout=1)
            return self._process.exitcode

    def kill(self) -> None:
        """Ends it and whatever it started, also when it hangs."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (AttributeError, OSError):  # Windows, gone, or too young for a group of its own
            with contextlib.suppress(OSError):
                self._process.kill()


class Pool:
    """The training processes of this machine. Thread-safe.

    Args:
        ahead: seats to start a process for before there is a run.
        memory_limit: bytes of resident memory above which a process is not used again.
    """

    def __init__(self, ahead: list[Seat], memory_limit: int) -> None:
        self.closed = threading.Event()
        self._ahead = ahead[:MOST_AHEAD]
        self._memory_limit = memory_limit
        self._idle: list[Child] = []
        self._busy: list[Child] = []
        self._lock = threading.Lock()
        for seat in self._ahead:
            self._start_ahead(seat)
        threading.Thread(target=self._tend, name="pool", daemon=True).start()

    def take(self, seat: Seat, spec: Mapping[str, Any]) -> Child:
        """A process for a run on this seat, the one that knows most of `spec` if one is warm."""
        with self._lock:
            fitting = [child for child in self._idle if child.seat == seat and child.alive()]
            child = max(fitting, key=lambda child: child.familiarity(spec), default=None)
            if child is not None:
                self._idle.remove(child)
                self._busy.append(child)
        if child is None:
            child = Child(seat)
            with self._lock:
                self._busy.append(child)
        return child

    def give(self, child: Child) -> None:
        """Takes back a process whose run ended properly."""
        if child.memory() > self._memory_limit:
            self.discard(child)
            return
        child.idle_since = time.monotonic()
        with self._lock:
            self._busy.remove(child)
            self._idle.append(child)

    def discard(self, child: Child) -> None:
        """Ends a process that went bad and starts another in its place."""
        child.kill()
        with self._lock:
            self._busy.remove(child)
        self._start_ahead(child.seat)

    def close(self) -> None:
        """Ends every process; supervisors see `closed`."""
        self.closed.set()
        with self._lock:
            for child in self._idle:
                child.kill()
            self._idle.clear()

    def _start_ahead(self, seat: Seat) -> None:
        with contextlib.suppress(OSError, EOFError):  # no process to be had now: the next run asks again
            if seat in self._ahead and not self.closed.is_set():
                child = Child(seat)
                with self._lock:
                    self._idle.append(child)

    def _tend(self) -> None:
        while not self.closed.wait(TEND_SECONDS):
            for child in self._stale():
                child.kill()
                if child.seat.gpu is None and child.spec is not None:
                    self._start_ahead(child.seat)

    def _stale(self) -> list[Child]:
        """Takes out idle processes that died, that hold a GPU or that hold what a run left, for too long."""
        oldest = time.monotonic() - IDLE_SECONDS
        with self._lock:
            stale = [
                child
                for child in self._idle
                if not child.alive()
                or (child.idle_since < oldest and (child.spec is not None or child.seat.gpu is not None))
            ]
            self._idle = [child for child in self._idle if child not in stale]
        return stale


def _settings() -> dict[str, str]:
    """Medcore's environment as it is now; the fork server's is as it was when that started."""
    return {name: value for name, value in os.environ.items() if name.startswith("MEDCORE_")}


def _enter(connection: multiprocessing.connection.Connection, seat: Seat | None, settings: Mapping[str, str]) -> None:
    """First code of a training process. Its module is named by a string: the engine never imports Keras."""
    for name in [name for name in os.environ if name.startswith("MEDCORE_")]:
        del os.environ[name]
    os.environ.update(settings)
    catalog.resolve(_TARGET)(connection, seat)


def _context() -> Any:
    """A fork server that has imported Keras, where there is one: a fork takes .1 s, an import 5 to 13 s.

    TensorFlow survives the fork because importing it starts no device; of other backends that is not known.
    """
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if sys.platform != "linux" or backend != "tensorflow":
        return multiprocessing.get_context("spawn")
    multiprocessing.current_process()._config["daemon"] = False  # Dask's workers are, and may not have children
    context = multiprocessing.get_context("forkserver")
    tasks = {choice.target.partition(":")[0] for choice in catalog.TASKS.values()}
    context.set_forkserver_preload(["keras", "medcore.runs.child", "medcore.runs.pool", *sorted(tasks)])
    return context
