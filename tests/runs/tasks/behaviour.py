"""What the tests' tasks do. The seed of the run says how much of it."""

import ctypes
import errno
import os
import subprocess
import sys
import time

from medcore.training.run import Cancelled, Row


def stream(spec, run):
    """Logs the time of day each 10 ms, `seed` times, prints what it logged, and heeds a cancel."""
    for step in range(1, spec.seed + 1):
        if run.cancelled():
            raise Cancelled
        run.log([Row(step, "clock", time.time())])
        print(step, flush=True)
        time.sleep(0.01)
    return _place()


def chatter(spec, run):
    """Logs `seed` rows as fast as it can, then two values that are not finite."""
    run.plan(steps=spec.seed, loss=float("inf"))
    run.status("Chattering.")
    for step in range(1, spec.seed + 1):
        run.log([Row(step, "train_loss", 1 / step)])
    run.log([Row(spec.seed, "odd", float("nan")), Row(spec.seed, "odd", float("-inf"))])
    return {"loss": float("nan"), "folder": str(run.folder)}


def quick(spec, run):
    """Ends after `seed` milliseconds."""
    time.sleep(spec.seed / 1000)
    return _place()


def hang(spec, run):
    """Starts a grandchild, then hangs in C code that holds the interpreter lock."""
    grandchild = subprocess.Popen(["sleep", "60"])
    run.log([Row(1, "grandchild", grandchild.pid), Row(2, "child", os.getpid())])
    ctypes.PyDLL(None).sleep(300)


def crash(spec, run):
    """Dies as a fault in C code does."""
    run.log([Row(1, "train_loss", 1.0)])
    print("last words", file=sys.stderr, flush=True)
    ctypes.string_at(0)


def refuse(spec, run):
    raise ValueError("Images must be square. Received: 3 x 4")


def stumble(spec, run):
    return {}["no such key"]


def full_disk(spec, run):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(run.folder / "model.keras"))


def _place():
    return {"pid": os.getpid(), "threads": os.environ["TF_NUM_INTRAOP_THREADS"]}
