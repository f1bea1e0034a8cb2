"""The engine: a process of its own that lets Dask place slots, as many as there is room for.

It lives as long as a web process does (see `keeper`), one for each MEDCORE_HOME. By default Dask
works inside it, on this machine alone. With `MEDCORE_SCHEDULER` it is a client of that cluster,
whose workers need Medcore installed, the same `MEDCORE_DATABASE` (a PostgreSQL) and a shared
`MEDCORE_HOME`. Whoever reaches a Dask scheduler can run code on its workers: on a shared network
set up TLS by Dask's own settings, as README's "More machines" shows.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dask
import psutil
from dask.system import CPU_COUNT
from distributed import Client, Future, LocalCluster
from filelock import FileLock, Timeout

from medcore import settings
from medcore.runs import keeper, slot, status
from medcore.runs.pulse import Pulse
from medcore.runs.status import Status
from medcore.runs.store import Store, StoreError

PLACE_SECONDS = 0.05
LOOK_SECONDS = 0.5
TROUBLE_SECONDS = 1.0
CONNECT_SECONDS = 10.0
CLOSING_SECONDS = 1.2
RUN_SILENCE_SECONDS = 10.0
QUIET = {  # what Dask measures of itself costs a tenth of a core when idle
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}
LOST = "The computer or process that supervised this run stopped; what it had logged until then is kept."


@dataclass
class Worker:
    """A Dask worker, and the slots placed on it with the seats that each needs.

    Args:
        address: where it is.
        survey: of what it offers, under way or done.
        threads: slots that Dask lets run there at once.
    """

    address: str
    survey: Future
    threads: int
    offer: dict[str, Any] | None = None
    problem: str | None = None
    placed: dict[Future, int] = field(default_factory=dict)

    def look(self) -> None:
        """Takes the offer when it comes, and forgets the slots that ended.

        Raises:
            StoreError: if a slot could not use the store.
        """
        if self.survey.status == "error" and self.problem is None:
            self.problem = f"The worker {self.address} cannot train: {self.survey.exception()}"
            print_error(OSError(self.problem))
        if self.offer is None and self.survey.status == "finished":
            self.offer = self.survey.result()
        for future in [future for future in self.placed if future.done()]:
            del self.placed[future]
            if future.status == "error":
                error = future.exception()
                if isinstance(error, StoreError):
                    raise error
                print_error(error)

    @property
    def slots(self) -> int:
        return min(self.offer["slots"], self.threads) if self.offer else 0

    def room(self, size: str) -> bool:
        """Whether a run of this size fits now."""
        self.look()
        return self.offer is not None and sum(self.placed.values()) + self.offer["needs"][size] <= self.slots


class Engine:
    """Places a slot wherever the run whose turn it is fits. A run that does not fit yet holds back the others.

    Args:
        client: of the Dask cluster whose workers train.
        store: where the runs are.
        alone: without its one worker there is nothing to do; of several, those that cannot train are left out.
    """

    def __init__(self, client: Client, store: Store, alone: bool = True) -> None:
        self._client = client
        self._store = store
        self._alone = alone
        self._workers: dict[str, Worker] = {}
        self._supervisors = Pulse(RUN_SILENCE_SECONDS)
        self._since = time.time()
        self._told: Status | None = None

    @property
    def slots(self) -> int:
        """Slots of all workers; 0 until one is ready."""
        return sum(worker.slots for worker in self._workers.values())

    def place(self) -> bool:
        """Places one slot if a run waits that fits somewhere; whether it did."""
        size = self._store.next_size()
        if size is None:
            return False
        for address, worker in self._workers.items():
            if worker.room(size):
                future = self._client.submit(slot.slot, size, pure=False, retries=0, workers=[address])
                worker.placed[future] = worker.offer["needs"][size]
                return True
        return False

    def look(self) -> None:
        """Looks after the workers, the runs whose supervisor died, and the status that pages show."""
        self._look_at_workers()
        beats = self._store.beats()
        for run_id in self._supervisors.dead(beats):
            self._store.finish(run_id, "failed", error=LOST)
        problems = (worker.problem for worker in self._workers.values() if worker.problem)
        self.tell(busy=len(beats), problem=next(problems, None))

    def tell(self, busy: int = 0, problem: str | None = None) -> None:
        """Writes the status if it changed; one that cannot be written now is tried again at the next look."""
        workers = [worker for worker in self._workers.values() if worker.offer]
        devices = tuple(device for worker in workers for device in worker.offer["devices"])
        now = Status(os.getpid(), self._since, bool(workers), busy, self.slots, devices, problem)
        if now != self._told:
            with contextlib.suppress(OSError):  # a full disk; on Windows, a page that reads it just then
                status.write(now)
                self._told = now

    def trouble(self, error: StoreError) -> None:
        """Tells of a store that is full or away. Supervisors cannot give signs of life then: starts watching anew."""
        self._supervisors = Pulse(RUN_SILENCE_SECONDS)
        if self._told is None or self._told.problem != str(error):
            print_error(error)
        self.tell(problem=str(error))

    def training(self) -> bool:
        """Whether a slot that it placed is still at work."""
        return any(not future.done() for worker in self._workers.values() for future in worker.placed)

    def _look_at_workers(self) -> None:
        present = self._client.scheduler_info(n_workers=-1)["workers"]
        for address in present.keys() - self._workers.keys():
            survey = self._client.submit(slot.survey, pure=False, retries=0, workers=[address])
            self._workers[address] = Worker(address, survey, present[address]["nthreads"])
        for address in self._workers.keys() - present.keys():
            del self._workers[address]
        for worker in self._workers.values():
            worker.look()
            if worker.problem and self._alone:
                raise OSError(worker.problem)


def main(standalone: bool = False) -> None:
    """Runs the engine until no web process is left; never returns.

    Args:
        standalone: without any web process, until Ctrl-C or SIGTERM.
    """
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    webs = Pulse(keeper.SILENCE_SECONDS)

    def wanted() -> bool:
        return not ended.is_set() and (standalone or _any_alive(webs))

    say = _say if standalone else _keep_quiet
    try:
        if _locked(wanted, say):
            _serve(wanted, say)
    except (OSError, ImportError) as error:
        if standalone:
            say(" ".join(str(error).split()))
            _leave(2)
        print_error(error)
        _leave(1)
    _leave(0)


def _serve(wanted: Callable[[], bool], say: Callable[[str], None]) -> None:
    """Trains as long as wanted; says once that it is ready."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before the fork server keeps the environment
    with contextlib.suppress(OSError):
        status.write(Status(os.getpid(), time.time()))
    store = Store(settings.database_url())
    embedded = settings.scheduler() is None
    engine = Engine(_client(), store, alone=embedded)
    next_look, ready = 0.0, False
    while wanted():
        try:
            if time.monotonic() > next_look:
                engine.look()
                next_look = time.monotonic() + LOOK_SECONDS
            if engine.slots and not ready:
                ready = True
                where = store.url.render_as_string(hide_password=True)
                say(f"Training from {where} with {engine.slots} slots; Ctrl-C ends it.")
            time.sleep(0.01 if engine.place() else PLACE_SECONDS)
        except StoreError as error:
            engine.trouble(error)
            time.sleep(TROUBLE_SECONDS)
            next_look = time.monotonic() + LOOK_SECONDS  # a slot tries the store before a look says that all is well
    if embedded:
        _end_runs(engine)
    with contextlib.suppress(OSError):
        status.clear()


def _end_runs(engine: Engine) -> None:
    """Ends what trains here; what is queued waits for the next start."""
    if not engine.training():
        return
    slot.machine().pool.close()
    until = time.monotonic() + CLOSING_SECONDS
    while engine.training() and time.monotonic() < until:
        time.sleep(0.02)


def _client() -> Client:
    """A client of the cluster that `MEDCORE_SCHEDULER` names, or of one inside this process, closed to the network."""
    address = settings.scheduler()
    if address:
        try:
            return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TypeError, ValueError, AssertionError) as error:
            raise OSError(
                "MEDCORE_SCHEDULER must be the address of a Dask scheduler that answers, "
                f"with Dask's TLS settings if it starts with tls://. Received: {address}"
            ) from error
    dask.config.set(QUIET | {"temporary-directory": str(settings.home() / "dask")})
    cluster = LocalCluster(
        processes=False,
        n_workers=1,
        threads_per_worker=CPU_COUNT + 2,
        memory_limit=0,
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",  # None would listen on every interface
        silence_logs=logging.ERROR,
    )
    return Client(cluster, set_as_default=False)


def _locked(wanted: Callable[[], bool], say: Callable[[str], None]) -> bool:
    """Waits until this is the only engine of the home folder; False if it is no longer wanted."""
    lock = FileLock(settings.home() / "engine.lock")
    waits = False
    while wanted():
        try:
            lock.acquire(timeout=LOOK_SECONDS)
            _held.append(lock)
            return wanted()
        except Timeout:
            if not waits:
                waits = True
                now = status.read()
                process = f" (process {now.pid})" if now and now.pid else ""
                say(f"Another engine{process} works in this home folder; waiting for it to end.")
    return False


_held: list[FileLock] = []  # a lock that is collected is released


def _any_alive(webs: Pulse) -> bool:
    """Whether a web process lives; forgets those that died."""
    signs = keeper.signs()
    dead = webs.dead(signs)
    for name in dead:
        keeper.bury(name)
    return len(signs) > len(dead)


def _leave(code: int) -> None:
    """Ends this process with all its children, without waiting for threads that may hang."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            process.kill()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def print_error(error: BaseException) -> None:
    """Writes an error to the engine's log; the last line is the sentence, which the keeper may tell."""
    _write("".join(traceback.format_exception(error)) + f"{error}\n")


def _say(sentence: str) -> None:
    _write(f"{sentence}\n")


def _keep_quiet(_: str) -> None:
    """Nobody reads what an engine says that a web process keeps."""


def _write(text: str) -> None:
    with contextlib.suppress(OSError):  # the log may lie on a full disk
        sys.stderr.write(text)
        sys.stderr.flush()
