"""A store, an engine and image sets of their own for a measurement: runs are trained as the page has them trained."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import psutil

from benchmarks.pictures import learnable
from medcore import settings
from medcore.runs import status
from medcore.runs.store import Record, Store
from medcore.spec import RunSpec

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 900
LOOK_SECONDS = 0.01
WEB = """
import sys
from medcore import settings
from medcore.runs import keeper
from medcore.runs.store import Store
keeper.keep(Store(settings.database_url()))
sys.stdin.read()
"""


class Engine:
    """Trains what it is given, with the store and the streaming on."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.worker_peak_mb = 0.0

    def train(self, specs: Mapping[str, RunSpec]) -> float:
        """Seconds from handing in these runs to the end of the last one.

        Raises:
            RuntimeError: if one of them failed.
        """
        begun = time.perf_counter()
        self.ended(self.store.create(specs, "benchmark"))
        seconds = time.perf_counter() - begun
        self._look_at_memory()
        return seconds

    def ended(self, ids: Sequence[str]) -> list[Record]:
        """These runs, once all of them are done; raises as `train`, and TimeoutError."""
        begun = time.perf_counter()
        while not all(record.ended for record in self.store.find(ids)):
            if time.perf_counter() - begun > PATIENCE_SECONDS:
                raise TimeoutError(f"The runs did not end within {PATIENCE_SECONDS} s")
            time.sleep(LOOK_SECONDS)
        records = self.store.find(ids)
        failed = [record.error for record in records if record.state != "done"]
        if failed:
            raise RuntimeError(f"A run failed: {failed[0]}")
        return records

    def _look_at_memory(self) -> None:
        """The most resident memory that a training process ever had (Linux)."""
        for child in psutil.Process(status.read().pid).children(recursive=True):
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
                peak = next((line.split()[1] for line in lines if line.startswith("VmHWM")), 0)
                self.worker_peak_mb = max(self.worker_peak_mb, int(peak) / 1024)


@contextlib.contextmanager
def engine(sets: Mapping[str, tuple[int, int, int, int]], folders: str = "") -> Iterator[Engine]:
    """An engine that is ready, in a home folder of its own.

    Args:
        sets: by name, classes and images for training, validation and test of a set to make.
        folders: further folders of data sets, as `MEDCORE_DATA` has them.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        for name, (classes, *sizes) in sets.items():
            write(data / f"{name}.npz", classes, sizes)
        found = os.pathsep.join([str(data), *filter(None, [folders])])
        os.environ |= {"MEDCORE_HOME": str(Path(folder) / "home"), "MEDCORE_DATA": found}
        for name in ("MEDCORE_DATABASE", "MEDCORE_SCHEDULER"):
            os.environ.pop(name, None)
        web = subprocess.Popen([sys.executable, "-c", WEB], cwd=ROOT, stdin=subprocess.PIPE)
        try:
            _wait_until_ready()
            yield Engine(Store(settings.database_url()))
        finally:
            web.stdin.close()
            web.wait(timeout=30)


def write(file: Path, classes: int, sizes: list[int]) -> None:
    """A set in MedMNIST's layout."""
    images, labels = learnable(sum(sizes), classes)
    parts = np.cumsum(sizes)[:-1]
    arrays = {}
    for split, x, y in zip(("train", "val", "test"), np.split(images, parts), np.split(labels, parts), strict=True):
        arrays |= {f"{split}_images": x[..., 0], f"{split}_labels": y}
    np.savez(file, **arrays)


def _wait_until_ready() -> None:
    until = time.perf_counter() + PATIENCE_SECONDS
    while not ((now := status.read()) and now.ready):
        if time.perf_counter() > until:
            raise TimeoutError("The engine did not become ready")
        time.sleep(LOOK_SECONDS)
