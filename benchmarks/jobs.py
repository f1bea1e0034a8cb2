"""Runs that are cancelled, hang or are killed, and an engine and a web process that are: how soon, and what is lost.

Every run is real training of the optimizer lab on the digits; a hung process is one that was stopped (SIGSTOP).
The processes are real and killed for real (Linux).
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks import report
from medcore import catalog, settings
from medcore.labs import optimizers
from medcore.runs import files, status
from medcore.runs.store import Record, Store
from medcore.spec import RunSpec
from medcore.training.run import Row, Run

TARGETS = {
    "submit_to_first_point_p50_ms": ("<=", 1000),
    "row_to_store_p50_ms": ("<=", 50),
    "cancel_queued_ms": ("<=", 100),
    "cancel_running_ms": ("<=", 1000),
    "cancel_hung_ms": ("<=", 2000),
    "child_killed_to_failed_ms": ("<=", 2000),
    "rows_lost": ("<=", 0),
    "neighbours_harmed": ("<=", 0),
    "owners_served_first": (">=", 22),
    "engine_killed_to_failed_ms": ("<=", 20_000),
    "web_killed_to_gone_ms": ("<=", 7000),
    "orphans": ("<=", 0),
}
ROOT = Path(__file__).resolve().parents[1]
WITNESS = "witness"
ENDLESS = 10_000
WEB = """
import sys
from medcore import settings
from medcore.runs import keeper
from medcore.runs.store import Store
keeper.keep(Store(settings.database_url()))
sys.stdin.read()
"""
SITE = """
from dataclasses import replace
from medcore import catalog
catalog.TASKS["classification"] = replace(catalog.TASKS["classification"], target="benchmarks.jobs:witnessed")
"""


class Witness:
    """A run that also writes down, in a file of its own, how many rows were logged."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rows = 0
        self._file = (run.folder / WITNESS).open("w")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)

    def log(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        self._run.log(rows)
        self._rows += len(rows)
        self._file.seek(0)
        self._file.write(str(self._rows))
        self._file.flush()


def witnessed(spec: RunSpec, run: Run) -> dict[str, Any]:
    """The task that the benchmark's training processes carry out: real training, with a witness."""
    return catalog.resolve("medcore.training.classification:train")(spec, Witness(run))


class Bench:
    """A store, a web process that keeps an engine, and the real runs it trains."""

    def __init__(self) -> None:
        self.store = Store(settings.database_url())
        self.web = _web()
        self.engine = self._engine()
        self.slots = status.read().slots
        self.lost = self.harmed = self.orphans = 0
        self.figures: dict[str, list[float]] = {}

    def measure(self, name: str, begun: float, condition: Callable[[], Any], seconds: float = 120) -> None:
        """Notes how long after `begun` the condition held, in milliseconds."""
        _until(condition, seconds)
        self.figures.setdefault(name, []).append((time.monotonic() - begun) * 1000)

    def submit(self, epochs: int, n: int = 1, owner: str = "a student") -> list[str]:
        """Queues runs of the optimizer lab."""
        (spec,) = optimizers.runs("digits", "mlp", ["adam"], epochs=epochs).values()
        return self.store.create({f"Adam {i}": spec for i in range(n)}, owner)

    def get(self, run_id: str) -> Record:
        return self.store.find([run_id])[0]

    def growing(self, ids: list[str]) -> None:
        """Waits until each of the runs has rows."""
        for run_id in ids:
            _until(lambda run_id=run_id: self.store.tail({run_id: 0}, 1))

    def ended(self, ids: list[str]) -> bool:
        return all(record.ended for record in self.store.find(ids))

    def child(self, run_id: str) -> psutil.Process:
        """The process that trains this run: the one that writes to its log."""
        log = files.log(run_id)
        for child in self.engine.children(recursive=True):
            with contextlib.suppress(OSError):
                if os.path.samefile(f"/proc/{child.pid}/fd/1", log):
                    return child
        raise RuntimeError(f"no process trains {run_id}")

    def audit(self, run_id: str) -> None:
        """Counts the rows that the run logged and the store does not have."""
        logged = int((files.folder(run_id) / WITNESS).read_text())
        self.lost += max(0, logged - len(self.store.history([run_id])))

    def family(self) -> list[psutil.Process]:
        return [self.engine, *self.engine.children(recursive=True)]

    def gone(self, family: list[psutil.Process]) -> bool:
        return not any(_lives(process) for process in family)

    def close(self) -> None:
        """Ends every process that is left."""
        family = self.family() if _lives(self.engine) else []
        for process in [*family, psutil.Process(self.web.pid)]:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.web.wait()

    def _engine(self) -> psutil.Process:
        return psutil.Process(_until(lambda: (now := status.read()) and now.ready and now).pid)

    def engine_replaced(self) -> None:
        """Waits for the engine that takes the place of one that died."""
        _until(lambda: (now := status.read()) and now.ready and now.pid != self.engine.pid)
        self.engine = self._engine()


def measure(quick: bool) -> dict[str, float]:
    """All figures; times are the worst seen unless the name says p50."""
    with _home():
        bench = Bench()
        try:
            _warm(bench)
            for _ in range(1 if quick else 5):
                _first_points(bench)
                _rows(bench)
                _cancel(bench)
                _kill_child(bench)
            _fairness(bench)
            _kill_web(bench, _kill_engine(bench))
        finally:
            bench.close()
    figures = {name: max(values) for name, values in bench.figures.items()}
    for name in ("submit_to_first_point_p50_ms", "row_to_store_p50_ms"):
        figures[name] = statistics.median(bench.figures[name])
    return figures | {"rows_lost": bench.lost, "neighbours_harmed": bench.harmed, "orphans": bench.orphans}


def _warm(bench: Bench) -> None:
    ids = bench.submit(epochs=1, n=bench.slots)
    _until(lambda: bench.ended(ids))


def _first_points(bench: Bench) -> None:
    for _ in range(3):
        begun = time.monotonic()
        ids = bench.submit(epochs=1)
        bench.measure("submit_to_first_point_p50_ms", begun, lambda ids=ids: bench.store.tail({ids[0]: 0}, 1))
        _until(lambda ids=ids: bench.ended(ids))


def _rows(bench: Bench) -> None:
    """How old the newest row is when a reader first sees it."""
    ids = bench.submit(ENDLESS)
    bench.growing(ids)
    steps: list[int] = []
    for _ in range(100):
        now = _until(lambda: (found := bench.store.progress(ids)[ids[0]]).step not in steps and found)
        steps.append(now.step)
        bench.figures.setdefault("row_to_store_p50_ms", []).append((time.time() - now.began - now.seconds) * 1000)
    bench.store.cancel(ids)
    _until(lambda: bench.ended(ids))


def _cancel(bench: Bench) -> None:
    """Cancels a run that waits, then one that trains, then one that hangs."""
    running = bench.submit(ENDLESS, n=bench.slots)
    queued = bench.submit(ENDLESS)
    bench.growing(running)
    begun = time.monotonic()
    bench.store.cancel(queued)
    bench.measure("cancel_queued_ms", begun, lambda: bench.get(queued[0]).state == "cancelled")

    hung, *others = running
    bench.child(hung).suspend()
    for run_id in others or bench.submit(ENDLESS):
        begun = time.monotonic()
        bench.store.cancel([run_id])
        bench.measure("cancel_running_ms", begun, lambda run_id=run_id: bench.get(run_id).state == "cancelled")
        bench.audit(run_id)
    begun = time.monotonic()
    bench.store.cancel([hung])
    bench.measure("cancel_hung_ms", begun, lambda: bench.get(hung).state == "cancelled")
    bench.audit(hung)


def _kill_child(bench: Bench) -> None:
    """Kills a process that trains; the runs beside and behind it must not notice."""
    victim, *beside = bench.submit(ENDLESS, n=bench.slots)
    bench.growing([victim, *beside])
    behind = bench.submit(epochs=1)
    child = bench.child(victim)
    begun = time.monotonic()
    child.kill()
    bench.measure("child_killed_to_failed_ms", begun, lambda: "signal 9" in (bench.get(victim).error or ""))
    bench.audit(victim)
    _until(lambda: bench.ended(behind))
    bench.harmed += bench.get(behind[0]).state != "done"
    bench.harmed += sum(bench.get(run_id).state != "running" for run_id in beside)
    bench.store.cancel(beside)
    _until(lambda: bench.ended(beside))


def _fairness(bench: Bench) -> None:
    """30 runs of 23 owners: one owner's eight must not keep the others' waiting."""
    before = bench.submit(ENDLESS, n=bench.slots)
    bench.growing(before)
    greedy = bench.submit(epochs=1, n=8, owner="greedy")
    others = [bench.submit(epochs=1, owner=f"owner {i}")[0] for i in range(22)]
    bench.store.cancel(before)
    _until(lambda: bench.ended(greedy + others))
    second = bench.get(greedy[1]).started
    bench.harmed += sum(record.state != "done" for record in bench.store.find(greedy + others))
    served = sum(record.started < second for record in bench.store.find(others))
    bench.figures["owners_served_first"] = [served]


def _kill_engine(bench: Bench) -> list[str]:
    """Kills the engine while a run trains and another hangs: both fail, no process stays, the next runs are trained.

    Returns:
        The runs that train then.
    """
    running = bench.submit(ENDLESS, n=bench.slots)
    bench.growing(running)
    bench.child(running[0]).suspend()
    behind = bench.submit(ENDLESS, n=bench.slots)
    family = bench.family()
    begun = time.monotonic()
    bench.engine.kill()
    bench.measure("engine_killed_to_children_gone_ms", begun, lambda: bench.gone(family))
    bench.measure("engine_killed_to_failed_ms", begun, lambda: bench.ended(running))
    bench.harmed += sum(bench.get(run_id).state != "failed" for run_id in running)
    bench.measure("engine_killed_to_next_point_ms", begun, lambda: bench.store.tail({behind[0]: 0}, 1))
    bench.growing(behind)
    bench.engine_replaced()
    return behind


def _kill_web(bench: Bench, running: list[str]) -> None:
    """Kills the web process while a run trains and another hangs: everything must go."""
    bench.child(running[0]).suspend()
    family = bench.family()
    begun = time.monotonic()
    bench.web.kill()
    with contextlib.suppress(TimeoutError):
        bench.measure("web_killed_to_gone_ms", begun, lambda: bench.gone(family), seconds=15)
    bench.orphans += sum(_lives(process) for process in family)
    bench.harmed += sum(bench.get(run_id).state != "failed" for run_id in running)
    for run_id in running:
        bench.audit(run_id)


@contextlib.contextmanager
def _home() -> Iterator[None]:
    """A fresh MEDCORE_HOME, and processes that know the witness."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(SITE)
        os.environ["MEDCORE_HOME"] = str(Path(folder) / "home")
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, str(ROOT)])
        for name in ("MEDCORE_DATABASE", "MEDCORE_SCHEDULER"):
            os.environ.pop(name, None)
        yield


def _web() -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", WEB], cwd=ROOT, stdin=subprocess.PIPE)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _until(condition: Callable[[], Any], seconds: float = 120) -> Any:
    """What the condition returns, as soon as that is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.002)
    raise TimeoutError(f"not within {seconds} s")


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__.splitlines()[0])
