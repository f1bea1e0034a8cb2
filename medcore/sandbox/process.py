"""One child as the web process sees it."""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from medcore.sandbox import birth, guard, wire
from medcore.sandbox.wire import Buffer, Reply

CRASHED = "Reading it made the decoder crash: it is damaged, or not what it says it is."
PIPE_BYTES = 2**20
LONGEST_SENTENCE = 500
FALSE_ANSWERS = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError)
"""What a child that ends, or that was taken over, can make of reading what it says."""


@dataclass
class Job:
    """What the child does now, and what it may take for it.

    Args:
        seconds: of processor time.
        memory: resident bytes.
        since: when it began.
        cpu, resident: what the child had when the guard first looked: most jobs have ended before, and cost no look.
    """

    seconds: float
    memory: int
    since: float
    cpu: float | None = None
    resident: int = 0


class Process:
    """A child and this end of its pipes. Used by one thread at a time; `kill` and `retire` by any.

    Raises:
        OSError: if the system gives no process.
    """

    def __init__(self) -> None:
        self.job: Job | None = None
        self.idle_since = time.monotonic()
        self._taken = False
        self._why = CRASHED
        self._lock = threading.Lock()
        self._born = birth.start()
        _widen(self._born.requests, self._born.replies)
        try:
            self._looked_at = psutil.Process(self._born.pid)
        except psutil.Error as error:
            self._born.close()
            raise OSError("The process that was to read the file ended at once.") from error
        guard.watch(self)

    @property
    def pid(self) -> int:
        """Of the child."""
        return self._born.pid

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._born.ended()

    def cpu(self) -> float:
        """Processor seconds it has used."""
        times = self._looked_at.cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Resident bytes."""
        return self._looked_at.memory_info().rss

    def take(self) -> bool:
        """Keeps it from being retired, for a job that follows; False if it is gone."""
        with self._lock:
            self._taken = not self.ended
            return self._taken

    def rest(self) -> None:
        """It waits for another job."""
        with self._lock:
            self.idle_since = time.monotonic()
            self._taken = False

    def retire(self) -> None:
        """Ends it, unless it has been taken for a job."""
        with self._lock:
            if not self._taken:
                self._born.kill()

    def stream(
        self,
        target: str,
        values: Mapping[str, Any],
        data: Sequence[Buffer],
        seconds: float,
        memory: int,
        largest: int,
        text: int,
    ) -> Iterator[Reply]:
        """Does a job; the seconds count anew from reply to reply.

        Args:
            largest: bytes that the buffers of one reply may have together.
            text: bytes of its JSON at most.

        Raises:
            ValueError: with one sentence, if the job fails or has to be ended.
        """
        try:
            self._begin(seconds, memory)
            order = {"target": target, "values": values, "seconds": seconds, "memory": memory, "text": text}
            wire.send(self._born.requests, order, data)
            while (message := wire.receive(self._born.replies, largest, text)).values.get("reply") is not None:
                reply = Reply(dict(message.values["reply"]), message.data)
                self.job = None  # whoever takes the reply may take his time
                yield reply
                self._begin(seconds, memory)
            error = message.values.get("error")
        except FALSE_ANSWERS as failure:
            self.kill(self._why)
            raise ValueError(self._why) from failure
        self.job = None
        if error is not None:
            raise ValueError(str(error)[:LONGEST_SENTENCE])

    def _begin(self, seconds: float, memory: int) -> None:
        self.job = Job(seconds, memory, time.monotonic())

    def kill(self, why: str) -> None:
        """Ends it now, for the reason that the waiting thread will give."""
        with self._lock:
            if not self.ended:
                self._why = why or self._why
                self._born.kill()

    def close(self) -> None:
        """Ends it and lets go of its pipes."""
        with self._lock:  # nobody else is about to use them
            self._born.kill()
            self._born.close()


def _widen(*pipes: Any) -> None:
    """Pipes of a megabyte where the system has them: an image goes through in one piece."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        for pipe in pipes:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
