import os
import signal
import subprocess
import sys

import pytest

from medcore.runs import engine, status
from tests.conftest import ROOT


@pytest.fixture
def start():
    """Starts engines and sees to it that none is left."""
    started = []

    def start():
        command = [sys.executable, "-m", "medcore", "engine"]
        started.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()  # takes its training processes along
        process.communicate()


@pytest.mark.parametrize("address", ["nonsense", "tls://127.0.0.1:1"])
def test_a_scheduler_that_cannot_be_reached_is_said_in_one_sentence(home, monkeypatch, address):
    monkeypatch.setenv("MEDCORE_SCHEDULER", address)
    found = subprocess.run(
        [sys.executable, "-m", "medcore", "engine"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert found.stderr.startswith("MEDCORE_SCHEDULER must be the address of a Dask scheduler")
    assert found.stderr.endswith(f"Received: {address}\n")


def test_a_scheduler_that_does_not_answer(home, monkeypatch):
    monkeypatch.setenv("MEDCORE_SCHEDULER", "tcp://127.0.0.1:1")
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 0.2)
    with pytest.raises(OSError, match=r"scheduler that answers.* Received: tcp://127\.0\.0\.1:1$"):
        engine._client()


def said(process):
    """The next sentence of the engine, past what TensorFlow says."""
    return next(line.rstrip() for line in process.stderr if line.startswith(("Training from", "Another engine")))


@pytest.mark.skipif(os.name != "posix", reason="ends it by POSIX signals")
def test_it_says_what_it_does_and_a_second_one_waits(home, start):
    first = start()
    ready = said(first)
    slots = status.read().slots
    assert ready == f"Training from sqlite:///{home / 'runs.sqlite'} with {slots} slots; Ctrl-C ends it."
    second = start()
    waiting = f"Another engine (process {first.pid}) works in this home folder; waiting for it to end."
    assert said(second) == waiting
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=60) == 0
    assert said(second) == ready


def test_a_store_that_is_no_database_is_said_in_one_sentence_and_left_alone(home, tmp_path, monkeypatch):
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes, and no database at all. " * 20)
    before = file.read_bytes()
    monkeypatch.setenv("MEDCORE_DATABASE", f"sqlite:///{file}")
    found = subprocess.run(
        [sys.executable, "-m", "medcore", "engine"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert "must be an SQLite database" in found.stderr
    assert file.read_bytes() == before
