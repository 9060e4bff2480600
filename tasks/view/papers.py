"""The dataset's papers, those that failed among them, and their PDFs handed out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.dataset.columns import PAPERS
from tasks.dataset.files import part_files
from tasks.dataset.ledger import LedgerRow, read_ledger_part

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_COLUMNS = ("source_uri", "title", "error_kind", "error", "figures", "subfigures")
_MOST_FAILED = 200
"""Failed papers on their page; all of them stand in the report and in papers/*.parquet."""
_MOST_BYTES = 256 * 2**20
"""Of a PDF that is handed out; it is read into memory."""


@dataclass(frozen=True, slots=True)
class PapersPage:
    """Papers of one ledger part, or the failed ones of all; pages count from 1."""

    rows: tuple[LedgerRow, ...]
    page: int = 1
    last: int = 1
    more: bool = False
    """Whether further failed papers are left out."""


def papers_page(out: StorePath, page: int) -> PapersPage:
    """The papers of a run's part: a dataset of eight million is never read whole for a page."""
    files = part_files(out / PAPERS)
    if not files:
        return PapersPage(())
    page = min(max(page, 1), len(files))
    return PapersPage(tuple(read_ledger_part(files[page - 1], _COLUMNS)), page, len(files))


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
