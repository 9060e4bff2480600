"""Whether there is other JATS XML for a paper that was read than it was read with."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.article.jats_bytes import fingerprint
from tasks.dataset.ledger import LedgerRow
from tasks.inputs.fetching import JATS_SUFFIXES
from tasks.inputs.fingerprints import FingerprintCache
from tasks.inputs.listing import find_jats, sha256_and_version
from tasks.stores.paths import is_remote

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = ".jats"
"""In the dataset: which bytes each XML had when it was last read, as `.inputs` has it of the PDFs."""


class NewerJats:
    """Tells it of one paper after another, of files on this machine alone: those of a store would have to be fetched.

    By what is there, not by when it came: the ledger has the SHA-256 of the XML with which a paper was read. Folders
    are listed once, and a file that has not changed is not read again: over a network, asking paper by paper would take
    longer than all else that a run with nothing to do takes. `named` is the folder that is searched before that of the
    PDF.
    """

    def __init__(self, out: StorePath, named: str | None) -> None:
        self._is_remote = named is not None and is_remote(named)
        self._folder = Path(named) if named and not self._is_remote else None
        self._stems = functools.lru_cache(maxsize=2)(_stems)  # papers come folder by folder
        self._known = FingerprintCache(out, FILE)
        self._asked: set[str] = set()

    def is_there(self, row: LedgerRow, uri: str) -> bool:
        """Whether a paper was read without the JATS that is there now for its PDF, or with other.

        Of several PDFs with the same bytes the first that has JATS counts: else two with different JATS would take
        turns for ever.
        """
        if row.failed or self._is_remote or is_remote(uri) or row.paper_id in self._asked:
            return False
        pdf = Path(uri)
        if not any(folder and pdf.stem in self._stems(folder) for folder in (self._folder, pdf.parent)):
            return False
        found = find_jats(pdf, self._folder)
        if found is None:
            return False
        self._asked.add(row.paper_id)
        try:
            return self._fingerprint(found) != row.jats_sha256
        except OSError:
            return False

    def note(self, file: Path) -> None:
        """This XML is about to be read with its PDF: the next run need not read it to know it."""
        try:
            self._fingerprint(file)
        except OSError:
            return  # whoever reads the paper says so

    def save(self, now: bool = True) -> None:
        """Keeps what is known of the files; unless `now`, only every few minutes."""
        self._known.save(lambda _: True, now)

    def _fingerprint(self, file: Path) -> str:
        uri = str(file)
        sha256, version = sha256_and_version(file, self._known.paper_id, fingerprint)
        self._known.note(uri, version, sha256)
        return sha256


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
