"""Rows that take the place of an article's earlier ones, all of a shard's in one go.

Where the article cannot be read now, its earlier rows and their ledger row stay as they are: what was once done is not
lost to a time-out, and whoever plans the next run finds the article as this one did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tasks.dataset.columns import PAPERS
from tasks.dataset.ledger import LedgerRow, drop_papers, read_ledger_part, retire_papers
from tasks.dataset.lock import check_lease
from tasks.runs.outcomes import Failure
from tasks.runs.shard import Replaced
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_COLUMNS = ("jats_sha256", "gaps")


class Exchange:
    """The earlier rows of a shard's papers: retired just before the new ones are put in place, dropped afterwards."""

    def __init__(self, out: StorePath, replaces: Iterable[Replaced], lease: str) -> None:
        self._out = out
        self._lease = lease
        self._earlier = {one.by: one for one in replaces}
        self._read: dict[str, dict[str, LedgerRow]] = {}
        """Rows of papers that were read, by part, of the parts that were asked; nobody else writes them meanwhile."""

    def stays(self, failure: Failure) -> bool:
        """Whether a paper that failed has earlier rows that were read; from now on they are not exchanged.

        Asked of the ledger as it is: a shard that is tried again may have retired them before.
        """
        earlier = self._earlier.get(failure.paper.paper_id)
        if earlier is None or self._row(earlier) is None:
            return False
        del self._earlier[failure.paper.paper_id]
        return True

    def had_jats(self, paper_id: str) -> bool:
        """Whether the rows that are to give way were read from the same PDF, with JATS XML that could be used."""
        earlier = self._earlier.get(paper_id)
        row = self._row(earlier) if earlier and earlier.paper_id == paper_id else None
        if row is None or row.jats_sha256 is None:
            return False
        return not any(gap.kind == "jats" for gap in row.gaps)

    def retire(self) -> None:
        """Takes the earlier rows from the readers' sight. Raises LeaseLostError."""
        if self._earlier:
            check_lease(self._out, self._lease)
        for file, paper_ids in self._by_part().items():
            retire_papers(self._out, file, paper_ids)

    def drop(self) -> None:
        """Takes them out of the ledger too, once the new ones count."""
        for file, paper_ids in self._by_part().items():
            drop_papers(self._out, file, paper_ids)

    def _row(self, earlier: Replaced) -> LedgerRow | None:
        """What the ledger says of it; None where it was not read, or is retired."""
        if earlier.file not in self._read:
            ledger = self._out / PAPERS / earlier.file
            rows = read_ledger_part(ledger, _COLUMNS) if paths.exists(ledger) else []
            self._read[earlier.file] = {row.paper_id: row for row in rows if not row.failed}
        return self._read[earlier.file].get(earlier.paper_id)

    def _by_part(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for one in self._earlier.values():
            found[one.file].add(one.paper_id)
        return dict(sorted(found.items()))
