"""A process that works for another ends with it."""

import os
import threading

import psutil


def end_with_parent() -> None:
    """Ends this process once the one that started it has ended: nobody waits for the answer any more."""
    parent = psutil.Process().parent()

    def wait() -> None:
        if parent is not None:
            parent.wait()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
