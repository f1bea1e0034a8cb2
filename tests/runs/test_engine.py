"""A real engine, real training processes, killed for real."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from medcore.runs import files, status
from medcore.runs.slot import KILLED
from tests.runs.conftest import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


def children(engine):
    """Training processes: forked by the fork server that the engine started."""
    return [child for server in engine.children() for child in server.children()]


def busy_with(serving, run_id):
    """The process that trains this run: the one that writes to its log."""
    outputs = {child.pid: os.path.realpath(f"/proc/{child.pid}/fd/1") for child in children(serving.engine())}
    (pid,) = [pid for pid, file in outputs.items() if file == str(files.log(run_id))]
    return psutil.Process(pid)


def alive(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_run_is_trained_and_its_process_kept(serving):
    first = serving.train("quick", 1)
    assert (first.state, first.error, first.status) == ("done", None, "")
    assert first.result["threads"] == "1"
    assert {serving.train("quick", 1).result["pid"] for _ in range(3)} == {first.result["pid"]}


def test_rows_arrive_in_order(serving):
    record = serving.train("chatter", 3000)
    frame = serving.store.history([record.id])
    assert record.plan == {"steps": 3000, "loss": None}
    assert record.result == {"loss": None, "folder": str(files.log(record.id).parent)}
    assert list(frame["step"]) == [*range(1, 3001), 3000, 3000]
    assert frame["value"].isna().sum() == 2


def test_rows_are_stored_while_the_run_trains(serving):
    run_id = serving.submit("stream", 100_000)
    for rows in (1, 50, 100):
        serving.logged(run_id, rows)
        assert serving.get(run_id).state == "running"
    serving.store.cancel([run_id])
    assert serving.ended(run_id).state == "cancelled"


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("refuse", "Images must be square. Received: 3 x 4"),
        ("stumble", "The training stopped on an unexpected error, KeyError: 'no such key'"),
        ("full_disk", "The disk is full: free some space and train again. Received: "),
        ("crash", "The training process crashed (signal 11). last words"),
    ],
)
def test_a_failed_run_says_why(serving, task, sentence):
    record = serving.train(task)
    assert record.state == "failed"
    assert record.error.startswith(sentence)
    assert "Traceback" not in record.error
    assert ("Traceback" in files.log(record.id).read_text()) == (task != "crash")
    assert serving.train("quick").state == "done"


def test_a_queued_run_is_cancelled_at_once(serving):
    running = [serving.submit("stream", 100_000) for _ in range(status.read().slots)]
    for run_id in running:
        serving.logged(run_id, 1)
    queued = serving.submit("quick")
    serving.store.cancel([queued])
    assert serving.get(queued).state == "cancelled"
    serving.store.cancel(running)
    assert {serving.ended(run_id).state for run_id in running} == {"cancelled"}
    assert serving.get(queued).started is None


def test_a_hung_run_is_cancelled_by_force_with_what_it_started(serving):
    run_id = serving.submit("hang")
    serving.logged(run_id, 2)
    pids = [int(pid) for pid in serving.store.history([run_id])["value"]]
    assert all(alive(pid) for pid in pids)
    serving.store.cancel([run_id])
    assert serving.ended(run_id).state == "cancelled"
    until(lambda: not any(alive(pid) for pid in pids))


def test_a_killed_process_fails_its_run_alone_and_loses_nothing(serving):
    neighbour = serving.submit("stream", 300)
    run_id = serving.submit("stream", 100_000)
    serving.logged(neighbour, 1)
    serving.logged(run_id, 20)
    victim = busy_with(serving, run_id)
    victim.suspend()
    logged = int(files.log(run_id).read_text().split()[-1])
    victim.kill()
    failed = serving.ended(run_id)
    assert (failed.state, failed.error) == ("failed", KILLED)
    assert len(serving.store.history([run_id])) >= logged
    assert serving.ended(neighbour).state == "done"
    assert len(serving.store.history([neighbour])) == 300


def test_a_large_run_gets_every_core_and_nobody_starves(serving):
    cores = status.read().slots
    small = [serving.submit("quick", 300, owner=f"student {i}") for i in range(2 * cores)]
    large = serving.submit("quick", 300, owner="teacher", model="vast")
    after = [serving.submit("quick", 50, owner=f"late {i}") for i in range(2 * cores)]
    big = serving.ended(large)
    assert big.result["threads"] == str(cores)
    before, later = ([serving.ended(run_id) for run_id in ids] for ids in (small, after))
    assert all(record.ended <= big.started + 0.2 for record in before)
    assert all(record.started >= big.ended - 0.2 for record in later)
    assert {record.state for record in (*before, *later)} == {"done"}


def test_thirty_runs_of_twenty_three_owners_are_served_fairly(serving):
    before = [serving.submit("stream", 100_000) for _ in range(status.read().slots)]
    for run_id in before:
        serving.logged(run_id, 1)
    greedy = [serving.submit("quick", 20, owner="greedy") for _ in range(8)]
    others = [serving.submit("quick", 20, owner=f"owner {i}") for i in range(22)]
    serving.store.cancel(before)
    assert {serving.ended(run_id).state for run_id in greedy + others} == {"done"}
    second = serving.get(greedy[1]).started
    assert all(serving.get(run_id).started < second for run_id in others)


def test_the_engine_never_imports_keras(serving):
    loaded = Path(f"/proc/{serving.engine().pid}/maps").read_text()
    assert "tensorflow" not in loaded
    assert "sqlite" in loaded


def test_nothing_listens_beyond_this_machine(serving):
    engine = serving.engine()
    for process in [engine, *engine.children(recursive=True)]:
        listening = [c.laddr.ip for c in process.net_connections() if c.status == psutil.CONN_LISTEN]
        assert set(listening) <= {"127.0.0.1"}


def test_status_tells_what_trains(serving):
    run_id = serving.submit("stream", 100_000)
    serving.logged(run_id, 1)
    until(lambda: status.read().busy == 1)
    now = status.read()
    assert (now.ready, now.problem) == (True, None)
    assert now.slots == len(os.sched_getaffinity(0))
    assert {"name", "kind", "memory_gb", "precision", "why"} <= set(now.devices[0])
    serving.store.cancel([run_id])
    until(lambda: status.read().busy == 0)
    run_id = serving.submit("stream", 100_000)
    until(lambda: status.read().busy == 1)
    serving.logged(run_id, 1)
    busy_with(serving, run_id).kill()
    until(lambda: status.read().busy == 0)
    assert serving.get(run_id).state == "failed"
