"""Training images drawn anew for every epoch: those of the next while the network takes those of the present one."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

LOOK_SECONDS = 0.1
"""How often whoever waits for images looks whether the run was cancelled."""

Drawn = np.ndarray | tuple[np.ndarray, np.ndarray]
"""The images of an epoch, or these and their masks."""

Draw = Callable[[int, Callable[..., None]], Drawn]
"""From the number of an epoch (from 0), and something to call now and then that may raise, to its images."""


class _Stopped(Exception):  # noqa: N818 - nobody wants these images any more
    """Ends a drawing in its thread."""


def drawn(draw: Draw, epochs: int, pause: Callable[[], None]) -> Iterator[Drawn]:
    """The images of every epoch. To be closed, which ends the thread that draws ahead.

    The filters and the compiled steps let go of Python's lock, so with a core to spare the drawing costs no time.

    Args:
        draw: gives the images of an epoch.
        pause: called while they are not ready; may raise.
    """
    stop = threading.Event()

    def check(*_: int) -> None:
        if stop.is_set():
            raise _Stopped

    with ThreadPoolExecutor(1, thread_name_prefix="augmentation") as thread:
        try:
            upcoming = thread.submit(draw, 0, check)
            for epoch in range(epochs):
                while not wait([upcoming], LOOK_SECONDS).done:
                    pause()
                images = [upcoming.result()]
                if epoch + 1 < epochs:
                    upcoming = thread.submit(draw, epoch + 1, check)
                yield images.pop()  # and keep none: an epoch's images may be most of the memory
        finally:
            stop.set()
