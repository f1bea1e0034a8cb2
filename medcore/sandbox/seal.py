"""What a child may reach: its own code to read, and nothing else. Linux's Landlock, where the kernel has it.

A file that takes a decoder over finds itself in a process that cannot write, create, delete or run anything, that
reads neither the store nor other people's files, opens no TCP connection (from version 4 on) and signals nobody (from
version 6 on). Other sockets, and processes of its own, are the business of `calls`.

Reference: https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
import sys
from pathlib import Path

EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
READ = READ_FILE | READ_DIR
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""By version of Landlock: how many rights over files it knows."""
LATEST = max(FILE_RIGHTS)
TCP = 0b11
"""To bind and to connect; from version 4 on."""
SCOPES = 0b11
"""Abstract sockets and signals of processes outside; from version 6 on."""
PACKAGE = Path(__file__).resolve().parents[1]
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom")

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every processor
_VERSION = 1
_PATH_BENEATH = 1
_SET_NO_NEW_PRIVILEGES = 38
_PATH_ONLY = 0o10000000 | os.O_CLOEXEC if sys.platform == "linux" else 0


def version() -> int:
    """Of Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None).syscall(_CREATE, None, 0, _VERSION))


def seal() -> bool:
    """Gives up for good what this thread, and what it starts from now on, need not reach; says whether that worked."""
    known = version()
    if not known:
        return False
    system = ctypes.CDLL(None)
    files = (1 << FILE_RIGHTS[min(known, LATEST)]) - 1
    handled = [files, *([TCP] if known >= 4 else []), *([SCOPES] if known >= 6 else [])]
    asked = struct.pack(f"{len(handled)}Q", *handled)
    rules = system.syscall(_CREATE, asked, len(asked), 0)
    if rules < 0:
        return False
    try:
        for path in _readable():
            _allow(system, rules, path, READ if path.is_dir() else READ_FILE)
        _allow(system, rules, PACKAGE.parent, READ_DIR)  # to find packages by name
        return not system.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) and not system.syscall(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _readable() -> list[Path]:
    """Python, its libraries, and the packages that lie where ours does."""
    beside = [folder.parent for folder in PACKAGE.parent.glob("*/__init__.py")]
    installed = [Path(entry) for entry in sys.path if entry and Path(entry) != PACKAGE.parent]
    paths = [*beside, *installed, Path(sys.prefix), Path(sys.base_prefix), *map(Path, SYSTEM)]
    return [path for path in dict.fromkeys(paths) if path.exists()]


def _allow(system: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    place = os.open(path, _PATH_ONLY)
    try:
        system.syscall(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
