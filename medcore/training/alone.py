"""One process at a time makes what is kept in a file; whoever waits for it can be cancelled."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from medcore.training.run import Cancelled, Run

LOOK_SECONDS = 0.5


@contextmanager
def alone(file: Path, run: Run, sentence: str) -> Iterator[None]:
    """Holds the file's lock; its folder is made where it is missing.

    Args:
        sentence: said while another process holds it.

    Raises:
        Cancelled: if the run was cancelled meanwhile.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(f"{file}.lock")
    while not lock.is_locked:
        try:
            lock.acquire(timeout=LOOK_SECONDS)
        except Timeout:
            run.status(sentence)
            if run.cancelled():
                raise Cancelled from None
    try:
        yield
    finally:
        lock.release()
