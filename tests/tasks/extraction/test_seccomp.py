"""The filter says of each system call what it should, on both architectures: its instructions are run here one by one.

What the kernel makes of it, `test_confined.py` tries.
"""

import errno
import os
import struct

import pytest

from tasks.extraction import seccomp

X86_64, AARCH64 = (seccomp._ARCHITECTURES[name] for name in ("x86_64", "aarch64"))
ALLOWED, ENDED = 0x7FFF0000, 0x80000000
REFUSED, UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS


def verdict(architecture: tuple[int, int], number: int, *arguments: int, of: int | None = None) -> int:
    """What the filter returns; `of`: the architecture that the call is made for, where it is another."""
    told = struct.pack("=iIQ6Q", number, of or architecture[0], 0, *arguments, *[0] * (6 - len(arguments)))
    code = [struct.unpack("=HBBI", instruction) for instruction in seccomp._filter(*architecture)]
    at, loaded = 0, 0
    while True:
        kind, yes, no, value = code[at]
        at += 1
        if kind == 0x06:
            return value
        if kind == 0x20:
            loaded = struct.unpack_from("=I", told, value)[0]
            continue
        true = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[kind]
        at += yes if true else no


READ, WRITE, EXIT = (0, 63), (1, 64), (231, 94)


@pytest.mark.parametrize("column", [0, 1])
def test_what_reading_takes_is_allowed(column: int):
    architecture = (X86_64, AARCH64)[column]
    for call in (READ, WRITE, EXIT):
        assert verdict(architecture, call[column]) == ALLOWED
    assert verdict(architecture, (257, 56)[column], 0, 0, os.O_RDONLY | os.O_CLOEXEC) == ALLOWED
    assert verdict(architecture, (234, 131)[column], os.getpid(), 5, 11) == ALLOWED  # abort
    assert verdict(architecture, (302, 261)[column], 0, 9, 0, 1) == ALLOWED  # getrlimit


@pytest.mark.parametrize("column", [0, 1])
def test_what_it_does_not_take_is_refused_or_ends_the_process(column: int):
    architecture = (X86_64, AARCH64)[column]
    for call in ((41, 198), (56, 220), (263, 35), (268, 53), (425, 425)):
        assert verdict(architecture, call[column]) == REFUSED
    for call in ((59, 221), (101, 117), (321, 280)):
        assert verdict(architecture, call[column]) == ENDED
    for how in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_TMPFILE | os.O_RDWR):
        assert verdict(architecture, (257, 56)[column], 0, 0, how) == REFUSED
    for pid in (os.getppid(), 0, 2**32 - 1, 1):
        assert verdict(architecture, (62, 129)[column], pid, 9) == ENDED
    assert verdict(architecture, (302, 261)[column], os.getppid(), 7, 1, 0) == REFUSED
    assert verdict(architecture, 435) == verdict(architecture, 437) == UNKNOWN


def test_numbers_of_another_architecture_are_not_taken_for_its_own():
    assert verdict(X86_64, 20, of=0x40000003) == ENDED  # i386
    assert verdict(X86_64, 0x40000000 + 59) == UNKNOWN  # x32
    assert verdict(AARCH64, 63, of=X86_64[0]) == ENDED


def test_no_call_stands_in_two_tables():
    for column in (0, 1):
        numbers = [
            calls[column]
            for table in (seccomp._FATAL, seccomp._REFUSED, seccomp._UNKNOWN)
            for calls in table.values()
            if calls[column] is not None
        ]
        assert len(numbers) == len(set(numbers))
        assert max(numbers) < seccomp._NEWEST


def test_a_machine_without_a_filter_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(OSError, match="no filter for riscv64"):
        seccomp.refuse_system_calls()
