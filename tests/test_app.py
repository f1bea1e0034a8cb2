"""`streamlit run app.py` as a process, without a browser."""

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from benchmarks.server import Server, serve
from medcore import settings, web
from medcore.runs.store import Store
from medcore.spec import RunSpec
from medcore.web import assets, headers

SECONDS = 30


@pytest.fixture
def server(home) -> Iterator[Server]:
    with serve(environment={"MEDCORE_HOME": str(home)}) as running:
        yield running


def test_it_answers_with_strict_headers_and_its_own_plotly(server):
    with urllib.request.urlopen(server.url, timeout=SECONDS) as answer:
        assert {name: answer.headers[name] for name in headers.HEADERS} == headers.HEADERS
        assert b"<html" in answer.read()
    with urllib.request.urlopen(server.url + assets.PLOTLY_PATH, timeout=SECONDS) as answer:
        assert answer.read(200).count(b"plotly.js") == 1


def test_ctrl_c_ends_it_although_somebody_watches(server, home):
    (run,) = Store(settings.database_url()).create({"Adam": RunSpec()}, owner="me")
    with urllib.request.urlopen(server.url + web.stream_url([run]), timeout=SECONDS) as stream:
        assert next(event for event in events(stream))[0] == "state"
        began = time.monotonic()
        os.kill(server.pid, signal.SIGINT)
        stream.read()  # ends when the server closes it
        wait_until(lambda: not alive(server.pid), began + 10)
    assert time.monotonic() - began < 10


def test_without_a_usable_store_it_comes_up_says_why_and_recovers(home, tmp_path, monkeypatch):
    file = tmp_path / "runs.sqlite"
    file.write_text("These are not the tables you are looking for." * 100)
    monkeypatch.setenv("MEDCORE_DATABASE", f"sqlite:///{file}")
    with serve(environment={"MEDCORE_HOME": str(home)}) as server:
        with urllib.request.urlopen(server.url + web.stream_url(["any"]), timeout=SECONDS) as stream:
            assert list(events(stream)) == [
                (
                    "problem",
                    "The run store must be an SQLite database; move the file away to start an empty one. "
                    f"Received: {file}",
                )
            ]
        file.rename(tmp_path / "kept")
        wait_until(lambda: (home / "web" / str(server.pid)).exists(), time.monotonic() + SECONDS)


def events(stream) -> Iterator[tuple[str, object]]:
    """(event, data) of each event of an open stream."""
    name = ""
    for line in stream:
        field, _, value = line.decode().strip().partition(": ")
        if field == "event":
            name = value
        if field == "data":
            yield name, json.loads(value)


def wait_until(condition, deadline: float) -> None:
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
