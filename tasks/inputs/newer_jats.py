"""Whether the JATS XML of a paper that was read came or changed afterwards."""

from __future__ import annotations

import functools
import os
import stat
from pathlib import Path

from tasks.dataset.ledger import LedgerRow
from tasks.inputs.fetching import JATS_SUFFIXES
from tasks.inputs.listing import find_jats
from tasks.stores.paths import is_remote


class NewerJats:
    """Tells it of one paper after another, of files on this machine alone: no store tells when an object came.

    `named` is the folder that is searched before that of the PDF. Folders are listed once, not asked paper by paper:
    over a network, asking would take longer than all else that a run with nothing to do takes.
    """

    def __init__(self, named: str | None) -> None:
        self._is_remote = named is not None and is_remote(named)
        self._folder = Path(named) if named and not self._is_remote else None
        self._stems = functools.lru_cache(maxsize=2)(_stems)  # papers come folder by folder

    def is_there(self, row: LedgerRow, uri: str) -> bool:
        """Whether it came or changed after the paper was done, while the PDF itself has lain untouched since before.

        By when the state of the two files last changed, which a user cannot set back. Where both have changed, copied
        or given other rights, the times say nothing, and it is false.
        """
        if row.failed or self._is_remote or is_remote(uri):
            return False
        pdf, done = Path(uri), row.finished_at.timestamp()
        if not any(folder and pdf.stem in self._stems(folder) for folder in (self._folder, pdf.parent)):
            return False
        found = find_jats(pdf, self._folder)
        try:
            return found is not None and _changed(found) > done > _changed(pdf)
        except OSError:
            return False


def _stems(folder: Path) -> frozenset[str]:
    """Names, without their suffixes, of what may be JATS XML in a folder; none where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return frozenset()
    return frozenset(
        name.removesuffix(suffix) for name in names for suffix in JATS_SUFFIXES if name.endswith(suffix)
    )


def _changed(file: Path) -> float:
    """When a file last changed its state, or the link that leads to it."""
    state = file.lstat()
    return max(state.st_ctime, file.stat().st_ctime) if stat.S_ISLNK(state.st_mode) else state.st_ctime
