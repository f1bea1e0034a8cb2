"""Threads that work through what is waiting; they end with it, and never keep the process from ending."""

import logging
import threading
from collections import deque
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Readers:
    """Work done in the order given, some at once. Thread-safe.

    Args:
        count: threads at most.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._running = 0
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], None]) -> None:
        """Puts work at the end of the queue."""
        with self._lock:
            self._waiting.append(work)
            if self._running >= self._count:
                return
            self._running += 1
        threading.Thread(target=self._work, name="reader", daemon=True).start()

    def _work(self) -> None:
        while work := self._next():
            try:
                work()
            except Exception as error:  # noqa: BLE001 - the work that follows has nothing to do with it
                _log.error("Work on an upload failed: %s", type(error).__name__)  # its text may tell who the patient is

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._running -= 1
            return None
