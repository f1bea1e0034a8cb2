"""Ends the streams when the server is told to stop: it waits for open answers before anything else."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from medcore.web.feed import Feed

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def closed_on_exit(feed: Feed) -> Iterator[None]:
    """While open, Ctrl-C and SIGTERM close the feed first and then do what they did before.

    To be entered in the main thread, in the event loop of the server.
    """
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(feed.close)
        if callable(before[number]):
            before[number](number, frame)

    for number in SIGNALS:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
