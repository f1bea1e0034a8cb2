"""Who may run a job now: as many at once as there are cores, and every session in its turn."""

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager


class Seats:
    """Seats for jobs. Sessions that wait are served round and round, whatever each has asked for.

    Args:
        count: jobs at once.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, deque[threading.Event]] = OrderedDict()

    @contextmanager
    def taken(self, owner: int) -> Iterator[None]:
        """A seat for as long as this lasts."""
        self.take(owner)
        try:
            yield
        finally:
            self.leave()

    def take(self, owner: int) -> None:
        """Waits for a seat."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Event()
            self._waiting.setdefault(owner, deque()).append(turn)
        turn.wait()

    def leave(self) -> None:
        """Gives the seat to the next in turn."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            owner, turns = self._waiting.popitem(last=False)
            turns.popleft().set()
            if turns:
                self._waiting[owner] = turns  # behind the others


SEATS = Seats(os.cpu_count() or 1)
"""Of this process."""
