"""Real stores, a real PostgreSQL where there is one, and an engine that also knows the tests' tasks."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from medcore import catalog, settings
from medcore.runs import keeper, status
from medcore.runs.store import Record, Store
from medcore.spec import ModelSpec, RunSpec
from tests.conftest import ROOT
from tests.runs.tasks import choices

TASKS = Path(__file__).parent / "tasks"


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `condition` returns, as soon as that is true; fails when it is not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.005)
    pytest.fail(f"not within {seconds} s")


@pytest.fixture(scope="module")
def choices_of_tests() -> Iterator[pytest.MonkeyPatch]:
    """The tests' tasks and models can be chosen, here and in processes started from here."""
    with pytest.MonkeyPatch.context() as patch:
        for name, choice in choices.TASKS.items():
            patch.setitem(catalog.TASKS, name, choice)
        for name, choice in choices.MODELS.items():
            patch.setitem(catalog.MODELS, name, choice)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(TASKS), str(ROOT)]))
        yield patch


class Bench:
    """A store whose runs an engine serves."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def submit(self, task: str, seed: int = 0, owner: str = "a student", model: str = "mlp") -> str:
        spec = RunSpec(task=task, seed=seed, model=ModelSpec(model))
        return self.store.create({f"{task} {seed}": spec}, owner)[0]

    def get(self, run_id: str) -> Record:
        return self.store.find([run_id])[0]

    def ended(self, run_id: str) -> Record:
        return until(lambda: (record := self.get(run_id)).ended and record)

    def train(self, task: str, seed: int = 0, **where: str) -> Record:
        return self.ended(self.submit(task, seed, **where))

    def logged(self, run_id: str, rows: int) -> None:
        until(lambda: len(self.store.history([run_id])) >= rows)

    def engine(self) -> psutil.Process:
        return psutil.Process(until(lambda: (now := status.read()) and now.ready and now).pid)


@pytest.fixture(scope="module")
def serving(choices_of_tests, tmp_path_factory) -> Iterator[Bench]:
    """One engine for the tests of a module."""
    choices_of_tests.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("home")))
    for name in ("MEDCORE_DATA", "MEDCORE_DATABASE", "MEDCORE_SCHEDULER"):
        choices_of_tests.delenv(name, raising=False)
    store = Store(settings.database_url())
    with keeper.keep(store):
        bench = Bench(store)
        bench.engine()
        yield bench


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of an empty PostgreSQL cluster, reached through a socket in a folder of its own."""
    binaries = next((found.parent for found in _pg_ctls() if (found.parent / "initdb").exists()), None)
    if binaries is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
    root = os.name == "posix" and os.geteuid() == 0  # PostgreSQL refuses to run as root
    user = {"user": "nobody"} if root else {}
    with tempfile.TemporaryDirectory() as folder:
        if root:
            shutil.chown(folder, "nobody")
        cluster = Path(folder) / "cluster"
        options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
        _pg(binaries / "initdb", "-D", cluster, "-U", "medcore", "-A", "trust", "-N", **user)
        _pg(binaries / "pg_ctl", "-D", cluster, "-w", "-l", f"{folder}/log", "-o", options, "start", **user)
        try:
            yield f"postgresql://medcore@/postgres?host={folder}"
        finally:
            _pg(binaries / "pg_ctl", "-D", cluster, "-m", "immediate", "stop", **user)


def _pg_ctls() -> list[Path]:
    on_path = shutil.which("pg_ctl")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)
    return debian + ([Path(on_path)] if on_path else [])


def _pg(*command: object, **user: str) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
