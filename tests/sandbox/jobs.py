"""Jobs that behave well and badly."""

import ctypes
import importlib
import io
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

from medcore.sandbox import Reply, wire

try:
    import resource
except ImportError:  # Windows
    resource = None


def twice(values, data):
    return Reply({"number": values["number"] * 2}, [bytes(buffer) * 2 for buffer in data])


def count(values, data):
    for number in range(values["to"]):
        yield Reply({"number": number}, [bytes([number])])


def steps(values, data):
    """Replies that take some work each."""
    for number in range(values["to"]):
        end = time.process_time() + values["seconds"]
        while time.process_time() < end:
            pass
        yield Reply({"number": number})


def tell(values, data):
    """JSON of so many numbers."""
    return Reply({"numbers": [1.2345678901234567] * values["count"]})


def tell_in_parts(values, data):
    yield Reply({"text": "x" * values["letters"]})


def lie(values, data):
    """More than an honest child would write."""
    wire._fits = lambda *_: True
    return Reply({"empty": [{}] * values["count"]})


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


def ask(values, data):
    """What the kernel says to each of these calls."""
    kernel = ctypes.CDLL(None, use_errno=True)
    said = {}
    for name, call in values["calls"].items():
        ctypes.set_errno(0)
        said[name] = [kernel.syscall(*(ctypes.c_long(number) for number in call)), ctypes.get_errno()]
    return Reply({"said": said})


def slip_away(values, data):
    """The ways to a process, to others, and to what stays behind: which of them succeed."""
    kernel = ctypes.CDLL(None, use_errno=True)

    def called(name, *arguments):
        if getattr(kernel, name)(*arguments) < 0:
            raise OSError(ctypes.get_errno(), name)

    attempts = {
        "fork": _fork,
        "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "run": lambda: subprocess.run(["/bin/true"], check=True),
        "become": lambda: os.execv("/nowhere", ["nowhere"]),
        "session": os.setsid,
        "group": lambda: os.setpgid(0, os.getppid()),
        "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
        "unix": lambda: socket.socket(socket.AF_UNIX).connect(values["unix"]),
        "pair": socket.socketpair,
        "shared memory": lambda: called("shmget", 0, ctypes.c_size_t(2**20), 0o1600),
        "messages": lambda: called("msgget", 0, 0o1600),
        "semaphores": lambda: called("semget", 0, 1, 0o1600),
        "trace": lambda: called("ptrace", 0, 0, 0, 0),
        "namespace": lambda: called("unshare", 0x10000000),
        "outlive": lambda: called("prctl", 1, 0, 0, 0, 0),
        "signal": lambda: os.kill(values["web"], 0),
        "limits": lambda: resource.prlimit(values["web"], resource.RLIMIT_CORE, (0, 0)),
        "slow down": lambda: os.sched_setaffinity(values["web"], {0}),
    }
    return Reply({"succeeded": [name for name, attempt in attempts.items() if _works(attempt)]})


def _fork():
    if not os.fork():
        os._exit(0)


def threads(values, data):
    """Python's own, and those of a decoder in C."""
    found = []
    started = [threading.Thread(target=found.append, args=(number,)) for number in range(values["count"])]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return Reply({"found": sorted(found)})


def calculate(values, data):
    """With each of the libraries that describe, decode or filter."""
    import nibabel
    import numpy as np
    from PIL import Image
    from skimage import filters

    image = np.random.default_rng(0).random((64, 64))
    stream = io.BytesIO()
    Image.fromarray((image * 255).astype(np.uint8)).save(stream, "JPEG")
    volume = nibabel.Nifti1Image(np.ones((4, 5, 6), np.int16), np.eye(4)).to_bytes()
    made = {
        "product": np.ones((300, 300)) @ np.ones((300, 300)),
        "smooth": filters.gaussian(filters.median(image)),
        "picture": np.asarray(Image.open(stream)),
        "volume": nibabel.Nifti1Image.from_bytes(volume).get_fdata(),
    }
    total = sum(float(array.sum()) for array in made.values())
    return Reply({"shapes": {name: list(array.shape) for name, array in made.items()}, "sum": total})


def abort(values, data):
    os.abort()


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
