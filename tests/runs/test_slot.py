"""One supervisor, one real training process, and a store that fails on the way."""

import sys
import threading

import pytest
from sqlalchemy import event

from medcore import settings
from medcore.runs import files, slot
from medcore.runs.pool import Pool
from medcore.runs.seats import Seat
from medcore.runs.slot import Supervision
from medcore.runs.store import Store
from medcore.spec import ModelSpec, RunSpec
from tests.runs.conftest import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

SEAT = Seat(threads=1)


@pytest.fixture
def store(home, choices_of_tests):
    return Store(settings.database_url())


@pytest.fixture
def supervise(store):
    """Starts a run and its supervisor; returns the run's id and the supervisor's thread."""
    pool = Pool([SEAT], memory_limit=2**50)

    def supervise(task, seed):
        store.create({task: RunSpec(task=task, seed=seed, model=ModelSpec("mlp"))}, "a student")
        record = store.claim("small")
        thread = threading.Thread(target=Supervision(store, pool, record, pool.take(SEAT, record.spec)).run)
        thread.start()
        return record.id, thread

    yield supervise
    pool.close()


@pytest.fixture
def full_disk(store):
    """Switches between a full disk, as SQLite reports it, and one with room."""

    def fill(connection):
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    def switch(full):
        if full:
            event.listen(store._engine, "begin", fill)
        else:
            event.remove(store._engine, "begin", fill)
            store.close()  # the limit belongs to a connection

    return switch


def test_a_disk_that_was_full_for_a_while_loses_nothing(store, supervise, full_disk):
    run_id, thread = supervise("stream", 500)
    until(lambda: len(store.history([run_id])) > 10)
    full_disk(True)
    log = files.log(run_id)
    until(lambda: log.read_text().endswith("\n300\n"))
    assert len(store.history([run_id])) < 300
    full_disk(False)
    thread.join(60)
    assert store.find([run_id])[0].state == "done"
    assert list(store.history([run_id])["step"]) == list(range(1, 501))


def test_a_disk_that_stays_full_ends_the_run_with_a_sentence(store, supervise, full_disk, monkeypatch):
    monkeypatch.setattr(slot, "STORE_SECONDS", 1.0)
    run_id, thread = supervise("stream", 100_000)
    until(lambda: len(store.history([run_id])) > 10)
    before = len(store.history([run_id]))
    full_disk(True)
    stopped = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: stopped.set())
    thread.join(60)
    assert stopped.is_set()
    full_disk(False)
    assert len(store.history([run_id])) >= before
    assert store.find([run_id])[0].state == "running"  # the engine will find it silent


def test_a_run_that_is_no_longer_its_own_is_dropped(store, supervise):
    run_id, thread = supervise("stream", 100_000)
    until(lambda: len(store.history([run_id])) > 10)
    store.finish(run_id, "failed", error="No sign of life.")
    thread.join(60)
    assert not thread.is_alive()
    assert store.find([run_id])[0].error == "No sign of life."
