"""A temporary folder of this process, for what stores hold and this machine needs for a while.

It goes with the process. What a killed process left is removed by the next one that makes such a folder here: each
folder holds a lock that the system frees when its owner dies.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import shutil
import tempfile
from pathlib import Path
from typing import IO

_PREFIX = ".figmill-scratch-"
_LOCK = ".lock"


@functools.cache
def scratch() -> Path:
    """The folder, made at the first call, under TMPDIR."""
    _sweep(Path(tempfile.gettempdir()))
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = (folder / _LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / _LOCK).exists():  # else another process swept it before it was locked
            atexit.register(_leave, folder, lock)
            return folder


def fresh(name: str) -> Path:
    """An empty folder of that name in `scratch()`."""
    folder = scratch() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _leave(folder: Path, lock: IO[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


def _sweep(top: Path) -> None:
    for folder in top.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
