"""One slot: claims the run whose turn it is and supervises the process that trains it.

This runs on the engine's machine, or on a worker of a Dask cluster. Such workers need the
engine's `MEDCORE_DATABASE` (a PostgreSQL) and `MEDCORE_HOME` (a shared folder).
"""

import contextlib
import functools
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
from dask.system import CPU_COUNT

from medcore import settings
from medcore.runs import files
from medcore.runs.pool import Child, Pool
from medcore.runs.seats import Seats
from medcore.runs.store import Record, Store, StoreError
from medcore.training.run import Row

BEAT_SECONDS = 2.0
FLUSH_SECONDS = 0.03
ORDER_SECONDS = 0.1
GRACE_SECONDS = 1.0
STORE_SECONDS = 60.0
TAIL_CHARACTERS = 500
SURVEY_SECONDS = 120.0
GIB = 2**30

CLOSED = "The application was closed while this run trained."
KILLED = (
    "The training process was killed (signal 9): almost always the machine ran out of memory. "
    "Try a smaller batch, smaller images or a smaller model."
)


class Machine:
    """The one of this process: what there is to train on, its seats, its training processes, its store."""

    def __init__(self) -> None:
        self.devices = _survey()
        self.seats = Seats(CPU_COUNT, gpus=sum(device["kind"] == "gpu" for device in self.devices))
        self.store = Store(settings.database_url())
        memory_limit = max(GIB, psutil.virtual_memory().total // (2 * len(self.seats)))
        self.pool = Pool(self.seats.small(), memory_limit)


_machines = threading.Lock()


@functools.cache
def _machine() -> Machine:
    return Machine()


def machine() -> Machine:
    """This process' machine, surveyed on first use."""
    with _machines:
        return _machine()


def survey() -> dict[str, Any]:
    """What this machine offers: {"seats": {size: how many a run fills}, "slots": n, "devices": [...]}."""
    here = machine()
    return {
        "slots": len(here.seats),
        "needs": {size: here.seats.needs(size) for size in ("small", "large")},
        "devices": here.devices,
    }


def slot(size: str) -> str | None:
    """Trains the run whose turn it is, if it is of this size and there is a seat for it.

    Returns:
        The run's id, None if there was none.
    """
    here = machine()
    seat = here.seats.take(size)
    if seat is None:
        return None
    try:
        record = None if here.pool.closed.is_set() else here.store.claim(size)
        if record is None:
            return None
        with _beating(here.store, record.id):
            try:
                child = here.pool.take(seat, record.spec)
            except (OSError, EOFError) as error:
                here.store.finish(record.id, "failed", error=f"No training process could be started: {error}.")
                return record.id
            Supervision(here.store, here.pool, record, child).run()
        return record.id
    finally:
        here.seats.give(seat)


class Supervision:
    """Brings one run from "running" to its end."""

    def __init__(self, store: Store, pool: Pool, record: Record, child: Child) -> None:
        self._store = store
        self._pool = pool
        self._record = record
        self._child = child
        self._rows: list[tuple[Row, float]] = []
        self._said: dict[str, Any] = {}
        self._next = 1
        self._asked = 0.0
        self._told: float | None = None
        self._ending: dict[str, Any] | None = None
        self._good = False

    def run(self) -> None:
        """Supervises until the run has ended and that is in the store."""
        try:
            self._child.start(self._record.id, self._record.spec)
            self._watch()
            self._finish()
        finally:
            if self._good:
                self._pool.give(self._child)
            else:
                self._pool.discard(self._child)

    def _watch(self) -> None:
        """Until the run ends. A store that is full or away for a while costs nothing: rows wait in memory."""
        well = time.monotonic()
        while self._ending is None:
            self._listen()
            try:
                self._flush()
                self._obey()
                well = time.monotonic()
            except StoreError as error:
                if time.monotonic() - well > STORE_SECONDS:
                    self._end_by_force({"state": "failed", "error": str(error)})
                self._pool.closed.wait(ORDER_SECONDS)

    def _listen(self) -> None:
        """Waits a moment for what the child says; gathers what follows, so that one write stores it."""
        until = time.monotonic() + ORDER_SECONDS
        heard = False
        try:
            while self._ending is None and self._child.connection.poll(max(0.0, until - time.monotonic())):
                self._hear(*self._child.connection.recv())
                if not heard:
                    heard, until = True, time.monotonic() + FLUSH_SECONDS
        except (EOFError, OSError):
            self._ending = self._lost()

    def _hear(self, kind: str, content: Any) -> None:
        match kind:
            case "rows":
                self._rows += [(Row(*row), logged) for row, logged in content]
            case "plan" | "status":
                self._said[kind] = content
            case "done":
                self._ending, self._good = {"state": "done", "result": content}, True
            case "cancelled":
                self._ending, self._good = {"state": "cancelled"}, True
            case "failed":
                self._ending, self._good = {"state": "failed", "error": content}, True

    def _flush(self) -> None:
        if self._said:
            self._store.say(self._record.id, **self._said)
            self._said = {}
        self._next = self._store.log(self._record.id, self._next, self._rows)
        self._rows = []

    def _obey(self) -> None:
        """Acts on what the person decided, and on the end of the application."""
        now = time.monotonic()
        if self._ending is not None:
            return
        if self._pool.closed.is_set():
            self._end_by_force({"state": "failed", "error": CLOSED})
        elif self._told is not None:
            if now - self._told > GRACE_SECONDS:
                self._end_by_force({"state": "cancelled"})
        elif now - self._asked > ORDER_SECONDS:
            self._asked = now
            match self._store.order(self._record.id):
                case "cancel":
                    self._told = now
                    self._child.cancel(self._record.id)
                case "drop":
                    self._end_by_force({"state": "dropped"})

    def _end_by_force(self, ending: dict[str, Any]) -> None:
        """Kills the child; what it had sent before is kept."""
        self._child.kill()
        until = time.monotonic() + GRACE_SECONDS
        while self._ending is None and time.monotonic() < until:
            self._listen()
        self._ending, self._good = ending, False

    def _lost(self) -> dict[str, Any]:
        """How a run ends whose process died."""
        code = self._child.exit_code()
        if self._told is not None:
            return {"state": "cancelled"}
        if code == -9:
            return {"state": "failed", "error": KILLED}
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return {"state": "failed", "error": f"The training process crashed ({how}). {self._log_tail()}".rstrip()}

    def _log_tail(self) -> str:
        try:
            return " ".join(files.log(self._record.id).read_text(errors="replace")[-TAIL_CHARACTERS:].split())
        except OSError:
            return ""

    def _finish(self) -> None:
        """Writes the end; a store that is full or away gets a while to recover."""
        until = time.monotonic() + STORE_SECONDS
        while True:
            try:
                self._flush()
                if self._ending["state"] != "dropped":
                    self._store.finish(self._record.id, **self._ending)
                return
            except StoreError:
                if time.monotonic() > until or self._pool.closed.wait(ORDER_SECONDS):
                    raise


@contextlib.contextmanager
def _beating(store: Store, run_id: str) -> Iterator[None]:
    """Gives signs of life from a thread of its own: starting a cold process can take longer than patience lasts."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            with contextlib.suppress(StoreError):
                store.beat(run_id)

    thread = threading.Thread(target=beat, name=f"heartbeat of {run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _survey() -> list[dict[str, Any]]:
    """The devices of this machine, found by a process that ends afterwards and so frees them."""
    child = Child(None)
    try:
        if not child.connection.poll(SURVEY_SECONDS):
            raise OSError("The training process did not start in time.")
        kind, content = child.connection.recv()
    except EOFError:
        raise OSError(f"The training process crashed at its start (exit code {child.exit_code()}).") from None
    finally:
        child.kill()
    if kind != "ready":
        raise OSError(content)
    return content
