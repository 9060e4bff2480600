"""A filter of system calls: a process that opens hostile files reaches no network, no other process and no new file.

A small filter of our own by prctl(2): libseccomp is a library of the system that slim container images do not have.
What a library may try by itself, such as asking the name service who the user is, is refused as if for want of
permission, and the process goes on. What only an attack tries, such as running a program, ends the process (SIGSYS).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""AUDIT_ARCH of `linux/audit.h`, and the column of the tables below."""

_OPEN, _OPENAT = (2, None), (257, 56)
_KILL, _TGKILL, _PRLIMIT = (62, 129), (234, 131), (302, 261)

_FATAL: dict[str, tuple[int | None, int | None]] = {
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "iopl": (172, None),
    "ioperm": (173, None),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
}
"""What no reading of a PDF and no library does: number on x86_64 and on aarch64, None where it has none."""

_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # the network; what is sent over the one open channel needs none of these
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # further processes and threads
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    # other processes
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setaffinity": (203, 122),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262),
    # files made, moved, removed: Landlock refuses that too, where the kernel has it
    "creat": (85, None),
    "open_by_handle_at": (304, 265),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rmdir": (84, None),
    "truncate": (76, 45),
    # what files are marked with, which Landlock leaves free
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    # who it is: a container's process is root
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setgroups": (116, 159),
    "setfsuid": (122, 151),
    "setfsgid": (123, 152),
    "capset": (126, 91),
    # the machine
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "personality": (135, 92),
}
"""Refused with EPERM."""

_UNKNOWN = {"clone3": (435, 435), "openat2": (437, 437)}
"""Their arguments lie in memory, out of a filter's sight: said to be unknown, so that callers take the older call."""
_NEWEST = 470
"""From this number on a call is newer than this filter, or x86_64's second set of numbers: unknown as well."""

_TO_WRITE = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of the classic Berkeley packet filter."""
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Where they stand in `struct seccomp_data`; an argument has eight bytes, of which the lower four come first."""
_ALLOW, _KILL_PROCESS, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000

_NO_NEW_PRIVILEGES = 38
_CAPABILITY_VERSION = 0x20080522
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_FILTER, _ALL_THREADS = 1, 1

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def no_new_privileges() -> None:
    """No program that this process would run gains rights; filters and Landlock ask for it. Raises OSError."""
    if _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def drop_capabilities() -> None:
    """Takes from a process of root what makes it root; another has nothing to lose. Raises OSError."""
    header, none = struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24)
    if _libc.capset(header, none):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def refuse_system_calls() -> None:
    """Puts all threads of this process under the filter, for good; to be called with `no_new_privileges` set.

    Raises OSError where the kernel has no filters, or not for this architecture.
    """
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no filter for {machine}")
    code = b"".join(_filter(*_ARCHITECTURES[machine]))
    program = _Program(len(code) // 8, code)
    if _libc.syscall(_SECCOMP[machine], _SET_FILTER, _ALL_THREADS, ctypes.byref(program)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _filter(architecture: int, column: int) -> Iterator[bytes]:
    """The instructions. Each test of a number ends in a verdict, or goes on to the next."""
    yield _do(_LOAD, _ARCHITECTURE)
    yield _do(_IF_EQUAL, architecture, yes=1)
    yield _do(_RETURN, _KILL_PROCESS)
    yield _do(_LOAD, _NUMBER)
    yield _do(_IF_AT_LEAST, _NEWEST, no=1)
    yield _do(_RETURN, _ERROR | errno.ENOSYS)
    for call, argument in ((_OPEN, 1), (_OPENAT, 2)):
        yield from _when(call[column], _IF_ANY_BIT, argument, [_TO_WRITE], _ERROR | errno.EPERM, _ALLOW)
    for call in (_KILL, _TGKILL):
        yield from _when(call[column], _IF_EQUAL, 0, [os.getpid()], _ALLOW, _KILL_PROCESS)
    yield from _when(_PRLIMIT[column], _IF_EQUAL, 0, [0, os.getpid()], _ALLOW, _ERROR | errno.EPERM)
    verdicts = (
        (_FATAL, _KILL_PROCESS),
        (_REFUSED, _ERROR | errno.EPERM),
        (_UNKNOWN, _ERROR | errno.ENOSYS),
    )
    for calls, verdict in verdicts:
        for numbers in calls.values():
            if (number := numbers[column]) is not None:
                yield _do(_IF_EQUAL, number, no=1)
                yield _do(_RETURN, verdict)
    yield _do(_RETURN, _ALLOW)


def _when(
    number: int | None, test: int, argument: int, values: list[int], true: int, false: int
) -> Iterator[bytes]:
    """The verdict on a call that depends on one of its arguments, an int: the kernel itself reads its lower half."""
    if number is None:
        return
    yield _do(_IF_EQUAL, number, no=1 + 2 * len(values) + 1)
    yield _do(_LOAD, _ARGUMENTS + 8 * argument)
    for value in values:
        yield _do(test, value, no=1)
        yield _do(_RETURN, true)
    yield _do(_RETURN, false)


def _do(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """An instruction; `yes` and `no` say how many of the next ones are passed over."""
    return struct.pack("=HBBI", code, yes, no, value)
