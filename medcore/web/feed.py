"""One reader of the store for everybody who watches.

While anyone watches a run its rows are kept here, compactly and in order, so fifty browsers
cost one query and each simply asks for what comes after the number of rows it has.
"""

import asyncio
import contextlib
import json
import math
import time
from array import array
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from medcore.runs import status

if TYPE_CHECKING:
    from medcore.runs.store import Record, Store

ROWS_SECONDS = 0.04
"""Between two looks for rows while a run trains."""
STATES_SECONDS = 0.1
"""Between two looks at the runs' states; longer when many are watched."""
PAGE = 5_000
"""Rows read, and sent, at a time."""
ACTIVE = ("queued", "running")

Row = tuple[str, int, int, str, float | None]
"""As `Store.tail` gives it: run id, number, step, metric, value."""
KEPT = 256
"""Packed stretches of rows kept for each run."""


class Packed(NamedTuple):
    """Some rows of a run: how many, and by metric the JSON of `metric, [steps], [values]`, without outer brackets."""

    rows: int
    series: tuple[str, ...]


class Channel:
    """What is known of one run that somebody watches."""

    def __init__(self, run_id: str) -> None:
        self.id = run_id
        self.record: Record | None = None
        self.asked = False  # whether the store was asked for the record
        self.complete = False  # whether all that will ever come is here; so it is for a run that is not in the store
        self.problem: str | None = None
        self.watchers = 0
        self._packed: dict[int, Packed] = {}
        self._names: list[str] = []
        self._metrics = array("H")
        self._steps = array("q")
        self._values = array("d")

    def __len__(self) -> int:
        return len(self._steps)

    def append(self, step: int, metric: str, value: float | None) -> None:
        """Adds the next row."""
        if metric not in self._names:
            self._names.append(metric)
        self._metrics.append(self._names.index(metric))
        self._steps.append(step)
        self._values.append(math.nan if value is None else value)

    def after(self, count: int) -> Packed:
        """What follows the first `count` rows, `PAGE` rows at most. Packed once for all who are at the same row."""
        if count not in self._packed and count < len(self):
            self._packed[count] = self._pack(count)
            while len(self._packed) > KEPT:
                del self._packed[next(iter(self._packed))]
        return self._packed.get(count, Packed(0, ()))

    def _pack(self, count: int) -> Packed:
        part = slice(count, count + PAGE)
        found: dict[int, tuple[list[str], list[str]]] = {}
        for metric, step, value in zip(self._metrics[part], self._steps[part], self._values[part], strict=True):
            steps, values = found.setdefault(metric, ([], []))
            steps.append(str(step))
            values.append(f"{value:.6g}" if math.isfinite(value) else "null")
        series = tuple(
            f"{json.dumps(self._names[metric])},[{','.join(steps)}],[{','.join(values)}]"
            for metric, (steps, values) in found.items()
        )
        return Packed(min(PAGE, len(self) - count), series)


class Feed:
    """Reads the store while anybody watches, once for all.

    Args:
        open_store: gives the run store; may raise OSError, then those who watch are told and may come again.
    """

    def __init__(self, open_store: "Callable[[], Store]") -> None:
        self._open_store = open_store
        self._channels: dict[str, Channel] = {}
        self._news = asyncio.Event()
        self._wake = asyncio.Event()
        self._reader: asyncio.Task | None = None
        self._states_due = 0.0
        self.waiting = ""  # why queued runs wait
        self.closed = False

    @property
    def news(self) -> asyncio.Event:
        """Set at the next change; take it before you look, so that nothing is missed."""
        return self._news

    def close(self) -> None:
        """Ends every stream: the server goes down. To be called in the event loop's thread."""
        self.closed = True
        self._wake.set()
        self._publish()

    @asynccontextmanager
    async def watching(self, ids: Sequence[str]) -> AsyncIterator[list[Channel]]:
        """The channels of these runs, kept up to date for as long as the context is open."""
        channels = [self._channels.setdefault(run_id, Channel(run_id)) for run_id in ids]
        for channel in channels:
            channel.watchers += 1
        self._wake.set()
        if self._reader is None:
            self._reader = asyncio.create_task(self._read_on())
        try:
            yield channels
        finally:
            for channel in channels:
                channel.watchers -= 1
                if not channel.watchers and self._channels.get(channel.id) is channel:
                    del self._channels[channel.id]

    def _publish(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _read_on(self) -> None:
        problem = "The metric stream was interrupted."
        try:
            while self._channels and not self.closed:
                self._wake.clear()
                watched = list(self._channels.values())
                more = self._take(watched, *await asyncio.to_thread(self._read, watched))
                if not more:
                    await self._pause(watched)
        except OSError as error:
            problem = str(error)
        finally:
            self._reader = None
            for channel in self._channels.values():
                channel.problem = problem
            self._channels.clear()
            self._publish()

    def _read(self, watched: Sequence[Channel]) -> tuple[dict[str, "Record | None"], list[Row], str]:
        """What the store says now of the runs' states, where that is due, and of their rows; and why others wait.

        States are read before rows: of a run found ended, the rows read then are all there are.
        """
        store = self._open_store()
        asked = self._due(watched)
        states: dict[str, Record | None] = dict.fromkeys(asked)
        states.update((record.id, record) for record in store.find(asked))
        queued = any(record and record.state == "queued" for record in states.values())
        waiting = _why_waiting() if queued else self.waiting
        cursors = {c.id: len(c) for c in watched if not c.complete and _has_begun(states.get(c.id, c.record))}
        return states, store.tail(cursors, limit=PAGE), waiting

    def _due(self, watched: Sequence[Channel]) -> list[str]:
        now = time.monotonic()
        due = now >= self._states_due
        asked = [c.id for c in watched if not c.asked or (due and not c.complete)]
        if due:
            self._states_due = now + max(STATES_SECONDS, 0.002 * len(asked))
        return asked

    def _take(
        self, watched: Sequence[Channel], states: Mapping[str, "Record | None"], rows: Sequence[Row], waiting: str
    ) -> bool:
        """Brings the channels up to date and tells those who watch; returns whether more rows wait in the store."""
        more = len(rows) == PAGE
        channels = {channel.id: channel for channel in watched}
        changed = bool(rows) or waiting != self.waiting
        self.waiting = waiting
        for run_id, _, step, metric, value in rows:
            channels[run_id].append(step, metric, value)
        for run_id, record in states.items():
            channel = channels[run_id]
            changed |= not channel.asked or record != channel.record
            channel.record, channel.asked = record, True
        for channel in watched:
            over = channel.record is None or channel.record.state not in ACTIVE
            if over and not more and not channel.complete:
                channel.complete = changed = True
        if changed:
            self._publish()
        return more

    async def _pause(self, watched: Sequence[Channel]) -> None:
        states = {c.record.state for c in watched if c.record and not c.complete}
        # A hundred browsers need not all be woken 25 times a second.
        rows_seconds = max(ROWS_SECONDS, 0.002 * sum(c.watchers for c in watched))
        seconds = rows_seconds if "running" in states else STATES_SECONDS if states else None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)


def _why_waiting() -> str:
    engine = status.read()
    if engine is not None and engine.problem:
        return engine.problem
    if engine is None or not engine.ready:
        return "The training engine is starting"
    return "Waiting for a free training slot"


def _has_begun(record: "Record | None") -> bool:
    return record is not None and record.state != "queued"
