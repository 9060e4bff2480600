"""A temporary folder of this process, for what stores hold and this machine needs for a while.

It goes with the process. What a killed process left is removed by the next one that makes such a folder here: each
folder holds a lock that the system frees when its owner dies.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import secrets
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


class Folder:
    """A folder in `scratch()`, made when it is first needed; several threads may use it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._path: Path | None = None

    def made(self) -> Path:
        """The folder, which is there."""
        if self._path is None:
            path = scratch() / self._name
            path.mkdir(parents=True, exist_ok=True)
            self._path = path
        return self._path

    def new_file(self, suffix: str = "") -> Path:
        """The path of a file that is not there yet."""
        return self.made() / f"{secrets.token_hex(8)}{suffix}"

    def bytes(self) -> int:
        """What its files take; some may go meanwhile."""
        taken = 0
        for file in self._path.iterdir() if self._path else ():
            with contextlib.suppress(FileNotFoundError):
                taken += file.stat().st_size
        return taken

    def remove(self) -> None:
        """Removes it with all it holds, if it was ever made."""
        if self._path:
            shutil.rmtree(self._path, ignore_errors=True)


def _leave(folder: Path, lock: IO[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


def _sweep(top: Path) -> None:
    for folder in top.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
