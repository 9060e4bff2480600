"""The dataset's papers, those that failed among them, and their PDFs handed out."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.dataset.columns import PAPERS
from tasks.dataset.files import PART_NAME, UNREADABLE, part_files
from tasks.dataset.ledger import LedgerRow, read_ledger_part
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_COLUMNS = ("source_uri", "title", "error_kind", "error", "figures", "subfigures")
PER_PAGE = 100
_MOST_FAILED = 200
"""Failed papers on their page; all of them stand in the report and in papers/*.parquet."""
_MOST_BYTES = 256 * 2**20
"""Of a PDF that is handed out; it is read into memory."""

log = logging.getLogger("figmill.view")


@dataclass(frozen=True, slots=True)
class PapersPage:
    """`PER_PAGE` papers in the ledger's order, or failed ones; pages count from 1."""

    rows: tuple[LedgerRow, ...]
    page: int = 1
    last: int = 1
    more: bool = False
    """Whether further failed papers are left out."""


class PaperList:
    """The papers of a dataset, page by page; threads share it.

    A dataset of eight million is never read whole for a page: it keeps how many papers each ledger part has, and reads
    those that a page shows.
    """

    def __init__(self, out: StorePath) -> None:
        self._ledgers = out / PAPERS
        self._sizes: dict[str, tuple[str, int]] = {}
        """What the listing said of a ledger part when it was counted, and how many papers it has; by name."""

    def page(self, number: int) -> PapersPage:
        """The page of that number, or the one nearest to it."""
        sizes = self._counted()
        last = max(1, -(-sum(sizes.values()) // PER_PAGE))
        number = min(max(number, 1), last)
        skipped, rows = PER_PAGE * (number - 1), list[LedgerRow]()
        for name, size in sizes.items():
            if skipped < size and len(rows) < PER_PAGE:
                rows += read_ledger_part(self._ledgers / name, _COLUMNS)[skipped:]
            skipped = max(skipped - size, 0)
        return PapersPage(tuple(rows[:PER_PAGE]), number, last)

    def _counted(self) -> dict[str, int]:
        """Papers by ledger part, in the order of their names; none of one that cannot be read."""
        stamps = {name: one for name, one in paths.stamps(self._ledgers).items() if PART_NAME.fullmatch(name)}
        known = {name: one for name, one in self._sizes.items() if one[0] == stamps.get(name)}
        unknown = sorted(stamps.keys() - known.keys())
        found = dict(zip(unknown, paths.each(self._count, unknown, self._ledgers), strict=True))
        counted = {name: (stamp, found[name]) for name, stamp in stamps.items() if stamp and found.get(name)}
        self._sizes = known | counted
        return {name: known[name][1] if name in known else found[name] for name in sorted(stamps)}

    def _count(self, name: str) -> int:
        try:
            with paths.parquet(self._ledgers / name) as opened:
                return int(opened.metadata.num_rows)
        except UNREADABLE as error:
            log.warning("%s cannot be read: %s", self._ledgers / name, error)
            return 0


def failed_papers(out: StorePath) -> PapersPage:
    """Papers that could not be read, with their reasons; not all of very many."""
    found: list[LedgerRow] = []
    for file in part_files(out / PAPERS):
        found += [row for row in read_ledger_part(file, _COLUMNS) if row.failed]
        if len(found) > _MOST_FAILED:
            return PapersPage(tuple(found[:_MOST_FAILED]), more=True)
    return PapersPage(tuple(found))


def pdf_of(source_uri: str, paper_id: str) -> bytes | None:
    """The PDF that was labelled; None where another file lies there, none, or a very large one.

    The path comes from the dataset, which may come from anywhere: what has another SHA-256 is not shown.
    """
    try:
        with Path(source_uri).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError):
        return None
    if len(data) > _MOST_BYTES or hashlib.sha256(data).hexdigest() != paper_id:
        return None
    return data if data[:1024].find(b"%PDF-") >= 0 else None
