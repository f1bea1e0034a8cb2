"""The engine's decisions, with a Dask client that does as the test says."""

import errno
import os
import sys
from types import SimpleNamespace

import pytest

from medcore import settings
from medcore.runs import engine, status
from medcore.runs.engine import Engine
from medcore.runs.store import Store

OFFER = {"slots": 2, "needs": {"small": 1, "large": 2}, "devices": [{"name": "CPU"}]}


def finished(result):
    return SimpleNamespace(status="finished", result=lambda: result, done=lambda: True)


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
    placing = Engine(Cluster(a=finished(OFFER)), store)
    with monkeypatch.context() as full:
        full.setattr(status, "write", lambda _: FullDisk().write(""))
        full.setattr(sys, "stderr", FullDisk())
        placing.look()
        engine.print_error(OSError("The disk that holds the run store is full."))
        placing.trouble("The disk that holds the run store is full.")
        assert status.read() is None
    placing.look()
    now = status.read()
    assert (now.pid, now.ready, now.slots, now.problem) == (os.getpid(), True, 2, None)


def test_an_engine_leaves_on_a_full_disk(monkeypatch):
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(engine.psutil.Process, "children", lambda *_, **__: [])
    monkeypatch.setattr(sys, "stderr", FullDisk())
    engine._leave(1)
    assert codes == [1]
