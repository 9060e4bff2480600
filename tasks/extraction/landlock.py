"""Landlock: what a process may read is a list of folders, and it may write nowhere.

The three system calls by ctypes: the kernel's documentation ("Landlock: unprivileged access control") says how they
are called, `linux/landlock.h` has the numbers. No package on PyPI passes on what the newer versions of Landlock refuse
(ports, signals), and nothing is left to a library that would have to be installed.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""The same on every architecture."""
_ASK_VERSION = 1
_PATH_BENEATH = 1

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_RIGHTS_BY_VERSION = (13, 14, 15, 15, 16)
"""How many bits the rights on files have: from version 2 on there is REFER, from 3 TRUNCATE, from 5 IOCTL_DEV."""
_TCP = 0b11
"""To bind and to connect; from version 4 on."""
_SCOPES = 0b11
"""Abstract Unix sockets and signals of processes outside; from version 6 on."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("ports", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock_version() -> int:
    """The version of Landlock that the kernel has; 0 where it has none, or where it is turned off."""
    return max(
        0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))
    )


def allow_only_reading(readable: Iterable[Path]) -> None:
    """From here on this thread, and threads that it starts, open nothing but what lies in `readable`, and that to read.

    What is open stays open. Nothing is written, made, removed or run, no port is bound or connected to. To be called
    with `no_new_privileges` set. Raises OSError.
    """
    version = landlock_version()
    wanted = _Ruleset(
        (1 << _RIGHTS_BY_VERSION[min(version, len(_RIGHTS_BY_VERSION)) - 1]) - 1,
        _TCP if version >= 4 else 0,
        _SCOPES if version >= 6 else 0,
    )
    # An older kernel refuses fields that it does not know, even where they are zero.
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _called(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path in readable:
            _allow(ruleset, path)
        _called(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path) -> None:
    """Lets a file, or all below a folder, be read; one that is not there needs no permission."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        _called(
            _ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(_PathBeneath(rights, handle)), ctypes.c_uint32(0)
        )
    finally:
        os.close(handle)


def _called(*arguments: object) -> int:
    result = int(_libc.syscall(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
