"""What a run has to do: which inputs are new or to be tried again, cut into shards while they are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tasks.dataset.dataset import Dataset
from tasks.dataset.ledger import LedgerRow
from tasks.inputs.fetching import Inbox, Remote, find_jats_below, remove_copies, unreadable_id
from tasks.inputs.fingerprints import FingerprintCache
from tasks.inputs.listing import Input, find_jats, find_jats_in, identify
from tasks.inputs.newer_jats import NewerJats
from tasks.progress import Reporter
from tasks.records import Paper, PaperFiles, SourceFile
from tasks.runs.outcomes import Failure
from tasks.runs.shard import Replaced, Shard
from tasks.settings import LabelSettings
from tasks.stores.paths import is_remote


class Plan:
    """The shards of a run, made lazily: hashing 300,000 papers does not keep the first one waiting.

    `skipped` (in the ledger, or the same bytes as another input), `failed_before` (those of them that the ledger says
    could not be read), `newer_jats` (those that were read without the JATS XML that is there now, or with other) and
    `left` are final once all are taken.
    """

    def __init__(
        self, files: Sequence[Input], dataset: Dataset, settings: LabelSettings, reporter: Reporter
    ) -> None:
        self.inputs = len(files)
        self.skipped = 0
        self.failed_before = 0
        self.newer_jats = 0
        self._files = files
        self._dataset = dataset
        self._settings = settings
        self._reporter = reporter
        self._taken: set[str] = set()
        self._renewed: list[PaperFiles | Failure] = []
        self._done: set[str] = set()
        self._left = 0
        self._found = 0
        self._found_rows = False
        self._fingerprints = FingerprintCache(dataset.out)
        self._newer_jats = NewerJats(dataset.out, settings.jats)
        self._beside = {file.uri: file.jats for file in files if isinstance(file, Remote) and file.jats}
        self._jats = find_jats_below(settings.jats) if settings.jats and is_remote(settings.jats) else {}
        most_bytes = settings.limits.file_mb * 2**20
        remote = any(isinstance(file, Remote) for file in files)
        self._inbox = Inbox(most_bytes, keep=settings.runner == "local") if remote else None

    @property
    def left(self) -> int:
        """Inputs that this run leaves for a later one."""
        return self._left + self.inputs - self._found

    def shards(self) -> Iterator[Shard]:
        """Shards of `shard_size` new papers in the order of the inputs; the last may be smaller."""
        batch: list[PaperFiles | Failure] = []
        first = 1
        for item in self._wanted():
            batch.append(item)
            if len(batch) == self._settings.shard_size:
                yield self._shard(batch, first)
                first += len(batch)
                batch = []
        if batch:
            yield self._shard(batch, first)

    def renewed(self) -> Iterator[Shard]:
        """Shards of papers that have rows and are read anew, once `shards` has found them.

        For their JATS XML, or because a killed run was about to put other rows in the place of theirs. Each takes the
        earlier rows out of other parts, which no two may do at once.
        """
        size, first = self._settings.shard_size, len(self._taken) - len(self._renewed) + 1
        for start in range(0, len(self._renewed), size):
            yield self._shard(self._renewed[start : start + size], first + start)

    def done(self, shard: Shard) -> None:
        """A shard's rows are in place: from now on its papers need not be read again to know them."""
        self._done.update(item.paper.paper_id for item in shard.papers)
        self._fingerprints.save(self._in_ledger, now=False)
        self._newer_jats.save(now=False)

    def close(self) -> None:
        """Ends the plan, whether or not all of it was done."""
        self._fingerprints.save(self._in_ledger)
        if self._done or self._found_rows:  # else the run may have failed, and its folder goes
            self._newer_jats.save()
        if self._inbox:
            self._inbox.clear()

    def _in_ledger(self, paper_id: str) -> bool:
        return paper_id in self._done or paper_id in self._dataset

    def _wanted(self) -> Iterator[PaperFiles | Failure]:
        limit = self._settings.limit
        for item in identify(self._files, self._fingerprints, self._inbox):
            if limit is not None and len(self._taken) >= limit:
                return
            self._found += 1
            paper = item.paper
            if paper.paper_id in self._taken:
                self._pass_over(item)
                continue
            row = self._dataset.row(paper.paper_id)
            self._found_rows |= row is not None
            newer = row is not None and self._newer_jats.is_there(row, paper.source_uri)
            if row is not None and (row.replaced or (newer and self._settings.newer_jats)):
                self._taken.add(paper.paper_id)
                self._renewed.append(item)
            elif self._is_wanted(paper, row):
                self._taken.add(paper.paper_id)
                yield item
            elif row is not None:
                self.failed_before += row.failed
                self.newer_jats += newer
                self._pass_over(item)
            else:  # new, while the run is for those that failed
                self._left += 1
                _remove_copies(item)

    def _is_wanted(self, paper: Paper, row: LedgerRow | None) -> bool:
        if self._settings.retry_failed:
            return bool(self._replaced(paper)) and (row is None or row.failed)
        return row is None

    def _pass_over(self, item: PaperFiles | Failure) -> None:
        self.skipped += 1
        self._reporter.skipped()
        _remove_copies(item)

    def _replaced(self, paper: Paper) -> list[str]:
        """Failed ledger rows that a row of this paper replaces: its own, and its path's from when unreadable.

        Not one that a killed run left, which may still have subfigures in its part: `renewed` takes those out, too.
        """
        ids = dict.fromkeys((paper.paper_id, unreadable_id(paper.source_uri)))
        rows = filter(None, map(self._dataset.row, ids))
        return [row.paper_id for row in rows if row.failed and not row.replaced]

    def _shard(self, batch: list[PaperFiles | Failure], first: int) -> Shard:
        papers = [item.paper for item in batch]
        rows = filter(None, (self._dataset.row(paper.paper_id) for paper in papers))
        return Shard(
            name=self._dataset.shard_name(paper.paper_id for paper in papers),
            papers=tuple(self._with_jats(item) if isinstance(item, PaperFiles) else item for item in batch),
            supersedes=tuple(old for paper in papers for old in self._replaced(paper)),
            lease=self._dataset.lease,
            replaces=tuple(
                Replaced(row.file, row.paper_id, by=row.paper_id)
                for row in rows
                if row.replaced or not row.failed
            ),
            first=first,
        )

    def _with_jats(self, files: PaperFiles) -> PaperFiles:
        found = self._find_jats(files.paper.source_uri)
        if isinstance(found, Path):
            self._newer_jats.note(found)
        return replace(files, jats=SourceFile(str(found))) if found else files

    def _find_jats(self, uri: str) -> str | Path | None:
        """In the folder that was named for it, or else beside the PDF."""
        stem, named = PurePosixPath(uri).stem, self._settings.jats
        if named and is_remote(named) and stem in self._jats:
            return self._jats[stem]
        folder = Path(named) if named and not is_remote(named) else None
        if not is_remote(uri):
            return find_jats(Path(uri), folder)
        return (find_jats_in(folder, stem) if folder else None) or self._beside.get(uri)


def _remove_copies(item: PaperFiles | Failure) -> None:
    if isinstance(item, PaperFiles):
        remove_copies(item)
