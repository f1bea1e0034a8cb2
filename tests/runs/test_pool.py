import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from medcore.runs import pool
from medcore.runs.pool import Pool
from medcore.runs.seats import Seat
from medcore.spec import ModelSpec, RunSpec
from tests.runs.conftest import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

SEAT = Seat(threads=1)
LOTS = 2**50


@pytest.fixture
def make(home, choices_of_tests):
    pools = []

    def make(ahead=1, memory_limit=LOTS):
        pools.append(Pool([SEAT] * ahead, memory_limit))
        return pools[-1]

    yield make
    for made in pools:
        made.close()


def spec(task="quick", seed=0, model="mlp"):
    return RunSpec(task=task, seed=seed, model=ModelSpec(model)).to_dict()


def answer(child):
    """The last message about its run."""
    while True:
        assert child.connection.poll(60)
        kind, content = child.connection.recv()
        if kind in ("done", "failed", "cancelled"):
            return kind, content


def train(where, what, seat=SEAT):
    child = where.take(seat, what)
    child.start("a" * 32, what)
    assert answer(child)[0] == "done"
    where.give(child)
    return child.pid


def test_a_process_is_used_again(make):
    where = make()
    assert train(where, spec()) == train(where, spec(seed=1))


def test_the_process_that_knows_the_run_is_taken(make):
    where = make(ahead=3)
    mlp, cnn = spec(model="mlp"), spec(model="cnn")
    first, second = where.take(SEAT, mlp), where.take(SEAT, cnn)
    for child, what in ((first, mlp), (second, cnn)):
        child.start("a" * 32, what)
        assert answer(child)[0] == "done"
        where.give(child)
    assert [where.take(SEAT, cnn).pid, where.take(SEAT, mlp).pid] == [second.pid, first.pid]


def test_another_seat_gets_another_process(make):
    where = make()
    small = where.take(SEAT, spec())
    large = where.take(Seat(threads=2), spec())
    large.start("b" * 32, spec())
    assert answer(large) == ("done", {"pid": large.pid, "threads": "2"})
    assert small.pid != large.pid


def test_a_process_that_grew_is_replaced(make):
    where = make(memory_limit=1)
    pid = train(where, spec())
    until(lambda: not psutil.pid_exists(pid))
    assert train(where, spec()) != pid


def test_an_idle_process_gives_way_to_a_fresh_one(make, monkeypatch):
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.2)
    where = make()
    fresh = where.take(SEAT, spec())
    where.give(fresh)
    pid = train(where, spec())
    assert pid == fresh.pid
    until(lambda: not psutil.pid_exists(pid))
    assert train(where, spec()) != pid


def test_an_idle_process_that_was_killed_is_not_handed_out(make):
    where = make()
    pid = train(where, spec())
    os.kill(pid, signal.SIGKILL)
    until(lambda: not psutil.pid_exists(pid))
    assert train(where, spec()) != pid


def test_a_hung_process_is_replaced_with_all_it_started(make):
    where = make()
    child = where.take(SEAT, spec("hang"))
    child.start("a" * 32, spec("hang"))
    pids = [child.pid]
    while len(pids) < 2:
        kind, content = child.connection.recv()
        pids += [int(row[2]) for row, _ in content if row[1] == "grandchild"] if kind == "rows" else []
    where.discard(child)
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))
    assert child.exit_code() == -signal.SIGKILL
    assert train(where, spec()) != child.pid


def test_keras_is_imported_once_in_the_fork_server(make):
    make()
    child = pool.Child(SEAT)
    try:
        assert child.connection.poll(60)
        kind, devices = child.connection.recv()
        assert (kind, devices[0]["kind"] in ("cpu", "gpu")) == ("ready", True)
        server = psutil.Process(child.pid).ppid()
        assert server != os.getpid()
        assert "tensorflow" in Path(f"/proc/{server}/maps").read_text()
    finally:
        child.kill()


def test_a_process_leaves_when_its_pipe_closes(make):
    make()
    child = pool.Child(SEAT)
    assert child.connection.poll(60)
    child.connection.close()
    until(lambda: not psutil.pid_exists(child.pid))
