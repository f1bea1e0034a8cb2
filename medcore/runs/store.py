"""The truth about runs: what was asked for, what became of it, every metric. SQLite by default, or PostgreSQL.

The web process creates, cancels and reads runs; a slot claims them and writes what comes.
The metrics of a run have one writer, which numbers its rows 1, 2, 3, …: a reader that
remembers the last number it saw misses nothing and sees nothing twice.
"""

import json
import math
import os
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy import event

from medcore.runs import schema
from medcore.runs.schema import STATES, metrics, runs
from medcore.spec import RunSpec
from medcore.training.run import Row

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["STATES", "Record", "Store", "StoreError"]

BUSY_SECONDS = 30
ROWS_AT_ONCE = 10_000
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_LOCK = 0x6D656463  # PostgreSQL's advisory locks are numbers: "medc"


class StoreError(OSError):
    """The run store cannot be used; the message says why in one sentence."""


@dataclass(frozen=True)
class Record:
    """One run as stored. Times are unix seconds, None until they come."""

    id: str
    parent: str | None
    label: str
    owner: str
    size: str
    state: str
    spec: dict[str, Any]
    spec_hash: str
    plan: dict[str, Any]
    status: str
    result: dict[str, Any] | None
    error: str | None
    created: float
    started: float | None
    ended: float | None
    heartbeat: float | None


@dataclass(frozen=True)
class Progress:
    """How far a run is: the last update logged, when the first was, and the seconds between."""

    step: int
    began: float
    seconds: float


_RECORD = [runs.c[field.name] for field in fields(Record)]


class Store:
    """The run store behind an SQLAlchemy URL; safe to use from several threads and processes.

    Args:
        url: "sqlite:///PATH" or "postgresql://USER@HOST/NAME".

    Raises:
        StoreError: if there is no usable store, here and in every method.
    """

    def __init__(self, url: str) -> None:
        self.url = _url(url)
        with self._explained(), self._opening():
            self._engine = _engine(self.url)
            with self._write() as connection:
                self._lock(connection)
                try:
                    schema.create(connection)
                except ValueError as error:
                    raise StoreError(f"{error} ({self.url})") from error

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()

    # What the web process asks.

    def create(self, specs: Mapping[str, RunSpec], owner: str, parent: str | None = None) -> list[str]:
        """Queues runs, all or none.

        Args:
            specs: by label, in the order in which they should be served.
            owner: whose turn it is when runs of several wait.
            parent: the run these belong to, in a sweep.

        Returns:
            Their ids, in the order of `specs`.
        """
        rows = _queued(specs, owner, parent)
        if rows:
            with self._write() as connection:
                connection.execute(runs.insert(), rows)
        return [row["id"] for row in rows]

    def create_family(self, specs: Mapping[str, RunSpec], owner: str) -> list[str]:
        """Queues runs of which the last is the parent of the others, so it is served after them; all or none.

        Returns:
            Their ids, in the order of `specs`.
        """
        if not specs:
            return []
        parent = uuid.uuid4().hex
        rows = _queued(specs, owner, parent)
        rows[-1] |= {"id": parent, "parent": None}
        with self._write() as connection:
            connection.execute(runs.insert(), rows)
        return [row["id"] for row in rows]

    def children(self, parent: str) -> list[Record]:
        """The runs that belong to this one, in their order."""
        return self._records(runs.c.parent == parent, order=(runs.c.number,))

    def find(self, ids: Sequence[str]) -> list[Record]:
        """The runs with these ids, in this order; unknown ids are left out."""
        found = {record.id: record for record in self._records(runs.c.id.in_(ids))} if ids else {}
        return [found[run_id] for run_id in ids if run_id in found]

    def active(self, limit: int = 50) -> list[Record]:
        """Running and queued runs of all owners, running ones first, then the oldest."""
        order = (runs.c.state != "running", runs.c.number)
        return self._records(runs.c.state.in_(("queued", "running")), order=order, limit=limit)

    def latest(self, owner: str, limit: int = 20) -> list[Record]:
        """The owner's runs, the newest first."""
        return self._records(runs.c.owner == owner, order=(runs.c.number.desc(),), limit=limit)

    def finished(self, task: str, dataset: str, limit: int = 50) -> list[Record]:
        """Finished runs of a task on a data set, whoever asked for them, the newest first."""
        spec = runs.c.spec
        same = (spec["task"].as_string() == task) & (spec["data"]["name"].as_string() == dataset)
        return self._records((runs.c.state == "done") & same, order=(runs.c.number.desc(),), limit=limit)

    def done(self, tasks: Sequence[str], limit: int = 100) -> list[Record]:
        """Finished runs of these tasks, whoever asked for them, on whatever data set, the newest first."""
        task = runs.c.spec["task"].as_string()
        return self._records((runs.c.state == "done") & task.in_(tasks), order=(runs.c.number.desc(),), limit=limit)

    def alike(self, spec: RunSpec, limit: int = 5) -> list[Record]:
        """Finished runs of this very spec, whoever asked for them, the newest first."""
        same = (runs.c.state == "done") & (runs.c.spec_hash == spec.hash)
        return self._records(same, order=(runs.c.number.desc(),), limit=limit)

    def together(self, run: Record) -> list[Record]:
        """The runs that were created together with this one, itself among them, in their order."""
        return self._records((runs.c.owner == run.owner) & (runs.c.created == run.created), order=(runs.c.number,))

    def cancel(self, ids: Sequence[str]) -> None:
        """Ends queued runs at once and asks running ones to stop; others stay as they are."""
        if not ids:
            return
        with self._write() as connection:
            _end(connection, runs.c.id.in_(ids) & (runs.c.state == "queued"), state="cancelled")
            asked = runs.c.id.in_(ids) & (runs.c.state == "running")
            connection.execute(runs.update().where(asked).values(cancel=True))

    def history(self, ids: Sequence[str]) -> "pd.DataFrame":
        """Every metric of these runs as a tidy frame.

        Returns:
            Columns run (id), step (int), metric (str), value (float, NaN where not finite); runs
            in the order of `ids`, each in the order in which it was logged.
        """
        import pandas as pd  # half a second that only readers of whole histories need

        rows = [(run_id, *row) for run_id in dict.fromkeys(ids) for row in self.rows(run_id)]
        frame = pd.DataFrame(rows, columns=["run", "step", "metric", "value"])
        return frame.astype({"step": "int64", "value": "float64"})

    def rows(self, run_id: str) -> Iterator[tuple[int, str, float | None]]:
        """Every metric of a run in the order in which it was logged, of which few are in memory at a time.

        Yields:
            (step, metric, value); None for a value that is not finite.
        """
        query = sa.select(metrics.c.step, metrics.c.metric, metrics.c.value).where(metrics.c.run_id == run_id)
        query = query.order_by(metrics.c.seq).execution_options(yield_per=ROWS_AT_ONCE)
        with self._read() as connection:
            for row in connection.execute(query):
                yield tuple(row)

    def tail(self, cursors: Mapping[str, int], limit: int = 5000) -> list[tuple[str, int, int, str, float | None]]:
        """What was logged since: rows whose number is above the run's cursor.

        Args:
            cursors: by run id, the number of the last row seen, 0 at first.
            limit: rows at most; ask again for the rest.

        Returns:
            (run id, number, step, metric, value), each run's in order; None for a value that is not finite.
        """
        if not cursors:
            return []
        new = sa.or_(*((metrics.c.run_id == run_id) & (metrics.c.seq > seq) for run_id, seq in cursors.items()))
        columns = (metrics.c.run_id, metrics.c.seq, metrics.c.step, metrics.c.metric, metrics.c.value)
        query = sa.select(*columns).where(new).order_by(metrics.c.run_id, metrics.c.seq).limit(limit)
        with self._read() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def progress(self, ids: Sequence[str]) -> dict[str, Progress]:
        """How far the runs are, by id; runs that logged nothing yet are left out."""
        last = sa.select(sa.func.max(metrics.c.seq).label("seq"), metrics.c.run_id)
        last = last.where(metrics.c.run_id.in_(ids)).group_by(metrics.c.run_id).subquery()
        ends = (metrics.c.run_id == last.c.run_id) & metrics.c.seq.in_((1, last.c.seq))
        query = sa.select(metrics.c.run_id, metrics.c.step, metrics.c.time).join(last, ends).order_by(metrics.c.seq)
        found: dict[str, Progress] = {}
        with self._read() as connection:
            for run_id, step, when in connection.execute(query):
                seconds = when - (found[run_id].began if run_id in found else when)
                found[run_id] = Progress(step, when - seconds, seconds)
        return found

    # What the engine and its slots do.

    def next_size(self) -> str | None:
        """Size of the run whose turn it is, None if none waits."""
        with self._read() as connection:
            first = connection.execute(_turns()).first()
        return first.size if first else None

    def claim(self, size: str) -> Record | None:
        """Takes the run whose turn it is, if it is of this size.

        The owner served longest ago comes first, then the oldest run. A run of the other size
        is never passed by, so neither size starves.
        """
        with self._write() as connection:
            self._lock(connection)
            first = connection.execute(_turns()).first()
            if first is None or first.size != size:
                return None
            now = time.time()
            taken = runs.update().where(runs.c.id == first.id, runs.c.state == "queued")
            if not connection.execute(taken.values(state="running", started=now, heartbeat=now)).rowcount:
                return None
            return Record(**connection.execute(sa.select(*_RECORD).where(runs.c.id == first.id)).one()._mapping)

    def order(self, run_id: str) -> str:
        """What a claimed run's supervisor has to do: "run", "cancel", or "drop" it as no longer its own."""
        with self._read() as connection:
            row = connection.execute(sa.select(runs.c.state, runs.c.cancel).where(runs.c.id == run_id)).first()
        if row is None or row.state != "running":
            return "drop"
        return "cancel" if row.cancel else "run"

    def log(self, run_id: str, first: int, rows: Iterable[tuple[Row, float]]) -> int:
        """Appends metrics to a run.

        Args:
            first: number of the first row.
            rows: each with the time at which it was logged, in unix seconds.

        Returns:
            The number for the row after the last.
        """
        values = [
            {
                "run_id": run_id,
                "seq": seq,
                "step": row.step,
                "metric": row.metric,
                "value": row.value if math.isfinite(row.value) else None,
                "time": logged,
            }
            for seq, (row, logged) in enumerate(rows, first)
        ]
        if values:
            with self._write() as connection:
                connection.execute(metrics.insert(), values)
        return first + len(values)

    def say(self, run_id: str, *, plan: Mapping[str, Any] | None = None, status: str | None = None) -> None:
        """Records what a running run is going to do (`plan`), or does now (`status`)."""
        said = {"plan": plan and dict(plan), "status": status}
        self._update_running(run_id, {name: value for name, value in said.items() if value is not None})

    def beat(self, run_id: str) -> None:
        """A sign of life of a running run's supervisor."""
        self._update_running(run_id, {"heartbeat": time.time()})

    def beats(self) -> dict[str, float]:
        """The last sign of life of every running run, by id."""
        query = sa.select(runs.c.id, runs.c.heartbeat).where(runs.c.state == "running")
        with self._read() as connection:
            return {row.id: row.heartbeat for row in connection.execute(query)}

    def finish(
        self, run_id: str, state: str, *, result: Mapping[str, Any] | None = None, error: str | None = None
    ) -> None:
        """Ends a running run; one that ended already stays as it is.

        Args:
            state: "done", "failed" or "cancelled".
            result: what the task returned.
            error: one sentence, for "failed".
        """
        with self._write() as connection:
            ending = {"state": state, "result": result and dict(result), "error": error}
            _end(connection, (runs.c.id == run_id) & (runs.c.state == "running"), **ending)

    def _update_running(self, run_id: str, values: Mapping[str, Any]) -> None:
        with self._write() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id, runs.c.state == "running").values(**values))

    def _lock(self, connection: sa.Connection) -> None:
        """Makes others wait until the transaction ends; SQLite's writers do so anyway."""
        if not self._sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def _records(self, condition: Any, order: Sequence[Any] = (), limit: int | None = None) -> list[Record]:
        query = sa.select(*_RECORD).where(condition).order_by(*order).limit(limit)
        with self._read() as connection:
            return [Record(**row._mapping) for row in connection.execute(query)]

    @property
    def _sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Lets one process at a time make the store: SQLite does not wait for others while it turns to WAL."""
        if self._sqlite:
            _make_private(Path(self.url.database))
            with FileLock(f"{self.url.database}.lock", timeout=BUSY_SECONDS, mode=0o600):
                yield
        else:
            yield

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with self._explained(), self._engine.execution_options(write=True).begin() as connection:
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        where = self.url.database if self._sqlite else self.url.render_as_string(hide_password=True)
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise StoreError(_sentence(str(error.orig), where)) from error
        except sa.exc.TimeoutError as error:
            raise StoreError(f"The run store is busy: no connection came free. Received: {where}") from error
        except StoreError:
            raise
        except (OSError, sqlite3.Error) as error:
            raise StoreError(_sentence(str(error), where)) from error


def _queued(specs: Mapping[str, RunSpec], owner: str, parent: str | None) -> list[dict[str, Any]]:
    """Rows of new runs, in order."""
    now = time.time()
    return [
        {
            "id": uuid.uuid4().hex,
            "parent": parent,
            "label": label,
            "owner": owner,
            "size": spec.size,
            "state": "queued",
            "cancel": False,
            "spec": spec.to_dict(),
            "spec_hash": spec.hash,
            "plan": {},
            "status": "",
            "created": now,
        }
        for label, spec in specs.items()
    ]


def _turns() -> sa.Select:
    """The queued run whose turn it is."""
    served = runs.alias("served")
    last = sa.select(sa.func.max(served.c.started)).where(served.c.owner == runs.c.owner).scalar_subquery()
    query = sa.select(runs.c.id, runs.c.size).where(runs.c.state == "queued")
    return query.order_by(sa.func.coalesce(last, 0.0), runs.c.number).limit(1)


def _end(connection: sa.Connection, condition: Any, **values: Any) -> None:
    connection.execute(runs.update().where(condition).values(ended=time.time(), status="", **values))


def _url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
        backend = url.get_backend_name()
    except sa.exc.ArgumentError:
        raise StoreError(f"The run store must be given as a URL like sqlite:///PATH. Received: {text}") from None
    if backend not in _DRIVERS:
        raise StoreError(f"The run store must be an SQLite file or a PostgreSQL database. Received: {url}")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError(f"The run store must be a file, not in memory: several processes share it. Received: {url}")
    return url.set(drivername=_DRIVERS[backend])


def _make_private(path: Path) -> None:
    """Makes the file, readable and writable by its owner alone; SQLite's -wal and -shm files follow it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True, json_serializer=_json)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, json_serializer=_json)

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's events below begin transactions, not the driver
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # Takes the write lock up front: a read that turns into a write fails at once when another writes.
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _json(value: Any) -> str:
    return json.dumps(finite(value), allow_nan=False)


def finite(value: Any) -> Any:
    """A plain value with None for numbers that JSON cannot hold."""
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


_CAUSES = {
    "not a database": "The run store must be an SQLite database; move the file away to start an empty one",
    "malformed": "The run store is damaged; move the file away to start an empty one",
    "is full": "The disk that holds the run store is full; free some space",
    "No space left": "The disk that holds the run store is full; free some space",
    "unable to open": "The run store must be a file that can be read and written",
    "readonly": "The run store must be a file that can be read and written",
    "Permission denied": "The run store must be a file that can be read and written",
    "Is a directory": "The run store must be a file that can be read and written",
    "locked": "The run store is busy: another program holds its lock",
}


def _sentence(error: str, where: str | None) -> str:
    for part, cause in _CAUSES.items():
        if part in error:
            return f"{cause}. Received: {where}"
    return f"The run store cannot be used: {error.strip().splitlines()[0]}. Received: {where}"
