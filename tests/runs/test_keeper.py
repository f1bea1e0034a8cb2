"""The engine comes and goes with the web processes: real ones, ended in every way."""

import json
import signal
import subprocess
import sys

import psutil
import pytest

from medcore import settings
from medcore.runs import keeper, status
from medcore.runs.engine import LOST
from medcore.runs.slot import CLOSED
from medcore.runs.store import Store
from tests.conftest import ROOT
from tests.runs.conftest import Bench, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes by POSIX signals")

WEB = """
import sys
from medcore import settings
from medcore.runs import keeper
from medcore.runs.store import Store
sys.stdin.readline()
with keeper.keep(Store(settings.database_url())):
    sys.stdin.read()
print(*sorted(module for module in ("keras", "tensorflow", "distributed", "streamlit") if module in sys.modules))
"""
ENGINE = "from medcore.runs.engine import main; main(standalone=True)"


@pytest.fixture
def bench(home, choices_of_tests):
    return Bench(Store(settings.database_url()))


@pytest.fixture
def start():
    """Starts processes and sees to it that none is left."""
    started = []

    def start(script, go_on=False):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, **pipes))
        if go_on:
            go(started[-1])
        return started[-1]

    yield start
    now = status.read()
    engine = family(now.pid) if now and now.pid else []
    for process in [*started, *engine]:
        process.kill()
    for process in started:
        process.communicate()


def go(web):
    """Lets a web process, whose imports take their time, keep its engine from now on."""
    web.stdin.write("\n")
    web.stdin.flush()


def family(pid):
    """The engine and every process under it."""
    try:
        engine = psutil.Process(pid)
        return [engine, *engine.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def gone(processes):
    """Waits until all of them have ended."""
    until(lambda: not any(lives(process) for process in processes))


def lives(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stream(bench):
    run_id = bench.submit("stream", 100_000)
    bench.logged(run_id, 1)
    return run_id


def test_two_web_processes_share_an_engine_that_ends_with_the_last(bench, start):
    first, second = start(WEB, go_on=True), start(WEB, go_on=True)
    engine = bench.engine()
    run_id = stream(bench)
    waiting = [bench.submit("stream", 100_000) for _ in range(status.read().slots)]
    processes = family(engine.pid)

    output, _ = second.communicate(timeout=60)
    assert output.strip() == ""  # neither Keras nor Dask in a web process
    rows = len(bench.store.history([run_id]))
    bench.logged(run_id, rows + 100)
    assert bench.get(run_id).state == "running"
    assert status.read().pid == engine.pid

    first.communicate(timeout=60)
    gone(processes)
    assert (bench.get(run_id).state, bench.get(run_id).error) == ("failed", CLOSED)
    assert bench.get(waiting[-1]).state == "queued"
    assert status.read() is None

    third = start(WEB, go_on=True)
    bench.logged(waiting[-1], 1)
    third.communicate(timeout=60)


def test_a_killed_web_process_may_come_back_before_everything_ends(bench, start):
    web, back = start(WEB, go_on=True), start(WEB)
    engine = bench.engine()
    run_id = stream(bench)
    processes = family(engine.pid)

    web.kill()
    go(back)
    until(lambda: [file.name for file in (settings.home() / "web").iterdir()] == [str(back.pid)])
    bench.logged(run_id, len(bench.store.history([run_id])) + 100)
    assert (bench.get(run_id).state, status.read().pid) == ("running", engine.pid)

    back.kill()
    gone(processes)
    assert (bench.get(run_id).state, bench.get(run_id).error) == ("failed", CLOSED)
    assert list((settings.home() / "web").iterdir()) == []


def test_a_killed_engine_is_replaced_and_its_runs_failed(bench, start):
    web = start(WEB, go_on=True)
    engine = bench.engine()
    running, hung = stream(bench), bench.submit("hang")
    bench.logged(hung, 2)
    waiting = bench.submit("quick")
    processes = family(engine.pid)
    (grandchild,) = [process for process in processes if process.name() == "sleep"]
    grandchild.kill()

    engine.kill()
    gone(processes)  # the fork server takes its time to unload TensorFlow
    assert bench.ended(waiting).state == "done"
    assert status.read().pid != engine.pid
    for run_id in (running, hung):
        failed = bench.ended(run_id)
        assert (failed.state, failed.error) == ("failed", LOST)
        assert len(bench.store.history([run_id])) > 0
    web.communicate(timeout=60)


def test_an_engine_that_keeps_crashing_backs_off_and_says_why(bench):
    store = Store(settings.database_url())
    (settings.home() / "runs.sqlite").write_text("dear diary\n" * 500)
    for companion in settings.home().glob("runs.sqlite-*"):
        companion.unlink()
    with keeper.keep(store):
        trouble = until(lambda: (now := status.read()) and now.problem)
    assert "The training engine stopped 2 times in a row and starts again in 1 s: " in trouble
    assert "starts again in 1 s: The run store must be an SQLite database" in trouble


def test_a_scheduler_that_is_no_address_is_told_and_the_log_stays_small(bench, monkeypatch):
    monkeypatch.setenv("MEDCORE_SCHEDULER", "nonsense")
    log = settings.home() / "engine.log"
    log.write_bytes(b"x" * (keeper.LARGEST_LOG + 1))
    with keeper.keep(bench.store):
        trouble = until(lambda: (now := status.read()) and now.problem)
    assert "MEDCORE_SCHEDULER must be the address of a Dask scheduler" in trouble
    assert log.stat().st_size < keeper.LARGEST_LOG


def test_an_engine_without_web_process_ends_on_ctrl_c(bench, start):
    engine = start(ENGINE)
    assert bench.engine().pid == engine.pid
    run_id = stream(bench)
    processes = family(engine.pid)
    engine.send_signal(signal.SIGINT)
    assert engine.wait(timeout=60) == 0
    gone(processes)
    assert bench.get(run_id).error == CLOSED


def test_the_status_names_the_machine(bench):
    status.write(status.Status(None, 0.0))
    assert json.loads((settings.home() / "engine.json").read_text())["host"]
