"""The same slots on a Dask cluster of processes of their own."""

import socket
import subprocess
import sys

import psutil
import pytest

from medcore import settings
from medcore.runs import keeper, status
from medcore.runs.store import Store
from tests.runs.conftest import Bench, until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="forks")]


@pytest.fixture
def worker(home, choices_of_tests, monkeypatch, tmp_path):
    """A scheduler, and a worker under Dask's nanny."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("MEDCORE_SCHEDULER", address)
    local = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    port = address.rsplit(":", 1)[1]
    commands = [
        ["distributed.cli.dask_scheduler", "--port", port, *local],
        ["distributed.cli.dask_worker", address, "--nthreads", "2", *local],
    ]
    started = [
        subprocess.Popen([sys.executable, "-m", *command], cwd=tmp_path, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    yield psutil.Process(started[1].pid)
    for process in started:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
        process.wait()


def test_runs_are_trained_there_and_outlive_the_app(worker):
    bench = Bench(Store(settings.database_url()))
    with keeper.keep(bench.store):
        bench.engine()
        assert bench.train("quick").state == "done"
        run_id = bench.submit("stream", 100_000)
        bench.logged(run_id, 1)
    until(lambda: status.read() is None)
    bench.logged(run_id, len(bench.store.history([run_id])) + 100)

    with keeper.keep(bench.store):
        bench.engine()
        assert bench.get(run_id).state == "running"
        bench.store.cancel([run_id])
        assert bench.ended(run_id).state == "cancelled"


def test_nothing_is_left_of_a_killed_worker(worker):
    bench = Bench(Store(settings.database_url()))
    with keeper.keep(bench.store):
        bench.engine()
        run_id = bench.submit("stream", 100_000)
        bench.logged(run_id, 1)
        nannied = worker.children(recursive=True)
        worker.kill()
        until(lambda: not any(process.is_running() for process in nannied))
        assert "supervised this run stopped" in bench.ended(run_id).error
