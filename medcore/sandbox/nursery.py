"""The fork server: it has loaded what jobs need, and a child is a copy of it, there in some milliseconds. Linux alone.

It reads nothing from anybody but the web process, and serves all sessions of it; each copy serves one.
It is a process of our own and not that of `multiprocessing`, because it starts with an empty environment
and never imports the main script.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import signal
import socket
import struct

from medcore.sandbox import child

PRELOADED = (
    "medcore.imaging.jobs",
    "medcore.imaging.dicom.describing",
    "medcore.imaging.dicom.decoding",
    "medcore.imaging.dicom.header",
    "medcore.imaging.formats.arrays",
    "medcore.imaging.formats.nifti",
    "medcore.imaging.formats.pictures",
    "medcore.imaging.formats.zips",
    "medcore.data.preparation.preview",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.TiffImagePlugin",
    "pydicom.pixels.decoders",
    "openjpeg",
    "jpeg_ls",
    "gdcm",
)
"""Named, not imported: the web process imports this package too."""

CHILD = struct.Struct("<I")
"""The answer to a request: the id of the child."""

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Copies itself for every socket that comes over standard input, until that ends."""
    control = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the children
    for module in PRELOADED:
        with contextlib.suppress(Exception):  # the job that needs it will say so
            importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what is there now stays in pages that the children share
    while fds := socket.recv_fds(control, 1, 1)[1]:
        parent, pid = os.getpid(), os.fork()
        if not pid:
            control.close()
            _become_child(fds[0], parent)
        os.close(fds[0])
        control.sendall(CHILD.pack(pid))


def _become_child(connection: int, parent: int) -> None:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()  # a group of its own, so that it is ended with whatever it starts
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for stream in (0, 1):
            os.dup2(connection, stream)
        os.close(connection)
        if os.getppid() == parent:
            child.main()
    finally:
        os._exit(0)
