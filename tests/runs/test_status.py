import os
import subprocess
import sys

from medcore.runs import status
from medcore.runs.status import Status


def test_what_was_written_is_read(home):
    assert status.read() is None
    written = Status(os.getpid(), 12.5, True, 1, 2, ({"name": "CPU"},), None)
    status.write(written)
    assert status.read() == written


def test_a_dead_engine_has_no_status(home):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    status.write(Status(process.pid, 0.0, ready=True))
    assert status.read() is None


def test_trouble_is_told_without_an_engine(home):
    status.write(Status(None, 0.0, problem="It stopped."))
    assert status.read().problem == "It stopped."


def test_a_damaged_file_is_no_status(home):
    home.mkdir()
    for text in ("", "{", "[]", "{}", '{"host": "x", "colour": 1}'):
        (home / "engine.json").write_text(text)
        assert status.read() is None
