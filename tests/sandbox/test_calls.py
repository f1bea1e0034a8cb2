import errno
import os
import socket
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file

from medcore.imaging import jobs
from medcore.imaging.dicom import describing
from medcore.imaging.loading import _wanted
from medcore.sandbox import Sandbox, calls, process

JOBS = "tests.sandbox.jobs"
pytestmark = pytest.mark.skipif(not calls.available(), reason="needs seccomp on a processor that is known")


@pytest.fixture
def sandbox():
    sandbox = Sandbox(children=1, package="tests")
    yield sandbox
    sandbox.close()


def test_a_child_slips_away_by_no_way(sandbox, tmp_path):
    path = os.path.relpath(tmp_path / "s")  # short enough for a socket
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        values = {"web": os.getpid(), "unix": path}
        assert sandbox.run(f"{JOBS}:slip_away", values).values == {"succeeded": []}


def test_the_kernel_denies_every_call_by_its_number(sandbox):
    """Arguments that no call would take: what is denied is denied before they are looked at."""
    column = calls._processor().column
    asked = {name: [numbers[column], *[-1] * 6] for name, numbers in calls.NEVER.items() if numbers[column] is not None}
    said = sandbox.run(f"{JOBS}:ask", {"calls": asked}).values["said"]
    assert len(said) == len(asked) > 40
    assert said == {name: [-1, errno.EPERM] for name in asked}


def test_processes_by_clone_and_other_tables_of_calls_are_closed(sandbox):
    processor = calls._processor()
    thread, child_ended = 0x10000, 17
    asked = {
        "clone": [processor.clone, child_ended, 0, 0, 0, 0],
        "clone3": [435, 0, 0],
        "signal to a thread": [processor.tgkill, os.getpid(), os.getpid(), 0],
        "x32": [0x40000000 | 39],
        "half a thread": [processor.clone, thread, 0, 0, 0, 0],
    }
    said = sandbox.run(f"{JOBS}:ask", {"calls": asked}).values["said"]
    assert said.pop("half a thread") == [-1, errno.EINVAL]  # the kernel's own answer: the filter lets threads pass
    assert said.pop("clone3") == [-1, errno.ENOSYS]
    assert said == {name: [-1, errno.EPERM] for name in said}


def test_threads_go_on_working(sandbox):
    assert sandbox.run(f"{JOBS}:threads", {"count": 8}).values == {"found": list(range(8))}


@pytest.mark.parametrize("name", ["JPEG2000.dcm", "JPEGLSNearLossless_16.dcm", "SC_rgb_jpeg_gdcm.dcm"])
def test_native_decoders_do_in_a_child_what_they_do_here(name):
    data = Path(get_testdata_file(name, download=False)).read_bytes()
    (found,) = describing.describe(memoryview(data), name)
    asked = {"found": _wanted(found), "frames": [0]}
    (here,) = jobs.decode(asked, [memoryview(data)])
    decoder = Sandbox(children=1)
    try:
        there = decoder.run("medcore.imaging.jobs:decode", asked, [data])
    finally:
        decoder.close()
    assert bytes(there.data[0]) == here.data[0].tobytes()


def test_libraries_of_arrays_and_pictures_work_in_a_child(sandbox):
    reply = sandbox.run(f"{JOBS}:calculate", {}, seconds=30)
    assert reply.values["shapes"] == {
        "product": [300, 300],
        "smooth": [64, 64],
        "picture": [64, 64],
        "volume": [4, 5, 6],
    }
    assert np.isfinite(reply.values["sum"])


def test_a_decoder_that_gives_up_still_ends_itself(sandbox):
    with pytest.raises(ValueError, match=r"\w") as error:
        sandbox.run(f"{JOBS}:abort", {})
    assert str(error.value) == process.CRASHED


def test_this_process_is_not_touched():
    socket.socketpair()[0].close()
    assert calls.available()
