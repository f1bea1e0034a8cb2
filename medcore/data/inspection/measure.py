"""`python -m medcore.data.inspection.measure WHAT NAME OPTIONS`: looks at a set in a process of its own, for `sources`.

WHAT is "read" (its facts and its snapshot are kept) or "overview" (of a set with a snapshot).
"""

import json
import os
import sys
import threading

import psutil

from medcore.data import sources

WORK = {"read": sources.keep_snapshot, "overview": sources.keep_overview}


def end_with_parent() -> None:
    """Nobody waits for the answer any more once the process that asked has ended."""
    parent = psutil.Process().parent()

    def wait() -> None:
        if parent is not None:
            parent.wait()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    what, name, options = sys.argv[1:]
    try:
        WORK[what](name, json.loads(options))
    except (ValueError, OSError) as error:
        sys.exit(str(error))
