"""What a bucket lists, compared with what a dataset holds: which articles are new, changed or gone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from tasks.dataset.ledger import LedgerRow
from tasks.errors import InputError
from tasks.pmc.articles import Listed
from tasks.pmc.bucket import Bucket
from tasks.pmc.cursor import Cursor, Span
from tasks.pmc.inventory import difference, newest_versions, read_inventory

_BATCH = 1000
_PMCID = re.compile(r"PMC[1-9][0-9]{0,11}")
_SHRUNK = 0.5
"""An inventory that lists so much less than the last one is not believed."""


class Catalogue:
    """What a bucket lists, compared with what a dataset holds. Raises InputError where an inventory is damaged."""

    def __init__(self, bucket: Bucket, span: Span, cursor: Cursor, rows: dict[str, LedgerRow]) -> None:
        inventory = read_inventory(bucket, span.newer)
        self.articles = inventory.num_rows
        if self.articles < _SHRUNK * cursor.articles:
            raise InputError(
                f"the inventory {span.newer} lists {self.articles} articles, the last one {cursor.articles}: "
                "it is not believed"
            )
        self._newest = newest_versions(inventory)
        self._differing = _differing(bucket, span, inventory)
        self._span = span
        self._licenses = frozenset(cursor.licenses)
        self._unread = {
            int(pmcid[3:]): etag for pmcid, etag in cursor.unread.items() if _PMCID.fullmatch(pmcid)
        }
        self._held = {int(pmcid[3:]): one for pmcid, one in rows.items() if _PMCID.fullmatch(pmcid)}

    def new(self) -> pa.Table:
        """Articles that the span has and the dataset has not, in their newest version, by number."""
        held = pa.array(list(self._held), pa.int64())
        found = self._newest if self._differing is None else self._of(self._differing)
        return found.filter(pc.invert(pc.is_in(found["article"], held)))

    @property
    def held(self) -> int:
        """Articles of the dataset that are followed and not gone yet."""
        return sum(
            bool(row.source_version) and row.metadata.withdrawn != "removed" for row in self._held.values()
        )

    def changed(
        self, licenses: Collection[str] = (), *, failed: bool = False
    ) -> list[tuple[Listed, LedgerRow]]:
        """Articles of the dataset that are something else now, or those that failed, by number.

        Where `licenses` has some that the dataset did not ask for before, also those that went under another licence.
        Those that could not be read as they are now count as failed.
        """
        wider = not self._licenses.issuperset(licenses)
        held = {
            n: one
            for n, one in self._held.items()
            if one.source_version and (not failed or one.failed or n in self._unread)
        }
        numbers = self._looked_at(held)
        pairs = [(listed, held[listed.article]) for listed in each_listed(self._of(numbers))]
        if failed:
            return [(one, row) for one, row in pairs if row.failed or self._is_unread(one, row)]
        return [
            (one, row) for one, row in pairs if _is_other(one, row, wider) and not self._is_unread(one, row)
        ]

    def unread(self) -> int:
        """Articles that are something else now, could not be read as that, and wait for it to be asked for."""
        held = {n: self._held[n] for n in self._unread if n in self._held}
        found = each_listed(self._of(self._looked_at(held)))
        return sum(self._is_unread(listed, held[listed.article]) for listed in found)

    def gone(self) -> list[LedgerRow]:
        """Articles of the dataset that are no longer there, and not yet marked so."""
        held = {
            n: one
            for n, one in self._held.items()
            if one.source_version and one.metadata.withdrawn != "removed"
        }
        numbers = self._looked_at(held)
        return [held[n] for n in numbers.filter(pc.invert(pc.is_in(numbers, self._all()))).to_pylist()]

    def _looked_at(self, held: dict[int, LedgerRow]) -> pa.Array:
        """All that the dataset holds, or just what differs between two inventories that were named."""
        numbers = pa.array(sorted(held), pa.int64())
        if self._span.whole or self._differing is None:
            return numbers
        return numbers.filter(pc.is_in(numbers, self._differing))

    def _is_unread(self, listed: Listed, row: LedgerRow) -> bool:
        if row.failed or row.metadata.withdrawn:
            return False
        return listed.etag != row.source_version and self._unread.get(listed.article) == listed.etag

    def _of(self, articles: pa.Array) -> pa.Table:
        return self._newest.filter(pc.is_in(self._newest["article"], articles))

    def _all(self) -> pa.Array:
        return self._newest["article"].combine_chunks()


def _is_other(listed: Listed, row: LedgerRow, wider: bool) -> bool:
    """Whether an article is something else than when it was taken, is there again, or may be under a licence again."""
    back = ("removed", "relicensed") if wider else ("removed",)
    return listed.etag != row.source_version or row.metadata.withdrawn in back


def _differing(bucket: Bucket, span: Span, inventory: pa.Table) -> pa.Array | None:
    """The numbers of the articles to look at; None for all."""
    if span.older == span.newer:
        return pa.array([], pa.int64())
    if span.older:
        return difference(inventory, read_inventory(bucket, span.older))
    if span.since:
        recent = inventory.filter(pc.greater_equal(inventory["modified"], pa.scalar(span.since, pa.date32())))
        return pc.unique(recent["article"])
    return None


def each_listed(articles: pa.Table) -> Iterator[Listed]:
    """The rows of an inventory, some at a time."""
    for batch in articles.to_batches(_BATCH):
        for row in batch.select(["article", "version", "etag"]).to_pylist():
            yield Listed(**row)
