"""Jobs that behave well and badly."""

import ctypes
import importlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

from medcore.sandbox import Reply


def twice(values, data):
    return Reply({"number": values["number"] * 2}, [bytes(buffer) * 2 for buffer in data])


def count(values, data):
    for number in range(values["to"]):
        yield Reply({"number": number}, [bytes([number])])


def refuse(values, data):
    raise ValueError("An image was expected. Received: a poem")


def stumble(values, data):
    int("patient name")


def crash(values, data):
    ctypes.string_at(0)


def spin(values, data):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        pass


def sleep(values, data):
    time.sleep(3600)


def hoard(values, data):
    kept = []
    while True:
        kept.append(bytearray(16 * 2**20))


def recurse(values, data):
    return recurse(values, data)


def write(values, data):
    with open(values["path"], "wb") as file:
        file.write(b"x" * 100)
    return Reply({})


def say(values, data):
    print("a word on standard output", flush=True)
    os.write(1, b"and another")
    os.write(2, b"and an error")
    return Reply({})


def environment(values, data):
    return Reply({"names": sorted(os.environ), "path": sys.path[0]})


def boast(values, data):
    """More than was allowed."""
    return Reply({}, [bytes(64 * 2**20)])


def pid(values, data):
    return Reply({"pid": os.getpid()})


def reach(values, data):
    """Which of these attempts on the world outside succeed."""
    place = pathlib.Path(values["folder"])
    attempts = {
        "read": lambda: (place / "secret").read_bytes(),
        "list": lambda: list(place.iterdir()),
        "delete": lambda: (place / "secret").unlink(),
        "create": lambda: (place / "empty").touch(),
        "folder": lambda: (place / "folder").mkdir(),
        "link": lambda: (place / "link").symlink_to("/"),
        "rename": lambda: (place / "secret").rename(place / "other"),
        "run": lambda: subprocess.run(["/bin/true"], check=True),
        "environment": lambda: pathlib.Path(f"/proc/{values['web']}/environ").read_bytes(),
        "connect": lambda: socket.create_connection(("127.0.0.1", values["port"]), 5).close(),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
        "signal": lambda: os.kill(values["web"], signal.SIGCONT),
    }
    return Reply({"succeeded": [name for name, attempt in attempts.items() if _works(attempt)]})


def _works(attempt):
    try:
        attempt()
    except OSError:
        return False
    return True


def imports(values, data):
    """A module that nobody has loaded yet."""
    return Reply({"loaded": importlib.import_module(values["name"]).__name__})


def start_another(values, data):
    """A process that outlives its parent's end, holds its pipes and says who it is."""
    pid = os.fork()
    if not pid:
        time.sleep(3600)
    yield Reply({"pid": pid})
    time.sleep(3600)


def endless(values, data):
    while True:
        yield Reply({}, [bytes(2**20)])


def deep(values, data):
    nested = []
    for _ in range(500):
        nested = [nested]
    return Reply({"nested": nested})
