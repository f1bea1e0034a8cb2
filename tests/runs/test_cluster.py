"""The same slots on a Dask cluster of processes of their own."""

import shutil
import socket
import subprocess
import sys

import psutil
import pytest

from medcore import settings
from medcore.runs import keeper, status
from medcore.runs.store import Store
from tests.conftest import missing
from tests.runs.conftest import Bench, until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="forks")]


def tls(folder, monkeypatch):
    """One certificate for all, and Dask told to insist on it."""
    if shutil.which("openssl") is None:
        missing("openssl is not installed")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "2", "-subj", "/CN=medcore"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION", "true")
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CA_FILE", str(certificate))
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT", str(certificate))
        monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY", str(key))


@pytest.fixture
def worker(home, choices_of_tests, monkeypatch, tmp_path):
    """A scheduler, and a worker under Dask's nanny, with the TLS that README sets up."""
    tls(tmp_path, monkeypatch)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tls://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("MEDCORE_SCHEDULER", address)
    local = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    port = address.rsplit(":", 1)[1]
    commands = [
        ["distributed.cli.dask_scheduler", "--port", port, "--protocol", "tls", *local],
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
