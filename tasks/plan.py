"""What a run has to do: which inputs are new or to be tried again, cut into shards while they are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tasks.dataset import Dataset
from tasks.inputs import find_jats, identify, unreadable_id
from tasks.progress import Listener
from tasks.records import Failure, Paper, Shard
from tasks.settings import LabelSettings


class Plan:
    """The shards of a run, made lazily: hashing 300,000 papers does not keep the first one waiting.

    `skipped` (in the ledger, or the same bytes as another input) and `left` are final once all are taken.
    """

    def __init__(
        self, files: Sequence[Path], dataset: Dataset, settings: LabelSettings, listener: Listener
    ) -> None:
        self.inputs = len(files)
        self.skipped = 0
        self._files = files
        self._dataset = dataset
        self._settings = settings
        self._listener = listener
        self._taken: set[str] = set()
        self._left = 0
        self._seen = 0

    @property
    def left(self) -> int:
        """Inputs that this run leaves for a later one."""
        return self._left + self.inputs - self._seen

    def shards(self) -> Iterator[Shard]:
        """Shards of `shard_size` papers in the order of the inputs; the last may be smaller."""
        batch: list[Paper | Failure] = []
        for item in self._wanted():
            batch.append(item)
            if len(batch) == self._settings.shard_size:
                yield self._shard(batch)
                batch = []
        if batch:
            yield self._shard(batch)

    def _wanted(self) -> Iterator[Paper | Failure]:
        limit = self._settings.limit
        for item in identify(self._files):
            if limit is not None and len(self._taken) >= limit:
                return
            self._seen += 1
            if self._is_wanted(item):
                self._taken.add(_paper(item).paper_id)
                yield item

    def _is_wanted(self, item: Paper | Failure) -> bool:
        paper = _paper(item)
        known = paper.paper_id in self._dataset or paper.paper_id in self._taken
        if self._settings.retry_failed:
            wanted = bool(self._replaced(paper)) and paper.paper_id not in self._taken
        else:
            wanted = not known
        if not wanted and known:
            self.skipped += 1
            self._listener.skipped()
        elif not wanted:
            self._left += 1
        return wanted

    def _replaced(self, paper: Paper) -> list[str]:
        """Failed ledger rows that a row of this paper replaces: its own, and its path's from when unreadable."""
        ids = dict.fromkeys((paper.paper_id, unreadable_id(paper.source_uri)))
        return [paper_id for paper_id in ids if self._dataset.failed(paper_id)]

    def _shard(self, batch: list[Paper | Failure]) -> Shard:
        papers = [_paper(item) for item in batch]
        return Shard(
            name=self._dataset.shard_name(paper.paper_id for paper in papers),
            papers=tuple(self._with_jats(item) for item in batch if isinstance(item, Paper)),
            failures=tuple(item for item in batch if isinstance(item, Failure)),
            supersedes=tuple(old for paper in papers for old in self._replaced(paper)),
        )

    def _with_jats(self, paper: Paper) -> Paper:
        folder = Path(self._settings.jats) if self._settings.jats else None
        jats = find_jats(Path(paper.source_uri), folder)
        return replace(paper, jats_uri=str(jats)) if jats else paper


def _paper(item: Paper | Failure) -> Paper:
    return item.paper if isinstance(item, Failure) else item
