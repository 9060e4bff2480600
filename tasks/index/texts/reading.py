"""An index of words open for reading, also in a folder that cannot be written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tasks.index.texts.asking import Snapshot
from tasks.index.texts.fields import opened


class Texts:
    """An index of words open for reading. Threads may share it, and take turns to reload it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._borrowed: tempfile.TemporaryDirectory[str] | None = None
        try:
            self._index = opened(folder)
            self._snapshot = Snapshot(self._index)
        except (OSError, ValueError):
            self._borrow()

    def close(self) -> None:
        """Gives back what stood in for a folder that cannot be written."""
        if self._borrowed is not None:
            self._borrowed.cleanup()
            self._borrowed = None

    def reload(self) -> None:
        """Sees what was committed since."""
        if self._borrowed is None:
            self._index.reload()
            self._snapshot = Snapshot(self._index)
        else:
            self._borrow()

    def snapshot(self) -> Snapshot:
        """The documents as they were committed when last looked at; they stay so, whatever is reloaded meanwhile."""
        return self._snapshot

    def _borrow(self) -> None:
        """Reads through links to the files that are there now. A snapshot of earlier links holds its files open."""
        before = self._borrowed
        borrowed = _borrowed(self._folder)
        try:
            self._index = opened(Path(borrowed.name))
            self._snapshot = Snapshot(self._index)
        except (OSError, ValueError):
            borrowed.cleanup()
            raise
        self._borrowed = borrowed
        if before is not None:
            before.cleanup()


def _borrowed(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder of links to the files of one that cannot be written: tantivy wants to lock its folder to read it."""
    borrowed = tempfile.TemporaryDirectory(prefix="figmill-texts-")
    for file in folder.resolve().iterdir():
        if not file.name.startswith(".tantivy"):
            (Path(borrowed.name) / file.name).symlink_to(file)
    return borrowed
