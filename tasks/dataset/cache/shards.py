"""What is read of a ledger part and its part for the cache: the papers, and how many there are of what."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.dataset.cache.listing import Listing
from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.files import UNREADABLE, UnreadablePartError, open_part
from tasks.dataset.ledger import LedgerRow, rows_of
from tasks.dataset.tally import Tally, rows_tally, tally_part
from tasks.errors import StorageError
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

OF_ARTICLES = ("pmcid", "license", "withdrawn", "source_version", "jats_sha256", "error_kind", "seconds")
"""Columns of the ledger that are kept as they are."""
_READ = (*OF_ARTICLES, "finished_at", "gaps", "pages", "figures", "subfigures")

log = logging.getLogger("figmill.dataset")


@dataclass(frozen=True, slots=True)
class Shard:
    """What was read of a ledger part and its part."""

    rows: list[LedgerRow] | None = None
    """None where the ledger part cannot be read."""
    tally: Tally = field(default_factory=Counter)
    counted: bool = False
    unreadable: tuple[str, ...] = ()


def read_shard(out: StorePath, listing: Listing, strict: bool, name: str) -> Shard:
    """A ledger part, and whether its part ends as it should: a torn Parquet file has no footer.

    What a store has it has whole; there the listing is enough for the part.
    """
    ledger, part, there = out / PAPERS / name, out / SUBFIGURES / name, name in listing.parts
    try:
        with open_part(ledger) as opened:
            rows = rows_of(opened, name, _READ)
            counts = rows_tally(opened.schema_arrow, sum(row.subfigures for row in rows))
        if strict and there and isinstance(part, Path):
            with open_part(part):
                pass
    except (UnreadablePartError, StorageError) as error:
        if strict:
            raise
        return Shard(unreadable=(_unreadable(ledger, error),))
    if listing.between:  # its part has the rows of others, too
        counts = None
    return Shard(rows, _tally_papers(rows) + (counts or Counter()), counts is not None or not there)


def _tally_papers(rows: Iterable[LedgerRow]) -> Tally:
    """Counts rows of the ledger that have their pages, figures, error kind and gaps."""
    found: Tally = Counter()
    for row in rows:
        found[f"status/{row.status}"] += 1
        found["pages"] += row.pages or 0
        found["figures"] += row.figures
        if row.failed or row.error_kind:
            found[f"kind/{row.error_kind or 'unknown'}"] += 1
        found.update(f"gap/{gap.kind}" for gap in row.gaps)
    return found


def count_part(out: StorePath, name: str) -> Tally | str:
    """The rows of a part counted, or why they cannot be."""
    part = out / SUBFIGURES / name
    try:
        with paths.parquet(part) as opened:
            return tally_part(opened)
    except (StorageError, *UNREADABLE) as error:
        return _unreadable(part, error)


def _unreadable(file: StorePath, error: Exception) -> str:
    log.warning("%s cannot be read: %s", file, error)
    reason = error.reason if isinstance(error, UnreadablePartError) else str(error).splitlines()[0]
    return f"{file.parent.name}/{file.name}: {reason}"
