"""A training process: trains one run at a time for the slot at the other end of its pipe.

It says ("ready", devices), then for every ("run", id, spec) that comes: ("plan", facts), ("status", sentence),
("rows", rows) as they arise and one of ("done", result), ("cancelled", None) and ("failed", sentence).
What was sent before it dies still reaches the slot. When the slot dies, so does it.
"""

import contextlib
import ctypes
import errno
import gc
import json
import os
import queue
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import keras

from medcore import catalog
from medcore.runs import files
from medcore.runs.seats import Seat
from medcore.spec import DataSpec, RunSpec, TrainingSpec
from medcore.training import devices
from medcore.training.run import Cancelled, Row

LONGEST_SENTENCE = 600
NO_MEMORY = "There is not enough memory for this run: try a smaller batch, smaller images or a smaller model."
_PR_SET_PDEATHSIG = 1


class ChildRun:
    """The run at hand, as its task sees it (`medcore.training.run.Run`)."""

    def __init__(self, run_id: str, line: "Line") -> None:
        self.id = run_id
        self.folder = files.folder(run_id)
        self._line = line

    def plan(self, **facts: Any) -> None:
        self._line.send("plan", json.loads(json.dumps(facts)))

    def status(self, sentence: str) -> None:
        self._line.send("status", str(sentence))

    def log(self, rows: Iterable[Row]) -> None:
        now = time.time()
        plain = [((int(step), str(metric), float(value)), now) for step, metric, value in rows]
        if plain:
            self._line.send("rows", plain)

    def cancelled(self) -> bool:
        return self._line.cancelled == self.id


class Rehearsal:
    """A run that nobody sees and that gives way to the first real one."""

    def __init__(self, folder: Path, line: "Line") -> None:
        self.folder = folder
        self._line = line

    def plan(self, **_: Any) -> None:
        pass

    def status(self, _: str) -> None:
        pass

    def log(self, _: Iterable[Row]) -> None:
        pass

    def cancelled(self) -> bool:
        return not self._line.orders.empty()


class Line:
    """The pipe to the slot. A thread of its own listens, so that a busy task hears of a cancel."""

    def __init__(self, connection: Connection) -> None:
        self.cancelled: str | None = None
        self.orders: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self._connection = connection
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, kind: str, content: Any) -> None:
        with self._lock:
            self._connection.send((kind, content))

    def _listen(self) -> None:
        try:
            while True:
                match self._connection.recv():
                    case ("run", run_id, spec):
                        self.orders.put((run_id, spec))
                    case ("cancel", run_id):
                        self.cancelled = run_id
        except (EOFError, OSError):  # the slot is gone
            os._exit(0)


def main(connection: Connection, seat: Seat | None) -> None:
    """Life of a training process; never returns.

    Args:
        seat: what it trains on; None only to say which devices there are, so it sees them all.
    """
    _leave_with_parent()
    line = Line(connection)
    try:
        if seat is not None:
            _sit(seat)
            _rehearse(line)
        gc.freeze()  # what is loaded stays: collecting after a run then looks at the run's leavings alone
        line.send("ready", devices.describe())
        while True:
            run_id, spec = line.orders.get()
            line.send(*_train(run_id, spec, line))
            gc.collect()
    except BrokenPipeError:
        os._exit(0)
    except Exception as error:  # noqa: BLE001 - the slot must learn why nothing trains here
        _print_error()
        line.send("failed", sentence(error))
        os._exit(1)


def _train(run_id: str, spec: dict[str, Any], line: Line) -> tuple[str, Any]:
    """Trains one run; returns the last message about it."""
    try:
        files.folder(run_id).mkdir(mode=0o700, parents=True, exist_ok=True)
        with _output_to(files.log(run_id)):
            try:
                task = catalog.TASKS[RunSpec.from_dict(spec).task].target
                result = catalog.resolve(task)(RunSpec.from_dict(spec), ChildRun(run_id, line))
                return "done", json.loads(json.dumps(result))
            except Cancelled:
                return "cancelled", None
            except Exception:
                _print_error()
                raise
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a task raises becomes the run's sentence
        return "failed", sentence(error)


def _print_error() -> None:
    with contextlib.suppress(OSError):  # the log may lie on a full disk
        traceback.print_exc()


def sentence(error: BaseException) -> str:
    """What a person reads about an error of a task; the traceback is in the run's log."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        where = f" Received: {error.filename}" if error.filename else ""
        return f"The disk is full: free some space and train again.{where}"
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return NO_MEMORY
    text = " ".join(str(error).split())[:LONGEST_SENTENCE]
    if isinstance(error, (ValueError, OSError)) and text:
        return text
    return f"The training stopped on an unexpected error, {type(error).__name__}: {text}".rstrip(": ")


def _sit(seat: Seat) -> None:
    """Settles threads and GPU, and starts Keras' backend on them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    devices.prepare("small", threads=seat.threads, gpu=seat.gpu_among(visible))
    keras.ops.zeros(1)


def _rehearse(line: Line) -> None:
    """Trains a little: what Keras builds, traces and compiles only once is then done before the first run."""
    spec = RunSpec(data=DataSpec("digits"), training=TrainingSpec(epochs=1, batch_size=256))
    try:
        with tempfile.TemporaryDirectory() as folder:
            catalog.resolve(catalog.TASKS[spec.task].target)(spec, Rehearsal(Path(folder), line))
    except Cancelled:
        return
    except Exception:  # noqa: BLE001 - the first run will fail the same way and say so
        _print_error()


@contextlib.contextmanager
def _output_to(file: Path) -> Iterator[None]:
    """Sends everything printed, also by C libraries, to the end of the file."""
    before = os.dup(1), os.dup(2)
    with file.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        for stream, descriptor, original in zip((sys.stdout, sys.stderr), (1, 2), before, strict=True):
            with contextlib.suppress(OSError):  # a full disk
                stream.flush()
            os.dup2(original, descriptor)
            os.close(original)


def _leave_with_parent() -> None:
    """Makes this process a group of its own that dies with the fork server, even while C code hangs.

    The fork server leaves when nobody holds its "alive" pipe any more: its children must not.
    """
    if hasattr(os, "setsid"):
        os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        alive = forkserver._forkserver._forkserver_alive_fd
        if alive is not None:
            os.close(alive)
