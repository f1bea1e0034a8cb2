"""Decodes a stack in the background: the slice that somebody waits for first, then from the middle outwards."""

import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from medcore.imaging.answers import UNFIT
from medcore.imaging.files import Found
from medcore.imaging.pixels import Pixels
from medcore.imaging.stack import Stack
from medcore.sandbox import Reply, Sandbox

JOB = "medcore.imaging.jobs:decode"
PARTS = 8
"""A file of many frames is decoded in so many jobs, so that every core has some."""
SHORT = 4
"""Slices that a job finishes before it gives way to one that somebody waits for."""
MOST_FAILURES = 8
"""Slices of one file that fail before the others are not tried any more."""

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
        self._places, self._pixels, self._file, self._found, self._sandbox = stack.places, pixels, file, found, sandbox
        self._lock = threading.Lock()
        self._of_file: defaultdict[str, list[int]] = defaultdict(list)
        for index, (name, _) in enumerate(self._places):
            self._of_file[name].append(index)
        middle = len(self._places) // 2
        self._open = dict.fromkeys(sorted(range(len(self._places)), key=lambda index: abs(index - middle)))
        self._awaited = -1
        self._in_any_order = stack.kind == "dicom"
        """Other formats are inflated from their start: once, in the order stored."""
        self._failures: Counter[str] = Counter()
        self._stopped = False
        for number in range(min(os.cpu_count() or 1, len(self._open))):
            threading.Thread(target=self._work, name=f"loader {number}", daemon=True).start()

    def want(self, indices: Collection[int]) -> None:
        """These slices come next; for a single one, what is being decoded gives way."""
        if len(indices) == len(self._places):
            return  # all of them come in any case, and those in the middle first
        with self._lock:
            first = [index for index in indices if index in self._open]
            self._open = dict.fromkeys(first) | self._open
            if len(first) == 1:
                self._awaited = first[0]

    def stop(self) -> None:
        """No further slice is begun."""
        with self._lock:
            self._stopped = True
            self._open.clear()

    def _work(self) -> None:
        while batch := self._next():
            self._decode(self._places[batch[0]][0], batch)

    def _next(self) -> list[int]:
        """Slices to decode in one job: all of one file, the most urgent first."""
        with self._lock:
            if not self._open:
                return []
            first = next(iter(self._open))
            file = self._places[first][0]
            batch = [index for index in self._of_file[file] if index in self._open]
            if self._in_any_order:
                batch.sort(key=lambda index: abs(index - first))
                del batch[-(-len(self._of_file[file]) // PARTS) :]
            else:
                batch.sort(key=lambda index: self._places[index][1])
            for index in batch:
                del self._open[index]
            return batch

    def _decode(self, file: str, batch: Sequence[int]) -> None:
        left = list(batch)
        try:
            with closing(self._replies(file, left)) as replies:
                for reply in replies:
                    if not left or len(reply.data) != 1 or reply.values.get("frame") != self._places[left[0]][1]:
                        raise ValueError(UNFIT)
                    self._pixels.put(left[0], reply.data[0])
                    del left[0]
                    if self._gives_way(left):
                        return
            if left:
                raise ValueError(UNFIT)
        except ValueError as error:
            self._fail(file, left, str(error))

    def _replies(self, file: str, indices: Sequence[int]) -> Iterator[Reply]:
        data, found = self._file(file), self._found(file)
        pixels = found.rows * found.columns * found.samples
        yield from self._sandbox.stream(
            JOB,
            {"found": _wanted(found), "frames": [self._places[index][1] for index in indices]},
            [data],
            seconds=SECONDS + pixels / PIXELS_A_SECOND + len(data) / BYTES_A_SECOND,
            memory=min(MEMORY + 3 * len(data) + 32 * pixels, LARGEST_MEMORY),
            largest=pixels * np.dtype(found.dtype).itemsize,
        )

    def _gives_way(self, left: list[int]) -> bool:
        """Puts the rest of a long job back if somebody waits for a slice that nobody has begun."""
        if len(left) <= SHORT or not self._in_any_order:
            return False
        with self._lock:
            if self._awaited not in self._open:
                return False
            self._open |= dict.fromkeys(left)
            return True

    def _fail(self, file: str, left: Sequence[int], why: str) -> None:
        """The slice that could not be decoded has failed; those after it are tried once more, without it."""
        if not left:
            return
        with self._lock:
            self._failures[file] += 1
            failed = list(left[:1])
            if self._failures[file] >= MOST_FAILURES:
                failed += [*left[1:], *(index for index in self._of_file[file] if index in self._open)]
            for index in failed:
                self._open.pop(index, None)
            if not self._stopped:
                self._open |= dict.fromkeys(index for index in left if index not in failed)
        self._pixels.fail(failed, why)


def _wanted(found: Found) -> dict[str, Any]:
    """What `jobs.decode` needs of a description: of the frames, which may be many, their number alone."""
    plain = {name: getattr(found, name) for name in ("kind", "rows", "columns", "samples", "dtype", "details")}
    return {**plain, "frames": len(found.frames)}
