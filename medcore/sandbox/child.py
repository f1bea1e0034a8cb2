"""A child's life: take a job, do it, send what it gives, wait for the next."""

import contextlib
import dis
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from medcore.sandbox import limits, wire
from medcore.sandbox.wire import Reply

DAMAGED = "It cannot be read: it is damaged, or not what it says it is."
TOO_LARGE = "Reading it would take more memory than is allowed."
TOO_DEEP = "It is nested too deeply to be read."


def main() -> None:
    """Reads jobs from standard input until it ends; writes replies to what was standard output.

    Both standard outputs then lead nowhere, so that no library can disturb the replies or tell what was in a file.
    """
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    warnings.simplefilter("ignore")
    limits.for_life()
    with contextlib.suppress(EOFError, OSError):
        while True:
            _serve(wire.receive(requests, sys.maxsize, sys.maxsize), replies)


def _serve(request: Reply, replies: wire.Pipe) -> None:
    """Does one job; every reply is followed by another, by the end, or by an error."""
    values = request.values
    try:
        job = _job(values["target"])
        limits.for_job(values["seconds"], values["memory"])
        data = [memoryview(buffer).toreadonly() for buffer in request.data]
        for reply in _replies(job, values["values"], data):
            wire.send(replies, {"reply": reply.values}, reply.data, values["text"])
    except BrokenPipeError:
        raise
    except (ValueError, OSError, MemoryError, RecursionError, Exception) as error:  # noqa: BLE001 - files do anything
        wire.send(replies, {"error": _sentence(error, str(values.get("target")))})
    else:
        wire.send(replies, {"end": True})


def _job(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def _replies(job: Callable[..., Any], values: dict[str, Any], data: list[memoryview]) -> Iterator[Reply]:
    given = job(values, data)
    if isinstance(given, Reply):
        yield given
    else:
        yield from given


def _sentence(error: BaseException, target: str) -> str:
    """The error's own sentence if it was written for people: ours raise ValueError with one argument."""
    if isinstance(error, MemoryError):
        return TOO_LARGE
    if isinstance(error, RecursionError):
        return TOO_DEEP
    return DAMAGED if not _meant(error, target.partition(".")[0]) else " ".join(str(error).split())[:500]


def _meant(error: BaseException, package: str) -> bool:
    """Whether the sentence was written for people: by a `raise` in the package's own code.

    What a library or a built-in function says may quote the file, and with it the patient.
    """
    if not isinstance(error, (ValueError, OSError)) or error.__traceback__ is None:
        return False
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    raised = dis.opname[last.tb_frame.f_code.co_code[last.tb_lasti]] == "RAISE_VARARGS"
    return raised and last.tb_frame.f_globals.get("__name__", "").startswith(f"{package}.")
