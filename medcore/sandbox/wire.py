"""Messages between the web process and a child: JSON and raw buffers, never pickles.

A child may have been taken over by what it read, so what it says is data and is bounded in size.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Buffer = Any
"""Bytes or whatever shows its memory as such: `bytes`, `memoryview`, a C-contiguous array."""

HEADER_LIMIT = 48 * 2**20
"""Bytes of JSON: 100,000 frames can be described in them."""
VALUES_LIMIT = 3_000_000
"""Values in that JSON: an empty list is two bytes there, and some seventy in memory."""

_LENGTH = struct.Struct("<Q")


class Reply(NamedTuple):
    """What a job gives: plain values and raw buffers."""

    values: Mapping[str, Any]
    data: Sequence[Buffer] = ()


class Pipe(Protocol):
    """An unbuffered binary file."""

    def write(self, data: Buffer, /) -> int | None: ...

    def readinto(self, buffer: Buffer, /) -> int | None: ...


def send(pipe: Pipe, values: Mapping[str, Any], data: Sequence[Buffer] = ()) -> None:
    """Writes one message.

    Raises:
        OSError: if the other end is gone.
    """
    views = [memoryview(buffer).cast("B") for buffer in data]
    header = json.dumps({"values": values, "sizes": [view.nbytes for view in views]}).encode()
    for part in (_LENGTH.pack(len(header)), header, *views):
        _write(pipe, memoryview(part))


def receive(pipe: Pipe, limit: int) -> Reply:
    """Reads one message.

    Args:
        limit: most bytes that its buffers may have together.

    Raises:
        EOFError: if the other end is gone.
        ValueError: if the message is too large or none of ours.
    """
    length = _LENGTH.unpack(_read(pipe, _LENGTH.size))[0]
    if length > HEADER_LIMIT:
        raise ValueError(f"A message has at most {HEADER_LIMIT:,} bytes of JSON. Received: {length:,}")
    text = _read(pipe, length)
    if sum(map(text.count, (b",", b"[", b"{"))) > VALUES_LIMIT:
        raise ValueError(f"A message has at most {VALUES_LIMIT:,} values.")
    header = json.loads(text)
    values = header["values"]
    if not isinstance(values, dict):
        raise ValueError("A message carries its values by name.")
    sizes = header["sizes"]
    if not all(isinstance(size, int) for size in sizes) or min(sizes, default=0) < 0 or sum(sizes) > limit:
        raise ValueError(f"A message carries at most {limit:,} bytes. Received: {sum(sizes):,}")
    return Reply(values, [_read(pipe, size) for size in sizes])


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
