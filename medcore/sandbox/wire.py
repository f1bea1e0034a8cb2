"""Messages between the web process and a child: JSON and raw buffers, never pickles.

A child may have been taken over by what it read, so what it says is data and is bounded in size.
"""

import json
import struct
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Buffer = Any
"""Bytes or whatever shows its memory as such: `bytes`, `memoryview`, a C-contiguous array."""

VALUE_BYTES = 20
"""Of JSON, at least, for each value on the average: an empty list is two bytes there, and some seventy in memory."""
TOO_MUCH = "It holds too much to be described at once."

_LENGTH = struct.Struct("<Q")


class Reply(NamedTuple):
    """What a job gives: plain values and raw buffers."""

    values: Mapping[str, Any]
    data: Sequence[Buffer] = ()


class Pipe(Protocol):
    """An unbuffered binary file."""

    def write(self, data: Buffer, /) -> int | None: ...

    def readinto(self, buffer: Buffer, /) -> int | None: ...


def send(pipe: Pipe, values: Mapping[str, Any], data: Sequence[Buffer] = (), text: int = sys.maxsize) -> None:
    """Writes one message, with as much JSON as `receive` will take.

    Raises:
        OSError: if the other end is gone.
        ValueError: with one sentence, if it is too much; nothing is written then.
    """
    views = [memoryview(buffer).cast("B") for buffer in data]
    header = json.dumps({"values": values, "sizes": [view.nbytes for view in views]}).encode()
    if not _fits(header, text):
        raise ValueError(TOO_MUCH)
    for part in (_LENGTH.pack(len(header)), header, *views):
        _write(pipe, memoryview(part))


def receive(pipe: Pipe, largest: int, text: int) -> Reply:
    """Reads one message.

    Args:
        largest: most bytes that its buffers may have together.
        text: most bytes of its JSON, and with them of values: one for every `VALUE_BYTES`.

    Raises:
        EOFError: if the other end is gone.
        ValueError: if the message is too large or none of ours.
    """
    length = _LENGTH.unpack(_read(pipe, _LENGTH.size))[0]
    if length > text or not _fits(written := _read(pipe, length), text):
        raise ValueError(TOO_MUCH)
    header = json.loads(written)
    values = header["values"]
    if not isinstance(values, dict):
        raise ValueError("A message carries its values by name.")
    sizes = header["sizes"]
    if not all(isinstance(size, int) for size in sizes) or min(sizes, default=0) < 0 or sum(sizes) > largest:
        raise ValueError(f"A message carries at most {largest:,} bytes. Received: {sum(sizes):,}")
    return Reply(values, [_read(pipe, size) for size in sizes])


def _fits(written: bytes | bytearray, text: int) -> bool:
    return len(written) <= text and sum(map(written.count, (b",", b"[", b"{"))) <= text // VALUE_BYTES


def _write(pipe: Pipe, view: memoryview) -> None:
    while view:
        view = view[pipe.write(view) or 0 :]


def _read(pipe: Pipe, size: int) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = pipe.readinto(view)
        if not count:
            raise EOFError("The other end is gone.")
        view = view[count:]
    return buffer
