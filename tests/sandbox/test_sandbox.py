import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from medcore.sandbox import Sandbox, birth, calls, child, guard, process, seal, wire
from medcore.sandbox import sandbox as sandboxes
from medcore.sandbox.seats import Seats
from tests.conftest import ROOT

JOBS = "tests.sandbox.jobs"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs a fork server")
FORKS = pytest.mark.skipif(os.name != "posix" or calls.available(), reason="a job can start no process here")
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs POSIX limits")


@pytest.fixture
def sandbox():
    sandbox = Sandbox(children=2, package="tests")
    yield sandbox
    sandbox.close()


def run(sandbox, name, values=None, data=(), **limits):
    return sandbox.run(f"{JOBS}:{name}", values or {}, data, **limits)


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


def gone(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def test_values_and_buffers_go_there_and_back(sandbox):
    reply = run(sandbox, "twice", {"number": 21}, [b"ab", memoryview(b""), bytearray(3 * 2**20)])
    assert reply.values == {"number": 42}
    assert [len(buffer) for buffer in reply.data] == [4, 0, 6 * 2**20]
    assert bytes(reply.data[0]) == b"abab"


def test_a_generator_gives_its_replies_one_by_one(sandbox):
    replies = list(sandbox.stream(f"{JOBS}:count", {"to": 5}))
    assert [reply.values["number"] for reply in replies] == [0, 1, 2, 3, 4]
    assert bytes(replies[4].data[0]) == b"\x04"


def test_a_child_is_used_again(sandbox):
    assert run(sandbox, "pid").values == run(sandbox, "pid").values


def test_two_sessions_never_share_a_child(sandbox):
    other = Sandbox(children=1, package="tests")
    with contextlib.closing(other):
        assert run(sandbox, "pid").values != run(other, "pid").values


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("refuse", "An image was expected. Received: a poem"),
        ("stumble", child.DAMAGED),
        ("crash", process.CRASHED),
        ("recurse", child.TOO_DEEP),
    ],
)
def test_a_job_that_fails_gives_one_sentence_and_the_next_job_works(sandbox, name, sentence):
    with pytest.raises(ValueError, match=r"\w") as error:
        run(sandbox, name)
    assert str(error.value) == sentence
    assert run(sandbox, "twice", {"number": 1}).values == {"number": 2}


def test_what_a_library_says_of_a_file_does_not_come_out(sandbox):
    with pytest.raises(ValueError, match=r"\w") as error:
        run(sandbox, "stumble")
    assert "patient" not in str(error.value)


def test_an_endless_loop_is_ended_after_its_seconds(sandbox):
    start = time.monotonic()
    with pytest.raises(ValueError, match=r"took longer than 0\.3 seconds"):
        run(sandbox, "spin", seconds=0.3)
    assert time.monotonic() - start < guard.WALL * 0.3 + 5


def test_one_that_waits_for_ever_is_ended_by_the_clock(sandbox):
    with pytest.raises(ValueError, match=r"took longer than 0\.05 seconds"):
        run(sandbox, "sleep", seconds=0.05)


def test_memory_is_bounded(sandbox):
    with pytest.raises(ValueError, match="memory"):
        run(sandbox, "hoard", memory=128 * 2**20, seconds=20)


def test_a_reply_larger_than_allowed_is_not_taken(sandbox):
    with pytest.raises(ValueError, match=r"\w"):
        run(sandbox, "boast", memory=2**20)
    assert run(sandbox, "twice", {"number": 1}).values == {"number": 2}


@POSIX
def test_nothing_is_written(sandbox, tmp_path):
    path = tmp_path / "file"
    with pytest.raises(ValueError, match=r"\w"):
        run(sandbox, "write", {"path": str(path)})
    assert not path.exists() or path.stat().st_size == 0


def test_what_a_job_prints_disturbs_nothing_and_is_seen_by_nobody(sandbox, capfd):
    run(sandbox, "say")
    assert capfd.readouterr() == ("", "")


def test_a_child_knows_nothing_of_the_environment(sandbox, monkeypatch):
    monkeypatch.setenv("MEDCORE_DATABASE", "postgresql://user:secret@host/runs")
    assert not [name for name in run(sandbox, "environment").values["names"] if name.startswith("MEDCORE")]


def test_jobs_of_other_packages_are_refused(sandbox):
    with pytest.raises(ValueError, match="A job must be from tests"):
        sandbox.run("os:system", {})


def test_a_child_killed_from_outside_costs_its_job_alone(sandbox):
    done = []

    def job():
        with pytest.raises(ValueError, match=r"\w") as error:
            run(sandbox, "sleep", seconds=60)
        done.append(str(error.value))

    thread = threading.Thread(target=job)
    thread.start()
    until(sandbox.pids)
    os.kill(sandbox.pids()[0], signal.SIGTERM if os.name != "posix" else signal.SIGKILL)
    thread.join(timeout=20)
    assert done == [process.CRASHED]
    assert run(sandbox, "twice", {"number": 1}).values == {"number": 2}


def test_closing_ends_a_job_at_once(sandbox):
    done = []

    def job():
        with pytest.raises(ValueError, match=r"\w") as error:
            run(sandbox, "spin", seconds=60)
        done.append(str(error.value))

    thread = threading.Thread(target=job)
    thread.start()
    until(sandbox.pids)
    pids = sandbox.pids()
    sandbox.close()
    thread.join(timeout=20)
    assert done == ["These images were closed."]
    until(lambda: all(gone(pid) for pid in pids))
    with pytest.raises(ValueError, match="closed"):
        run(sandbox, "pid")


def test_an_idle_child_ends_and_the_next_job_gets_another(sandbox, monkeypatch):
    first = run(sandbox, "pid").values["pid"]
    monkeypatch.setattr(guard, "IDLE_SECONDS", 0.0)
    until(lambda: not sandbox.pids())
    monkeypatch.undo()
    assert run(sandbox, "pid").values["pid"] != first


def test_who_stops_reading_a_stream_leaves_no_child_in_the_middle_of_it(sandbox):
    stream = sandbox.stream(f"{JOBS}:count", {"to": 100})
    next(stream)
    stream.close()
    assert run(sandbox, "twice", {"number": 4}).values == {"number": 8}


@pytest.mark.skipif(seal.version() < 6, reason="needs Landlock 6 (Linux 6.12)")
def test_a_child_reaches_nothing_outside(sandbox, tmp_path):
    (tmp_path / "secret").write_text("of the store")
    with socket.create_server(("127.0.0.1", 0)) as server:
        values = {"folder": str(tmp_path), "web": os.getpid(), "port": server.getsockname()[1]}
        assert run(sandbox, "reach", values).values == {"succeeded": []}
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]
    assert run(sandbox, "imports", {"name": "colorsys"}).values == {"loaded": "colorsys"}


@FORKS
def test_what_a_job_has_started_ends_with_it(sandbox):
    replies = sandbox.stream(f"{JOBS}:start_another", {})
    pid = next(replies).values["pid"]
    replies.close()
    until(lambda: gone(pid))


@FORKS
def test_closing_waits_for_nothing_that_a_job_has_started(sandbox):
    replies = sandbox.stream(f"{JOBS}:start_another", {}, seconds=60)
    pid = next(replies).values["pid"]
    done = []

    def read_on():
        with pytest.raises(ValueError, match="closed"):
            next(replies)
        done.append(True)

    thread = threading.Thread(target=read_on)
    thread.start()
    sandbox.close()
    thread.join(timeout=20)
    assert done == [True]
    until(lambda: gone(pid))


def test_of_a_job_with_one_reply_no_more_is_taken(sandbox):
    with pytest.raises(ValueError, match=r"\w"):
        run(sandbox, "endless")
    assert run(sandbox, "twice", {"number": 1}).values == {"number": 2}


def test_the_largest_reply_can_be_named(sandbox):
    assert len(run(sandbox, "twice", {"number": 1}, [bytes(50)], largest=100).data[0]) == 100
    with pytest.raises(ValueError, match=r"\w"):
        run(sandbox, "twice", {"number": 1}, [bytes(51)], largest=100)


def test_a_child_taken_by_a_job_is_not_retired_under_it(sandbox, monkeypatch):
    run(sandbox, "pid")
    monkeypatch.setattr(guard, "IDLE_SECONDS", 0.0)
    for number in range(20):
        assert run(sandbox, "twice", {"number": number}).values == {"number": 2 * number}


@pytest.mark.parametrize(
    ("name", "sentence"), [("refuse", "An image was expected. Received: a poem"), ("crash", process.CRASHED)]
)
def test_a_child_that_is_a_python_of_its_own_does_the_same(sandbox, monkeypatch, name, sentence):
    """As on macOS and Windows, where there is no fork server."""
    monkeypatch.setattr(birth, "start", birth._Spawned)
    assert run(sandbox, "twice", {"number": 1}, [bytes(2**20)]).values == {"number": 2}
    with pytest.raises(ValueError, match=r"\w") as error:
        run(sandbox, name)
    assert str(error.value) == sentence
    with pytest.raises(ValueError, match=r"took longer"):
        run(sandbox, "spin", seconds=0.2)
    assert run(sandbox, "twice", {"number": 2}).values == {"number": 4}
    pids = sandbox.pids()
    sandbox.close()
    assert all(map(gone, pids))


@LINUX
def test_a_fresh_child_has_the_decoders_loaded_and_no_thread_of_its_server(sandbox):
    pid = run(sandbox, "pid").values["pid"]
    server = psutil.Process(pid).parent()
    assert server.parent().pid == os.getpid()
    assert server.num_threads() == 1
    loaded = Path(f"/proc/{pid}/maps").read_text()
    assert all(name in loaded for name in ("_gdcm", "openjpeg", "CharLS"))


@LINUX
def test_a_fork_server_that_was_killed_is_started_again(sandbox):
    pid = run(sandbox, "pid").values["pid"]
    server = psutil.Process(pid).ppid()
    os.kill(server, signal.SIGKILL)
    until(lambda: gone(pid))
    other = run(sandbox, "pid").values["pid"]
    assert psutil.Process(other).ppid() not in (server, 1)


@LINUX
def test_the_environment_is_empty_from_the_first(sandbox, monkeypatch):
    pid = run(sandbox, "pid").values["pid"]
    names = {entry.partition(b"=")[0].decode() for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")}
    assert names <= {"", "LC_CTYPE", *birth.INHERITED, *birth.SETTINGS}


@POSIX
def test_no_child_outlives_the_process_that_started_it():
    code = (
        "from medcore.sandbox import Sandbox; import sys\n"
        "sandbox = Sandbox(1, 'tests')\n"
        f"print(sandbox.run('{JOBS}:pid', {{}}).values['pid'], flush=True)\n"
        f"sandbox.run('{JOBS}:spin', {{}}, seconds=600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: gone(pid))


def test_the_web_process_loads_nothing_of_what_its_children_do():
    code = (
        "from medcore.sandbox import Sandbox; import sys\n"
        "Sandbox(1).close()\n"
        "print(sorted({'pydicom', 'PIL', 'nibabel', 'skimage', 'gdcm', 'openjpeg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_stream_keeps_no_other_session_waiting(sandbox, monkeypatch):
    monkeypatch.setattr(sandboxes, "SEATS", Seats(1))
    with contextlib.closing(Sandbox(children=1, package="tests")) as other:
        replies = sandbox.stream(f"{JOBS}:count", {"to": 3})
        next(replies)
        assert run(other, "twice", {"number": 2}).values == {"number": 4}
        assert [reply.values["number"] for reply in replies] == [1, 2]


def test_two_sessions_with_one_seat_take_turns_within_their_streams(sandbox, monkeypatch):
    monkeypatch.setattr(sandboxes, "SEATS", Seats(1))
    served = []

    def read(session):
        served.extend(session for _ in session.stream(f"{JOBS}:steps", {"to": 20, "seconds": 0.01}))

    with contextlib.closing(Sandbox(children=1, package="tests")) as other:
        run(sandbox, "pid")
        run(other, "pid")
        readers = [threading.Thread(target=read, args=(session,)) for session in (sandbox, sandbox, other)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(timeout=60)
        assert len(served) == 60
        assert other in served[:20]


def test_a_seat_is_free_after_a_stream_however_it_ends(sandbox, monkeypatch):
    seats = Seats(1)
    monkeypatch.setattr(sandboxes, "SEATS", seats)
    half = sandbox.stream(f"{JOBS}:count", {"to": 3})
    next(half)
    half.close()
    for name in ("refuse", "crash"):
        with pytest.raises(ValueError, match=r"\w"):
            run(sandbox, name)
    assert seats._free == 1


def test_json_is_bounded_more_tightly_where_there_are_many_replies(sandbox):
    assert len(run(sandbox, "tell", {"count": 10_000}).values["numbers"]) == 10_000
    with pytest.raises(ValueError, match=child.DAMAGED):
        run(sandbox, "tell", {"count": 600_000}, seconds=20)
    with pytest.raises(ValueError, match=child.DAMAGED):
        list(sandbox.stream(f"{JOBS}:tell_in_parts", {"letters": 2**17}))
    assert len(list(sandbox.stream(f"{JOBS}:tell_in_parts", {"letters": 2**15}))) == 1


def test_a_child_that_writes_more_json_than_it_may_is_not_believed(sandbox):
    with pytest.raises(ValueError, match=process.CRASHED):
        run(sandbox, "lie", {"count": sandboxes.TEXT // wire.VALUE_BYTES + 1}, seconds=20)
    assert run(sandbox, "twice", {"number": 1}).values == {"number": 2}


@LINUX
def test_preparing_waits_for_nobody_who_waits_for_a_child(monkeypatch):
    server = birth._Server()
    monkeypatch.setattr(birth, "_SERVER", server)
    with server._lock:  # as while another session's child is being born
        thread = threading.Thread(target=birth.prepare)
        thread.start()
        thread.join(timeout=20)
        assert not thread.is_alive()
