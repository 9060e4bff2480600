"""The shards of an ingest: articles downloaded while earlier ones are labelled, and rows that they replace."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.ahead import ahead
from tasks.dataset.dataset import Dataset
from tasks.dataset.ledger import LedgerRow, mark_papers
from tasks.inputs.fetching import remove_copies
from tasks.pmc.articles import PmcArticle
from tasks.pmc.downloads import Downloads, bytes_of
from tasks.pmc.selection import DOUBLE, Selection
from tasks.records import PaperFiles
from tasks.runs.outcomes import Failure
from tasks.runs.shard import Replaced, Shard

SHARD_BYTES = 2**30
"""What a shard's files may take on this machine before it is handed out with fewer articles."""

_THREADS = 8
"""Articles that are downloaded together."""
_AHEAD = 16


class IngestPlan:
    """Takes a selection article by article; first `changed`, one shard at a time, then `mark`, then `new`.

    A shard of changed articles takes their earlier rows out of other parts, which no two may do at once.
    """

    def __init__(self, dataset: Dataset, selection: Selection, downloads: Downloads, shard_size: int) -> None:
        self._dataset = dataset
        self._selection = selection
        self._downloads = downloads
        self._shard_size = shard_size
        self._ids: set[str] = set()
        self._handed_out = 0
        self.replaced = 0
        """Articles whose earlier rows give way, where the articles can be read."""

    def changed(self) -> Iterator[Shard]:
        """Shards of articles whose earlier rows they replace."""
        return self._shards(self._selection.changed())

    def new(self) -> Iterator[Shard]:
        """Shards of articles that the dataset does not have."""
        return self._shards(self._selection.new())

    def mark(self) -> None:
        """Marks the rows of articles that were found to be retracted, under another licence, or gone."""
        marks = self._selection.marks
        for file in sorted(marks):
            mark_papers(self._dataset.out, file, marks.pop(file))

    def _shards(self, articles: Iterator[PmcArticle | Failure]) -> Iterator[Shard]:
        batch: list[PaperFiles | Failure] = []
        taken = 0
        for item in ahead(self._fetched, articles, _THREADS, _AHEAD, "fetch"):
            if not self._is_wanted(item):
                continue
            batch.append(item)
            taken += bytes_of(item)
            if len(batch) >= self._shard_size or taken >= SHARD_BYTES:
                yield self._shard(batch)
                batch, taken = [], 0
        if batch:
            yield self._shard(batch)

    def _fetched(self, article: PmcArticle | Failure) -> PaperFiles | Failure:
        return article if isinstance(article, Failure) else self._downloads.paper(article)

    def _is_wanted(self, item: PaperFiles | Failure) -> bool:
        """False for a changed article that cannot be had now, whose rows stay, and for bytes that are here already."""
        paper, row = item.paper, self._earlier(item)
        if isinstance(item, Failure) and row and not row.failed:
            self._selection.leave_out("changed, but not to be had now: its rows stay as they are")
            return False
        own = row is not None and row.paper_id == paper.paper_id
        if paper.paper_id in self._ids or (paper.paper_id in self._dataset and not own):
            self._selection.leave_out(DOUBLE)
            if isinstance(item, PaperFiles):
                remove_copies(item)
            return False
        self._ids.add(paper.paper_id)
        return True

    def _shard(self, batch: list[PaperFiles | Failure]) -> Shard:
        pairs = ((item.paper.paper_id, self._earlier(item)) for item in batch)
        replaces = tuple(Replaced(row.file, row.paper_id, by=paper_id) for paper_id, row in pairs if row)
        self.replaced += len(replaces)
        first = self._handed_out + 1
        self._handed_out += len(batch)
        return Shard(
            name=self._dataset.shard_name(item.paper.paper_id for item in batch),
            papers=tuple(batch),
            first=first,
            lease=self._dataset.lease,
            replaces=replaces,
        )

    def _earlier(self, item: PaperFiles | Failure) -> LedgerRow | None:
        """What the dataset holds of the article."""
        return self._selection.earlier.get(item.paper.metadata.pmcid or "")
