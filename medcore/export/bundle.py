"""The ZIP of a comparison, made by a process of its own: no image is read or prepared in the one that asks."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from medcore.spec import RunSpec

AT_ONCE = 2
"""ZIPs that are made at the same time, of all sessions: each takes up to a gigabyte of memory."""
SECONDS = 900
LOOK_SECONDS = 0.2
COMMAND = (sys.executable, "-m", "medcore.export.archive")
DONE, ERROR = "medcore-done", "medcore-error"
"""First words of the lines by which the process says how far it is, and why it ends: its libraries talk too."""
FAILED = "The ZIP could not be made; try again."
LATE = f"The ZIP was not ready after {SECONDS // 60} minutes: choose fewer or smaller images, or take the script alone."

_places = threading.BoundedSemaphore(AT_ONCE)


def make(runs: Mapping[str, RunSpec], precisions: Mapping[str, str], progress: Callable[[float], None]) -> bytes:
    """The ZIP of script, notebook, images, specs, packages and README; see `archive.write`. It may wait for others.

    Args:
        runs: by label.
        precisions: by label, what a run was computed in.
        progress: is told the share that is done, over and over; what it raises ends the work.

    Raises:
        ValueError: with one sentence, if it cannot be made, or takes too long.
    """
    asked = {"runs": {label: spec.to_dict() for label, spec in runs.items()}, "precisions": dict(precisions)}
    while not _places.acquire(timeout=LOOK_SECONDS):
        progress(0.0)
    try:
        return _made(json.dumps(asked).encode(), progress)
    finally:
        _places.release()


def _made(asked: bytes, progress: Callable[[float], None]) -> bytes:
    late = time.monotonic() + SECONDS
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(COMMAND, cwd=Path(__file__).parents[2], **pipes) as process:
        talk = _Talk(process, asked)
        try:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_SECONDS)
                progress(talk.share)
                if time.monotonic() > late:
                    raise ValueError(LATE)
        finally:
            process.kill()  # one that has ended does not mind
            talk.wait()
    if process.returncode:
        raise ValueError(talk.error or FAILED)
    progress(1.0)
    return talk.content


class _Talk:
    """Hands a process what it is asked, and takes what it says and makes, each in a thread: none waits for another."""

    def __init__(self, process: subprocess.Popen, asked: bytes) -> None:
        self.share, self.error, self.content = 0.0, "", b""
        parts = ((self._ask, process.stdin, asked), (self._listen, process.stderr), (self._take, process.stdout))
        self._threads = [threading.Thread(target=part, args=args, daemon=True) for part, *args in parts]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Until everything was said."""
        for thread in self._threads:
            thread.join()

    def _ask(self, stream: IO[bytes], asked: bytes) -> None:
        with suppress(BrokenPipeError), stream:  # then it says why
            stream.write(asked)

    def _listen(self, stream: IO[bytes]) -> None:
        for line in stream:
            what, _, rest = line.decode(errors="replace").strip().partition(" ")
            if what == DONE:
                self.share = float(rest)
            elif what == ERROR:
                self.error = rest

    def _take(self, stream: IO[bytes]) -> None:
        self.content = stream.read()
