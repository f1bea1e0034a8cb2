"""How a child comes into the world: from the fork server on Linux, as a new Python elsewhere."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Protocol

import psutil

from medcore.sandbox.nursery import CHILD
from medcore.sandbox.wire import Pipe

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.path.insert(0, sys.argv[1]); from medcore.sandbox.{} import main; main()"
PATIENCE_SECONDS = 60.0
"""For the fork server to load its modules on a busy machine."""
INHERITED = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")
"""Of the environment: what Python needs to start."""
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**22),  # a file that was read goes back to the system at once …
    "MALLOC_TRIM_THRESHOLD_": str(2**24),  # … and what a slice takes is kept for the next
}


class Newborn(Protocol):
    """A child and this end of its pipes."""

    pid: int
    requests: Pipe
    replies: Pipe

    def ended(self) -> bool:
        """Whether it is gone."""

    def kill(self) -> None:
        """Ends it and what it started; whoever waits for its replies finds their end."""

    def close(self) -> None:
        """Lets go of its pipes."""


def start() -> Newborn:
    """A child that waits for its first job.

    Raises:
        OSError: if the system gives no process.
    """
    return _Forked() if sys.platform == "linux" else _Spawned()


def prepare() -> None:
    """Starts the fork server ahead of the first child, where there is one; returns at once."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # the first job will say so
            _SERVER.start()


def _python(module: str, stdin: int | socket.socket, stdout: int) -> subprocess.Popen:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-I", "-c", START.format(module), str(ROOT)],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment | SETTINGS,
        start_new_session=True,  # a Ctrl-C in the terminal is the web process's business
    )


class _Server:
    """The fork server of this process; started when first needed, and again if it was killed. Thread-safe."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._popen: subprocess.Popen | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Returns at once: somebody who waits for a child has started it already."""
        if self._lock.acquire(blocking=False):
            try:
                self._started()
            finally:
                self._lock.release()

    def child(self, connection: socket.socket) -> int:
        """The id of a new child, which has this end of a connection.

        Raises:
            OSError: if there is none to be had.
        """
        with self._lock:
            for _ in range(2):
                control = self._started()
                with contextlib.suppress(OSError):
                    socket.send_fds(control, [b"c"], [connection.fileno()])
                    answer = control.recv(CHILD.size, socket.MSG_WAITALL)
                    if len(answer) == CHILD.size:
                        return CHILD.unpack(answer)[0]
                self._stop()
        raise OSError("The process that starts the readers of files ended, twice.")

    def _started(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            self._control.settimeout(PATIENCE_SECONDS)
            with theirs:
                self._popen = _python("nursery", theirs, subprocess.DEVNULL)
        return self._control

    def _stop(self) -> None:
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()
        if self._control is not None:
            self._control.close()
        self._control = self._popen = None


_SERVER = _Server()


class _Forked:
    """A copy of the fork server, at the other end of a socket."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self.pid = _SERVER.child(theirs)
        self.requests = self.replies = os.fdopen(self._socket.detach(), "r+b", buffering=0)
        self._killed = False
        try:
            self._process = psutil.Process(self.pid)
        except psutil.NoSuchProcess:
            self._process = None

    def ended(self) -> bool:
        if self._killed or self._process is None or not self._process.is_running():
            return True
        try:
            return self._process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    def kill(self) -> None:
        if not self.ended():
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
            with contextlib.suppress(psutil.Error):
                self._process.kill()  # before it had a group of its own
        self._killed = True
        with contextlib.suppress(OSError, ValueError), socket.socket(fileno=os.dup(self.replies.fileno())) as ours:
            ours.shutdown(socket.SHUT_RDWR)  # whatever it started may still hold the other end

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.replies.close()


class _Spawned:
    """A Python of its own, at the other end of its standard input and output."""

    def __init__(self) -> None:
        self._popen = _python("child", subprocess.PIPE, subprocess.PIPE)
        self.pid, self.requests, self.replies = self._popen.pid, self._popen.stdin, self._popen.stdout

    def ended(self) -> bool:
        return self._popen.poll() is not None

    def kill(self) -> None:
        if not self.ended():
            with contextlib.suppress(AttributeError, OSError):  # Windows has no groups
                os.killpg(self.pid, signal.SIGKILL)
            self._popen.kill()
            self._popen.wait()

    def close(self) -> None:
        for pipe in (self.requests, self.replies):
            with contextlib.suppress(OSError):
                pipe.close()
