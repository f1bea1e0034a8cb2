"""One child as the web process sees it."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from medcore.sandbox import guard, wire
from medcore.sandbox.wire import Buffer, Reply

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.path.insert(0, sys.argv[1]); from medcore.sandbox.child import main; main()"
CRASHED = "Reading it made the decoder crash: it is damaged, or not what it says it is."
PIPE_BYTES = 2**20
INHERITED = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")
"""Of the environment: what Python needs to start."""


@dataclass(frozen=True)
class Job:
    """What the child does now, and what it may take for it beyond what it had at the start."""

    seconds: float
    memory: int
    cpu: float
    resident: int
    since: float


class Process:
    """A child and this end of its pipes. Used by one thread at a time; `kill` by any."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self.idle_since = time.monotonic()
        self._why = CRASHED
        self._lock = threading.Lock()
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-c", START, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment,
            start_new_session=True,  # a Ctrl-C in the terminal is the web process's business
        )
        _widen(self._popen.stdin, self._popen.stdout)
        self._looked_at = psutil.Process(self._popen.pid)
        guard.watch(self)

    @property
    def pid(self) -> int:
        """Of the child."""
        return self._popen.pid

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._popen.poll() is not None

    def cpu(self) -> float:
        """Processor seconds it has used."""
        times = self._looked_at.cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Resident bytes."""
        return self._looked_at.memory_info().rss

    def stream(
        self, target: str, values: Mapping[str, Any], data: Sequence[Buffer], seconds: float, memory: int
    ) -> Iterator[Reply]:
        """Does a job; the seconds count anew from reply to reply.

        Raises:
            ValueError: with one sentence, if the job fails or has to be ended.
        """
        try:
            self._begin(seconds, memory)
            order = {"target": target, "values": values, "seconds": seconds, "memory": memory}
            wire.send(self._popen.stdin, order, data)
            while True:
                message = wire.receive(self._popen.stdout, memory)
                if "reply" not in message.values:
                    break
                self.job, self.idle_since = None, time.monotonic()  # whoever takes the reply may take his time
                yield Reply(message.values["reply"], message.data)
                self._begin(seconds, memory)
        except (OSError, EOFError, ValueError, KeyError, TypeError, psutil.Error) as error:
            self.kill(self._why)
            raise ValueError(self._why) from error
        self.job, self.idle_since = None, time.monotonic()
        if "error" in message.values:
            raise ValueError(str(message.values["error"]))

    def _begin(self, seconds: float, memory: int) -> None:
        self.job = Job(seconds, memory, self.cpu(), self.memory(), time.monotonic())

    def kill(self, why: str) -> None:
        """Ends it now, for the reason that the waiting thread will give."""
        with self._lock:
            if not self.ended:
                self._why = why or self._why
                self._popen.kill()
                self._popen.wait()

    def close(self) -> None:
        """Ends it and lets go of its pipes."""
        self.kill("")
        for pipe in (self._popen.stdin, self._popen.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def _widen(*pipes: Any) -> None:
    """Pipes of a megabyte where the system has them: an image goes through in one piece."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        for pipe in pipes:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
