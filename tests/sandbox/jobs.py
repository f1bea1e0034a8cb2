"""Jobs that behave well and badly."""

import ctypes
import os
import signal
import sys
import time

from medcore.sandbox import Reply


def twice(values, data):
    return Reply({"number": values["number"] * 2}, [bytes(buffer) * 2 for buffer in data])


def count(values, data):
    for number in range(values["to"]):
        yield Reply({"number": number}, [bytes([number])])


def refuse(values, data):
    raise ValueError("An image was expected. Received: a poem")


def stumble(values, data):
    int("patient name")


def crash(values, data):
    ctypes.string_at(0)


def spin(values, data):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        pass


def sleep(values, data):
    time.sleep(3600)


def hoard(values, data):
    kept = []
    while True:
        kept.append(bytearray(16 * 2**20))


def recurse(values, data):
    return recurse(values, data)


def write(values, data):
    with open(values["path"], "wb") as file:
        file.write(b"x" * 100)
    return Reply({})


def say(values, data):
    print("a word on standard output", flush=True)
    os.write(1, b"and another")
    os.write(2, b"and an error")
    return Reply({})


def environment(values, data):
    return Reply({"names": sorted(os.environ), "path": sys.path[0]})


def boast(values, data):
    """More than was allowed."""
    return Reply({}, [bytes(64 * 2**20)])


def pid(values, data):
    return Reply({"pid": os.getpid()})
