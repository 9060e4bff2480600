"""One run at a time writes to a dataset: a lock that the system frees when its holder dies.

On a store, which knows no such thing, `tasks.dataset.store_lock` keeps the same promise by a heartbeat.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tasks.clock import now
from tasks.dataset import store_lock
from tasks.dataset.store_lock import LOCK
from tasks.errors import LeaseLostError, OutputError

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

log = logging.getLogger("figmill.lock")


@contextlib.contextmanager
def writing(out: StorePath) -> Iterator[str]:
    """Holds a dataset folder for who writes to it. Raises OutputError with the identity of another holder.

    Gives the lease that `check_lease` wants to see; it is empty where the file system knows no locks.
    """
    if not isinstance(out, Path):
        with store_lock.writing(out) as lease:
            yield lease
        return
    with (out / LOCK).open("a+", encoding="utf-8") as file:
        lease = ""
        if _take(file, fcntl.LOCK_EX, out):
            if not os.fstat(file.fileno()).st_nlink:
                raise OutputError(
                    f"{out} was removed this moment by a run that failed there: start this one again"
                )
            lease = secrets.token_hex(8)
            file.truncate(0)
            file.write(
                f"process {os.getpid()} on {socket.gethostname()} since {now():%Y-%m-%d %H:%M} UTC\n{lease}"
            )
            file.flush()
        yield lease


@contextlib.contextmanager
def reading(out: StorePath) -> Iterator[None]:
    """Keeps writers away from a dataset folder, which may be read-only. Raises OutputError as `writing` does."""
    if not isinstance(out, Path):
        with store_lock.reading(out):
            yield
        return
    try:
        file = (out / LOCK).open(encoding="utf-8")
    except FileNotFoundError:  # nobody has ever written here
        yield
        return
    with file:
        _take(file, fcntl.LOCK_SH, out)
        yield


def check_lease(out: StorePath, lease: str) -> None:
    """Raises LeaseLostError where another run has taken the lock since `writing` gave this lease.

    For workers on other machines: they may outlive the run that holds the lock.
    """
    if not lease:
        return
    if not isinstance(out, Path):
        store_lock.check_lease(out, lease)
    elif lease not in (out / LOCK).read_text(encoding="utf-8"):
        raise LeaseLostError(f"another run took over {out} meanwhile: this one writes no more to it")


def _take(file: IO[str], how: int, out: Path) -> bool:
    """False where the file system knows no locks."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            log.warning("%s cannot be locked here (%s): start no second run on it", out, error.strerror)
            return False
        file.seek(0)
        holder = file.readline(200).strip() or "another process"
        raise OutputError(
            f"{out} is being written by {holder}: wait for it to end, or choose another --out"
        ) from error
    return True
