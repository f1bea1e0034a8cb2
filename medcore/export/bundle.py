"""The ZIP of a comparison, made by a process of its own: no image is read or prepared in the one that asks."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from medcore.spec import RunSpec

SECONDS = 900
FAILED = "The ZIP could not be made; try again."


def make(runs: Mapping[str, RunSpec], precisions: Mapping[str, str], progress: Callable[[float], None]) -> bytes:
    """The ZIP of script, notebook, images, specs, packages and README; see `archive.make`.

    Raises:
        ValueError: with one sentence, if it cannot be made, or takes too long.
    """
    asked = {"runs": {label: spec.to_dict() for label, spec in runs.items()}, "precisions": dict(precisions)}
    process = subprocess.Popen(
        [sys.executable, "-m", "medcore.export.archive"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said: list[str] = []
    listener = threading.Thread(target=_listen, args=(process.stderr, progress, said), daemon=True)
    late = threading.Timer(SECONDS, process.kill)
    with process:
        listener.start()
        late.start()
        try:
            with process.stdin as stream, suppress(BrokenPipeError):  # then it says why
                stream.write(json.dumps(asked).encode())
            content = process.stdout.read()
            listener.join()
        finally:
            late.cancel()
    if process.returncode:
        raise ValueError(said[-1] if said else FAILED)
    return content


def _listen(stream: IO[bytes], progress: Callable[[float], None], said: list[str]) -> None:
    """Passes on the shares that the process tells of, and keeps what else it says."""
    for line in stream:
        text = line.decode(errors="replace").strip()
        try:
            progress(float(text))
        except ValueError:
            said.append(text)
