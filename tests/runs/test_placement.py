"""The engine's decisions, with a Dask client that does as the test says."""

import errno
import os
import sys
import time
from itertools import pairwise

import pytest

from medcore import settings
from medcore.runs import engine, status
from medcore.runs.engine import Engine
from medcore.runs.store import Store, StoreError
from medcore.spec import DataSpec, RunSpec

OFFER = {"slots": 2, "needs": {"small": 1, "large": 2}, "devices": [{"name": "CPU"}]}


class Answer:
    """What Dask calls a future, done."""

    def __init__(self, result=None, error=None):
        self.status = "error" if error else "finished"
        self.result = lambda: result
        self.exception = lambda: error
        self.done = lambda: True


class Cluster:
    """Answers for Dask: one worker for each survey."""

    def __init__(self, **surveys):
        self.surveys = surveys

    def scheduler_info(self, n_workers):
        return {"workers": {address: {"nthreads": 4} for address in self.surveys}}

    def submit(self, function, *_, workers, **__):
        return self.surveys[workers[0]]


class FullDisk:
    """A stream whose disk is full."""

    def write(self, _):
        raise OSError(errno.ENOSPC, "No space left on device")

    flush = close = lambda self: self.write("")


@pytest.fixture
def store(home):
    return Store(settings.database_url())


def test_a_full_disk_does_not_end_the_engine(store, monkeypatch):
    placing = Engine(Cluster(a=Answer(OFFER)), store)
    with monkeypatch.context() as full:
        full.setattr(status, "write", lambda _: FullDisk().write(""))
        full.setattr(sys, "stderr", FullDisk())
        placing.look()
        engine.print_error(OSError("The disk that holds the run store is full."))
        placing.trouble(StoreError("The disk that holds the run store is full."))
        assert status.read() is None
    placing.look()
    now = status.read()
    assert (now.pid, now.ready, now.slots, now.problem) == (os.getpid(), True, 2, None)


def test_a_worker_that_cannot_train_is_left_out_and_told(store):
    placing = Engine(Cluster(good=Answer(OFFER), bad=Answer(error=OSError("no Keras here"))), store, alone=False)
    placing.look()
    now = status.read()
    assert (now.ready, now.slots) == (True, 2)
    assert now.problem == "The worker bad cannot train: no Keras here"
    store.create({"a": RunSpec(data=DataSpec("digits"))}, "a student")
    assert placing.place()


def test_a_machine_alone_that_cannot_train_ends_the_engine(store):
    with pytest.raises(OSError, match="no Keras here"):
        Engine(Cluster(bad=Answer(error=OSError("no Keras here"))), store).look()


def test_a_slot_that_cannot_use_the_store_is_told_and_logged_once(store, capsys):
    cluster = Cluster(a=Answer(OFFER))
    placing = Engine(cluster, store)
    placing.look()
    store.create({"a": RunSpec(data=DataSpec("digits"))}, "a student")
    cluster.surveys["a"] = Answer(error=StoreError("The run store must be a file that can be read and written."))
    for _ in range(3):
        assert placing.place()
        with pytest.raises(StoreError, match="read and written") as refused:
            placing.place()
        placing.trouble(refused.value)
    assert status.read().problem == "The run store must be a file that can be read and written."
    assert capsys.readouterr().err.count("Traceback") == 1


def test_the_engine_pauses_while_slots_cannot_use_the_store(store, monkeypatch):
    """Told until it is over, with one try a pause."""
    monkeypatch.setattr(engine, "TROUBLE_SECONDS", 0.1)
    cluster = Cluster(a=Answer(OFFER))
    monkeypatch.setattr(engine, "_client", lambda: cluster)
    store.create({"a": RunSpec(data=DataSpec("digits"))}, "a student")
    told, tries = [], []
    submit = cluster.submit

    def refuse(function, *size, **where):
        if not size:
            return submit(function, **where)
        tries.append(time.monotonic())
        told.append(status.read().problem)
        return Answer(error=StoreError("The run store must be a file that can be read and written."))

    cluster.submit = refuse
    engine._serve(lambda: len(tries) < 5, lambda _: None)
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(tries))
    assert told == [None] + ["The run store must be a file that can be read and written."] * 4


def test_an_engine_leaves_on_a_full_disk(monkeypatch):
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(engine.psutil.Process, "children", lambda *_, **__: [])
    monkeypatch.setattr(sys, "stderr", FullDisk())
    engine._leave(1)
    assert codes == [1]
