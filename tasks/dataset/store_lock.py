"""One run at a time writes to a dataset on a store, which knows no locks: an object with a heartbeat instead.

OUT/.figmill.lock/<number>   who writes or wrote; the highest number counts

A run takes the lock by putting the next number, which a store lets only one do (`If-None-Match: *`, the precondition
of S3, R2, MinIO and Google). Its holder puts the object again every few seconds. A lock is free once it says so, once
its heart has stood still for `STALE` seconds by the store's own clock, or once its process is known to be dead, which
only its own machine can tell. Whoever lost the lock meanwhile finds a higher number and writes no more.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.clock import now
from tasks.errors import LeaseLostError, OutputError
from tasks.stores import objects, paths

if TYPE_CHECKING:
    from upath import UPath

LOCK = ".figmill.lock"
BEAT = 15.0
"""Seconds between two signs of life."""
STALE = 120.0
"""Seconds without one after which a run counts as dead."""

_ROUNDS = 5
_BOOT = Path("/proc/sys/kernel/random/boot_id")

log = logging.getLogger("figmill.lock")


@dataclass(frozen=True, slots=True)
class _Holder:
    """What a lock object says."""

    token: str
    who: str
    machine: str
    """Where `process` has a meaning: the boot and the PID namespace."""
    process: str
    """PID and start time: a PID alone may be given to another process."""
    held: bool = True


@contextlib.contextmanager
def writing(out: UPath) -> Iterator[str]:
    """Holds a dataset for who writes to it. Raises OutputError with the identity of another holder.

    Gives the lease that `check_lease` wants to see.
    """
    me = _Holder(secrets.token_hex(8), _me(), _machine(), _process(os.getpid()))
    number = _take(out, me)
    ended = threading.Event()
    heart = threading.Thread(target=_beat, args=(out, number, me, ended), name="lock", daemon=True)
    heart.start()
    try:
        yield _name(number)
    finally:
        ended.set()
        heart.join()
        with contextlib.suppress(OSError):  # whoever comes next waits for STALE seconds
            if _highest(out) == number:
                paths.put_bytes(_to_json(replace(me, held=False)), out / LOCK / _name(number))


@contextlib.contextmanager
def reading(out: UPath) -> Iterator[None]:
    """Raises OutputError where a run is writing to the dataset; one that starts later is not held up."""
    number = _highest(out)
    if number:
        _refuse_if_held(out, number)
    yield


def check_lease(out: UPath, lease: str) -> None:
    """Raises LeaseLostError where another run has taken the lock since."""
    number = _highest(out)
    if _name(number) != lease:
        raise LeaseLostError(f"another run took over {out} meanwhile: this one writes no more to it")


def _take(out: UPath, me: _Holder) -> int:
    for _ in range(_ROUNDS):
        number = _highest(out)
        if number:
            _refuse_if_held(out, number)
        mine = number + 1
        if not _create(out, mine, me):
            continue  # somebody else was quicker; who, the next round says
        if _highest(out) == mine:
            for old in _numbers(out):
                if old < mine:
                    paths.remove(out / LOCK / _name(old))
            return mine
        paths.remove(out / LOCK / _name(mine))
    raise OutputError(f"{out} cannot be locked: too many runs want it at once")


def _create(out: UPath, number: int, me: _Holder) -> bool:
    target = out / LOCK / _name(number)
    try:
        objects.create(_to_json(me), target)
    except FileExistsError:
        pass  # or our own, whose reply was lost and which was sent again
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        log.warning("%s knows no conditional put: start no two runs on it at the same moment", out)
        paths.put_bytes(_to_json(me), target)
    holder = _read(out, number)
    return holder is not None and holder.token == me.token


def _refuse_if_held(out: UPath, number: int) -> None:
    holder = _read(out, number)
    if holder is None or not holder.held:
        return
    if holder.machine == _machine() and holder.process != _process(int(holder.process.partition(" ")[0])):
        log.info("taking over the lock of %s, which is dead", holder.who)
        return
    silent = _silence(out, number)
    if silent > STALE:
        log.info("taking over the lock of %s, silent for %.0f s", holder.who, silent)
        return
    raise OutputError(
        f"{out} is being written by {holder.who}, last heard of {silent:.0f} s ago: wait for it to end, or choose "
        f"another --out; should it be dead, its lock is free {STALE - silent:.0f} s from now"
    )


def _silence(out: UPath, number: int) -> float:
    """Seconds since the holder's last sign of life, both ends by the store's clock."""
    probe = out / LOCK / f"probe-{secrets.token_hex(8)}"
    paths.put_bytes(b"", probe)
    try:
        silence = objects.modified(probe) - objects.modified(out / LOCK / _name(number))
        return max(silence.total_seconds(), 0.0)
    except FileNotFoundError:  # released and tidied away meanwhile
        return 0.0
    finally:
        paths.remove(probe)


def _beat(out: UPath, number: int, me: _Holder, ended: threading.Event) -> None:
    while not ended.wait(BEAT):
        try:
            if _highest(out) != number:
                log.warning("another run took over %s", out)
                return
            paths.put_bytes(_to_json(me), out / LOCK / _name(number))
        except OSError as error:
            log.warning("the lock of %s could not be renewed: %s", out, error.strerror)


def _highest(out: UPath) -> int:
    """The number of the lock that counts; 0 where there has never been one."""
    return max(_numbers(out), default=0)


def _numbers(out: UPath) -> list[int]:
    return [int(name) for name in paths.names(out / LOCK) if name.isdigit()]


def _name(number: int) -> str:
    return f"{number:08}"


def _read(out: UPath, number: int) -> _Holder | None:
    """None where it is gone, or no lock that this version knows."""
    try:
        return _Holder(**json.loads(paths.read(out / LOCK / _name(number))))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        log.warning("%s is no lock that can be read", out / LOCK / _name(number))
        return None


def _to_json(holder: _Holder) -> bytes:
    return json.dumps(asdict(holder)).encode()


def _me() -> str:
    return f"process {os.getpid()} on {socket.gethostname()} since {now():%Y-%m-%d %H:%M} UTC"


def _machine() -> str:
    """This boot of this machine and, in containers, its table of processes; a name of its own where neither is told."""
    try:
        return f"{_BOOT.read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return secrets.token_hex(8)


def _process(pid: int) -> str:
    """The process with its start time; the time is empty where there is no such process."""
    try:
        return f"{pid} {Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[19]}"
    except OSError:
        return f"{pid} "
