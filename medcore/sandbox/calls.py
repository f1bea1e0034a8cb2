"""What a child may ask of the kernel: no process, no socket, nothing that outlives it. Linux's seccomp.

Landlock (`seal`) knows files and TCP; this closes what it leaves open: a process that slips away from whoever watches
it, memory that stays behind (System V, POSIX queues), datagrams and sockets of others, and a hand on other processes
of the same user. Threads go on working: decoders start some.

Only on Linux with an x86-64 or ARM64 processor, and a kernel that has seccomp (`CONFIG_SECCOMP_FILTER`). Elsewhere a
child that was taken over can do all of this; what the system's account may do is then the only limit.

Reference: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from typing import NamedTuple

NEVER = {
    # name: (x86-64, ARM64); numbers of asm/unistd_64.h and asm-generic/unistd.h
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "prctl": (157, 167),  # would undo that it ends with its parent
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "io_uring_setup": (425, 425),  # its operations pass no filter
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
}
_CLONE3 = 435  # its flags lie in memory, where a filter cannot look
_CLONE_THREAD = 0x10000
_X32 = 0x40000000


class Processor(NamedTuple):
    """What differs from processor to processor: its name for seccomp, its column above, and some numbers."""

    audit: int
    column: int
    seccomp: int
    clone: int
    tgkill: int
    prlimit64: int


PROCESSORS = {
    "x86_64": Processor(0xC000003E, 0, 317, 56, 234, 302),
    "aarch64": Processor(0xC00000B7, 1, 277, 220, 131, 261),
}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data, little-endian
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_DENY, _UNKNOWN = _ERROR | errno.EPERM, _ERROR | errno.ENOSYS
_SET_NO_NEW_PRIVILEGES = 38
_SET_FILTER, _ALL_THREADS = 1, 1
_GET_ACTION_AVAILABLE = 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def available() -> bool:
    """Whether `forbid` works here."""
    processor = _processor()
    if processor is None:
        return False
    action = ctypes.c_uint32(_KILL)
    return not ctypes.CDLL(None).syscall(processor.seccomp, _GET_ACTION_AVAILABLE, 0, ctypes.byref(action))


def forbid() -> bool:
    """Gives up for good, in every thread, what a child needs not ask for; says whether that worked."""
    processor = _processor()
    if processor is None:
        return False
    steps = _steps(processor, os.getpid())
    program = _Program(len(steps) // 8, steps)
    system = ctypes.CDLL(None)
    return not system.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) and not system.syscall(
        processor.seccomp, _SET_FILTER, _ALL_THREADS, ctypes.byref(program)
    )


def _processor() -> Processor | None:
    """This one, if its calls are known; None for 32-bit programs too."""
    if sys.platform != "linux" or sys.maxsize < 2**32:
        return None
    return PROCESSORS.get(platform.machine())


def _steps(processor: Processor, pid: int) -> bytes:
    """The filter, in the kernel's classic BPF: a call that no step answers is allowed."""
    never = [numbers[processor.column] for numbers in NEVER.values()]
    return b"".join(
        [
            _step(_LOAD, _ARCHITECTURE),
            _step(_EQUAL, processor.audit, 1, 0),
            _step(_RETURN, _KILL),  # calls of a 32-bit program bear other numbers
            _step(_LOAD, _NUMBER),
            _step(_AT_LEAST, _X32, 0, 1),
            _step(_RETURN, _DENY),
            *(_on(number, _step(_RETURN, _DENY)) for number in never if number is not None),
            _on(_CLONE3, _step(_RETURN, _UNKNOWN)),  # the C library then takes clone
            _on(processor.clone, _only_if(_ANY_BIT, _CLONE_THREAD)),
            _on(processor.tgkill, _only_if(_EQUAL, pid)),  # abort() signals itself
            _on(processor.prlimit64, _only_if(_EQUAL, 0)),  # its own limits
            _step(_RETURN, _ALLOW),
        ]
    )


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _on(number: int, steps: bytes) -> bytes:
    """These steps for one call; the others go past them."""
    return _step(_EQUAL, number, 0, len(steps) // 8) + steps


def _only_if(test: int, value: int) -> bytes:
    """Allowed where the test of the first argument's lower half holds."""
    return b"".join(
        [
            _step(_LOAD, _FIRST_ARGUMENT),
            _step(test, value, 0, 1),
            _step(_RETURN, _ALLOW),
            _step(_RETURN, _DENY),
        ]
    )
