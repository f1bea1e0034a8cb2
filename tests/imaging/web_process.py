"""A web process with two sessions, as a process of its own: what files do to it is measured from outside."""

import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import psutil

from tests.imaging import good_input

ROOT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.02
MEGABYTES = 256
"""That a session may take here: the memory of the process is bounded by what the sessions may hold."""
PATIENCE_SECONDS = 120


class Outcome(NamedTuple):
    """What became of an input.

    Args:
        whys: the sentence of each upload that was refused.
        stacks: of each that opened: [slices, rows, columns].
        shown: slices that were decoded.
        notes: of all stacks.
        failed: why slices were not decoded, or stacks not shown.
        values: the sum of the stored values of the first stack's middle slice.
        reading, showing: processor seconds of the process and all it started, until it was known what they are, and
            from there to the first slice.
        neighbour: whether another session could open a good file meanwhile.
        grown: bytes by which the process grew, at most.
    """

    whys: list[str]
    stacks: list[list[int]]
    shown: int
    notes: list[str]
    failed: list[str]
    values: float
    reading: float
    showing: float
    neighbour: bool
    grown: int = 0


class WebProcess:
    """Starts it in an empty folder.

    Args:
        folder: its home, its temporary folder and where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = ("HOME", "TMPDIR", "TEMP", "TMP", "MEDCORE_HOME")
        environment = os.environ | dict.fromkeys(names, str(folder)) | {"MEDCORE_UPLOAD_MB": str(MEGABYTES)}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tests.imaging.web_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=environment,
        )
        self._process = psutil.Process(self._popen.pid)
        self._highest = 0
        self._stopped = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()
        self.give("warm.dcm", good_input.dicom())
        self.give("warm.png", good_input.png())

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self._highest = max(self._highest, self._process.memory_info().rss)
            except psutil.Error:
                return

    def give(self, name: str, *files: bytes) -> Outcome:
        """Uploads files to the first session and looks at all that they hold; then lets go of them."""
        before = self._highest = self._process.memory_info().rss
        send(self._popen.stdin, name.encode(), *files)
        outcome = json.loads(receive(self._popen.stdout)[0])
        return Outcome(**outcome)._replace(grown=self._highest - before)

    @property
    def alive(self) -> bool:
        """Whether it is still there."""
        return self._popen.poll() is None

    def written(self) -> list[str]:
        """Files in its folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def close(self) -> None:
        """Ends it and its children."""
        self._stopped.set()
        self._popen.stdin.close()
        self._popen.wait(PATIENCE_SECONDS)


def send(pipe: BinaryIO, *parts: bytes) -> None:
    """How many parts, and of each its length and its bytes."""
    pipe.write(struct.pack("<I", len(parts)))
    for part in parts:
        pipe.write(struct.pack("<Q", len(part)))
        pipe.write(part)
    pipe.flush()


def receive(pipe: BinaryIO) -> list[bytes]:
    """The parts; none at the end of the pipe.

    Raises:
        AssertionError: if the other side ended within them.
    """
    head = pipe.read(4)
    if not head:
        return []
    parts = []
    for _ in range(struct.unpack("<I", head)[0]):
        size = struct.unpack("<Q", pipe.read(8))[0]
        parts.append(pipe.read(size))
        assert len(parts[-1]) == size
    return parts


def _spent() -> float:
    """Processor seconds of this process, and of all it started, those that have ended among them."""
    total = 0.0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])  # user, system, and the same of children that have ended
    return total


def _outcome(shelf: Any, neighbour: Any, name: str, files: list[bytes]) -> dict[str, Any]:
    """Gives the files to the shelf, looks at all they hold, and lets go of them; the neighbour opens a good file."""
    begin = _spent()
    for file in files:
        shelf.add(name, file)
    neighbour.add("good.dcm", good_input.dicom(PatientID=str(begin)))
    assert shelf.wait(PATIENCE_SECONDS)
    whys = [upload.why for upload in shelf.uploads() if upload.state == "refused"]
    stacks = shelf.stacks()
    read = _spent()
    shown = _show(shelf, stacks[0].id) if stacks else _Shown()
    seen = _spent()
    others = [_show(shelf, stack.id) for stack in stacks[1:]]
    assert neighbour.wait(PATIENCE_SECONDS)
    good = [upload.state for upload in neighbour.uploads()] == ["ready"]
    shelf.clear()
    neighbour.clear()
    return {
        "whys": whys,
        "stacks": [list(stack.shape) for stack in stacks],
        "shown": sum(one.slices for one in (shown, *others)),
        "notes": [note for stack in stacks for note in stack.notes],
        "failed": sorted(shown.failed.union(*(one.failed for one in others))),
        "values": shown.middle,
        "reading": read - begin,
        "showing": seen - read - shown.rest,
        "neighbour": good,
    }


class _Shown(NamedTuple):
    """Slices decoded, why others were not, the sum of the middle one's values, seconds for all but the first shown."""

    slices: int = 0
    failed: frozenset[str] = frozenset()
    middle: float = 0.0
    rest: float = 0.0


def _show(shelf: Any, stack_id: str) -> _Shown:
    try:
        view = shelf.view(stack_id)
    except ValueError as error:
        return _Shown(failed=frozenset([str(error)]))
    count = view.stack.shape[0]
    middle = 0.0
    with contextlib.suppress(ValueError):
        cut = view.cut("acquired", count // 2, PATIENCE_SECONDS)
        middle = float(np.nan_to_num(cut.pixels.sum(dtype=np.float64), posinf=0, neginf=0))
    first = _spent()
    view.pixels(PATIENCE_SECONDS)
    return _Shown(count - len(view.failed), frozenset(view.failed.values()), middle, _spent() - first)


def main() -> None:
    """Takes inputs until there are no more."""
    from medcore.imaging.shelf import Shelf

    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    shelf, neighbour = Shelf(), Shelf()
    while parts := receive(requests):
        send(replies, json.dumps(_outcome(shelf, neighbour, parts[0].decode(), parts[1:])).encode())
    shelf.close()
    neighbour.close()


if __name__ == "__main__":
    main()
