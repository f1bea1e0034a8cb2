"""The children of one session."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from medcore.sandbox import birth
from medcore.sandbox.process import CRASHED, Process
from medcore.sandbox.seats import SEATS
from medcore.sandbox.wire import Buffer, Reply

SECONDS = 2.5
"""Of processor time, enough for any ordinary file."""
MEMORY = 2**30
"""Bytes beyond what the child holds already."""
TEXT = 10 * 2**20
"""Bytes of JSON in the one reply of a job: 20,000 frames can be described in them."""
SHORT_TEXT = 64 * 2**10
"""Bytes of JSON in one reply of many: a few names and numbers, the rest comes as buffers."""

CLOSED = "These images were closed."
NO_PROCESS = "The machine gives no process to read it with: too much is running. Try again in a moment."


class Sandbox:
    """Runs jobs in children that serve this session alone: what a hostile file may do to a child, it does to its own.

    A job is a function `job(values: dict, data: list[memoryview]) -> Reply`, or a generator of replies. Its own
    ValueError and OSError come out as ValueError with their sentence; so does every other end of it, with a sentence
    of ours. Thread-safe. Children are started when first needed and end after half a minute without work.

    Args:
        children: most jobs at once; by default one a core.
        package: jobs must be from modules under this name.
    """

    def __init__(self, children: int | None = None, package: str = "medcore") -> None:
        self._package = package
        self._places = threading.BoundedSemaphore(children or os.cpu_count() or 1)
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(
        self,
        target: str,
        values: Mapping[str, Any],
        data: Sequence[Buffer] = (),
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        largest: int | None = None,
        text: int = TEXT,
    ) -> Reply:
        """The one reply of a job.

        Args:
            target: "medcore.module:function".
            values: plain values for JSON.
            data: buffers, which go over as they are.
            seconds: processor time it may take.
            memory: bytes it may take beyond what the child holds.
            largest: bytes of the largest reply, so that a child that was taken over cannot fill this process; as much
                as the job's memory if not given.
            text: bytes of JSON in the longest reply: nothing else runs here while it is taken apart.

        Raises:
            ValueError: with one sentence for a person.
        """
        limits = {"seconds": seconds, "memory": memory, "largest": largest, "text": text}
        with closing(self.stream(target, values, data, **limits)) as replies:
            given = list(islice(replies, 2))
        if len(given) != 1:
            raise ValueError(CRASHED)
        return given[0]

    def stream(
        self,
        target: str,
        values: Mapping[str, Any],
        data: Sequence[Buffer] = (),
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        largest: int | None = None,
        text: int = SHORT_TEXT,
    ) -> Iterator[Reply]:
        """The replies of a job as they come; the limits hold from one to the next.

        Who does not read to the end closes it; the child is then ended.

        Raises:
            ValueError: as `run`.
        """
        if not target.startswith(f"{self._package}."):
            raise ValueError(f"A job must be from {self._package}. Received: {target!r}")
        with self._places:
            largest = memory if largest is None else largest
            with closing(self._stream(target, values, data, seconds, memory, largest, text)) as replies:
                while (reply := self._next(replies)) is not None:
                    yield reply  # without a seat: others have their turn between one reply and the next

    def _next(self, replies: Iterator[Reply]) -> Reply | None:
        """Waits for a seat, then for a reply. With a seat nobody waits for a place in a session: there is no ring."""
        with SEATS.taken(id(self)):
            return next(replies, None)

    def _stream(self, *job: Any) -> Iterator[Reply]:
        process = self._take()
        whole = False
        try:
            yield from process.stream(*job)
            whole = True
        except ValueError:
            whole = not process.ended
            raise
        finally:
            self._give(process, whole)

    def _take(self) -> Process:
        with self._lock:
            self._check_open()
            while self._idle:
                process = self._idle.pop()
                if process.take():
                    return process
                self._discard(process)
        try:
            process = Process()  # outside the lock: the first one of all waits for the fork server
        except OSError as error:
            raise ValueError(NO_PROCESS) from error
        process.take()
        with self._lock:
            self._all.add(process)
            try:
                self._check_open()
            except ValueError:
                self._discard(process)
                raise
            return process

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError(CLOSED)

    def _give(self, process: Process, whole: bool) -> None:
        with self._lock:
            if whole and not self._closed and not process.ended:
                process.rest()
                self._idle.append(process)
            else:
                self._discard(process)

    def _discard(self, process: Process) -> None:
        process.close()
        self._all.discard(process)

    def pids(self) -> list[int]:
        """Of its children."""
        with self._lock:
            return [process.pid for process in self._all if not process.ended]

    def warm(self) -> None:
        """Prepares for the first job, so that it need not wait; returns at once."""
        birth.prepare()

    def close(self) -> None:
        """Ends every child at once, also in the middle of a job."""
        with self._lock:
            self._closed = True
            for process in self._all:
                process.kill(CLOSED)
            for process in self._idle:
                process.close()
            self._idle.clear()
