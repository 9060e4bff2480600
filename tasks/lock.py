"""One run at a time writes to a dataset: a lock that the system frees when its holder dies."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tasks.clock import now
from tasks.errors import OutputError

LOCK = ".figmill.lock"

log = logging.getLogger("figmill.lock")


@contextlib.contextmanager
def writing(out: Path) -> Iterator[None]:
    """Holds a dataset folder for who writes to it. Raises OutputError with the identity of another holder."""
    with (out / LOCK).open("a+", encoding="utf-8") as file:
        if _take(file, fcntl.LOCK_EX, out):
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()} since {now():%Y-%m-%d %H:%M} UTC")
            file.flush()
        yield


@contextlib.contextmanager
def reading(out: Path) -> Iterator[None]:
    """Keeps writers away from a dataset folder, which may be read-only. Raises OutputError as `writing` does."""
    try:
        file = (out / LOCK).open(encoding="utf-8")
    except FileNotFoundError:  # nobody has ever written here
        yield
        return
    with file:
        _take(file, fcntl.LOCK_SH, out)
        yield


def _take(file: IO[str], how: int, out: Path) -> bool:
    """False where the file system knows no locks."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            log.warning("%s cannot be locked here (%s): start no second run on it", out, error.strerror)
            return False
        file.seek(0)
        holder = file.read(200).strip() or "another process"
        raise OutputError(
            f"{out} is being written by {holder}: wait for it to end, or choose another --out"
        ) from error
    return True
