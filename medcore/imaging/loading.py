"""Decodes a stack in the background: the slice that somebody waits for first, then from the middle outwards."""

import os
import threading
from collections.abc import Callable, Iterable

from medcore.imaging.files import Found
from medcore.imaging.pixels import Pixels
from medcore.imaging.stack import Stack
from medcore.sandbox import Sandbox

JOB = "medcore.imaging.jobs:decode"
PARTS = 8
"""A file of many frames is decoded in so many jobs, so that a slice somebody waits for comes early."""

SECONDS = 2.5
PIXELS_A_SECOND = 2e6
"""Less than any decoder does on a slow machine."""
BYTES_A_SECOND = 20e6
MEMORY = 2**29
LARGEST_MEMORY = 2**32


class Loader:
    """Fills the pixels of a stack.

    Args:
        stack: whose pixels.
        pixels: to be filled.
        file: gives the bytes of a file by its id.
        found: gives its description.
        sandbox: decodes.
    """

    def __init__(
        self,
        stack: Stack,
        pixels: Pixels,
        file: Callable[[str], bytes],
        found: Callable[[str], Found],
        sandbox: Sandbox,
    ) -> None:
        self._stack, self._pixels, self._file, self._found, self._sandbox = stack, pixels, file, found, sandbox
        self._lock = threading.Lock()
        middle = stack.shape[0] // 2
        self._open = sorted(range(stack.shape[0]), key=lambda index: abs(index - middle))
        self._stopped = False
        for number in range(min(os.cpu_count() or 1, len(self._open))):
            threading.Thread(target=self._work, name=f"loader {number}", daemon=True).start()

    def want(self, indices: Iterable[int]) -> None:
        """These slices come next."""
        wanted = set(indices)
        with self._lock:
            self._open.sort(key=lambda index: index not in wanted)  # stable: the rest keeps its order

    def stop(self) -> None:
        """No further slice is begun."""
        with self._lock:
            self._stopped = True
            self._open.clear()

    def _work(self) -> None:
        while batch := self._next():
            self._decode(batch)

    def _next(self) -> list[int]:
        """Slices to decode in one job: all of one file, the most urgent first."""
        with self._lock:
            if self._stopped or not self._open:
                return []
            file = self._stack.places[self._open[0]][0]
            found = self._found(file)
            whole = found.kind != "dicom"  # the other formats are inflated from their start: once, in the order stored
            most = len(found.frames) if whole else -(-len(found.frames) // PARTS)
            batch = [index for index in self._open if self._stack.places[index][0] == file][:most]
            if whole:
                batch.sort(key=lambda index: self._stack.places[index][1])
            taken = set(batch)
            self._open = [index for index in self._open if index not in taken]
            return batch

    def _decode(self, batch: list[int]) -> None:
        file = self._stack.places[batch[0]][0]
        left = {self._stack.places[index][1]: index for index in batch}
        try:
            data, found = self._file(file), self._found(file)
            frame = found.rows * found.columns * found.samples
            seconds = SECONDS + frame / PIXELS_A_SECOND + len(data) / BYTES_A_SECOND
            memory = min(MEMORY + 3 * len(data) + 32 * frame, LARGEST_MEMORY)
            values = {"found": found.to_dict(), "frames": list(left)}
            for reply in self._sandbox.stream(JOB, values, [data], seconds=seconds, memory=memory):
                self._pixels.put(left[reply.values["frame"]], reply.data[0])
                left.pop(reply.values["frame"])
        except (ValueError, KeyError, IndexError) as error:
            why = str(error) if isinstance(error, ValueError) else "It cannot be decoded: the file is damaged."
            self._pixels.fail(left.values(), why)
