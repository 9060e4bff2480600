"""Which articles an ingest takes: each one's metadata looked at, ahead of its download, and the others counted."""

from __future__ import annotations

import functools
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tasks.ahead import ahead
from tasks.dataset.ledger import LedgerRow, Mark
from tasks.errors import PaperError
from tasks.inputs.fetching import unreadable_id
from tasks.pmc.articles import METADATA_BYTES, Listed, PmcArticle, is_licensed, parse_article, why_not
from tasks.pmc.bucket import Bucket
from tasks.pmc.catalogue import Catalogue, each_listed
from tasks.progress import Reporter
from tasks.records import Metadata, Paper
from tasks.runs.outcomes import Failure, Wanted
from tasks.settings import IngestSettings
from tasks.texts import printable
from tasks.wording.licenses import is_under

DOUBLE = "the same bytes as another paper of the dataset"
"""Why an article may be left out after its download."""

UNREAD = "changed, but could not be read: its rows stay, --retry-failed tries again"
"""Why an article is not even looked at that an earlier ingest has tried."""

_THREADS = 16
"""Requests for metadata on their way together."""
_AHEAD = 64
"""Articles known ahead of their download."""

log = logging.getLogger("figmill.pmc")


class Selection:
    """The articles to take, made lazily; counts are final once all were taken.

    `marks` are what the dataset's rows are to say of articles that are no longer to be taken, by part and paper_id.
    """

    def __init__(
        self, bucket: Bucket, catalogue: Catalogue, settings: IngestSettings, reporter: Reporter
    ) -> None:
        self._bucket = bucket
        self._settings = settings
        self._reporter = reporter
        self._changed = catalogue.changed(settings.licenses, failed=settings.retry_failed)
        self._held = catalogue.held
        self._new = catalogue.new().slice(0, 0) if settings.retry_failed else catalogue.new()
        self._gone = [] if settings.retry_failed else catalogue.gone()
        self._taken = 0
        self._seen = 0
        self.earlier = {listed.pmcid: row for listed, row in self._changed}
        """What the dataset holds of changed articles, by PMCID."""
        self.inputs: int = len(self._changed) + self._new.num_rows
        self.left_out: Counter[str] = Counter()
        if not settings.retry_failed and (unread := catalogue.unread()):
            self.left_out[UNREAD] = unread
        self.marked: Counter[str] = Counter()
        self.marks: dict[str, dict[str, Mark]] = defaultdict(dict)
        for row in self._gone:
            self._note(row, Mark("removed", row.source_version or ""))
        counts = (self._new.num_rows, len(self._changed), len(self._gone))
        log.info("%d articles are new, %d changed, %d gone", *counts)
        reporter.listed(self.inputs)

    @property
    def listed(self) -> int:
        """Articles that are new, changed or gone."""
        return self.inputs + len(self._gone)

    @property
    def skipped(self) -> int:
        """Articles that are in the dataset already, by another name."""
        return self.left_out[DOUBLE]

    @property
    def left(self) -> int:
        """Articles that this run leaves for a later one."""
        return self.inputs - self._seen

    @property
    def gone(self) -> list[LedgerRow]:
        """Articles of the dataset that are to be marked as removed."""
        return self._gone

    @property
    def held(self) -> int:
        """Articles of the dataset that are followed."""
        return self._held

    def changed(self) -> Iterator[PmcArticle | Failure]:
        """Articles of the dataset that are something else now; a Failure where its metadata cannot be read."""
        return self._wanted(listed for listed, _ in self._changed)

    def new(self) -> Iterator[PmcArticle | Failure]:
        """Articles that the dataset does not have; a Failure where its metadata cannot be read."""
        return self._wanted(each_listed(self._new))

    def sizes(self) -> dict[str, Wanted]:
        """What would be downloaded, by licence: one listing for each article, and no download."""
        found: dict[str, Wanted] = {}
        found_now = (one for some in (self.changed(), self.new()) for one in some)
        articles = (article for article in found_now if isinstance(article, PmcArticle))
        weigh = functools.partial(_weigh, self._bucket)
        for name, size in ahead(weigh, articles, _THREADS, _AHEAD, "weigh"):
            known = found.get(name, Wanted())
            found[name] = Wanted(known.articles + 1, known.bytes + size)
        return found

    def keep(self, rows: Iterable[LedgerRow]) -> None:
        """Takes articles out of those that are to be marked as removed."""
        kept = {row.paper_id: row for row in rows}
        self._gone = [row for row in self._gone if row.paper_id not in kept]
        for row in kept.values():
            del self.marks[row.file][row.paper_id]
            self.marked["removed"] -= 1
        self.marks = defaultdict(dict, {file: marks for file, marks in self.marks.items() if marks})
        self.marked = +self.marked

    def leave_out(self, reason: str) -> None:
        """Counts an article that is not taken; `reason` completes `left out: ...`."""
        self.left_out[reason] += 1
        self._reporter.skipped()

    def _wanted(self, listed: Iterable[Listed]) -> Iterator[PmcArticle | Failure]:
        look = functools.partial(_look_at, self._bucket)
        limit = self._settings.limit
        for found in ahead(look, listed, _THREADS, _AHEAD, "look"):
            if limit is not None and self._taken >= limit:
                return
            self._seen += 1
            if isinstance(found, Failure):
                self._taken += 1
                yield found
                continue
            reason = why_not(found, self._settings.licenses)
            if reason is None:
                self._taken += 1
                yield found
                continue
            self.leave_out(reason)
            if found.listed.pmcid in self.earlier:
                self._mark(found, self.earlier[found.listed.pmcid])

    def _mark(self, found: PmcArticle, row: LedgerRow) -> None:
        if found.retracted:
            self._note(row, Mark("retracted", found.listed.etag))
        elif not is_licensed(found, self._settings.licenses) and not _is_as_before(found, row):
            self._note(row, Mark("relicensed", found.listed.etag))

    def _note(self, row: LedgerRow, mark: Mark) -> None:
        if (row.metadata.withdrawn, row.source_version) == (mark.withdrawn, mark.source_version):
            return  # it says so already
        self.marked[mark.withdrawn] += 1
        self.marks[row.file][row.paper_id] = mark


def _is_as_before(found: PmcArticle, row: LedgerRow) -> bool:
    """Whether an article's licence is the one under which it was taken, and just no longer asked for."""
    now, then = found.metadata.license, row.metadata.license
    return now is not None and is_under(then, now)


def _look_at(bucket: Bucket, listed: Listed) -> PmcArticle | Failure:
    """An article's metadata, or the row that says why they are not to be had: nobody would look for it again.

    Raises InputError where the bucket does not answer.
    """
    uri = bucket.uri_of(listed.metadata_key)
    paper = Paper(unreadable_id(uri), uri, Metadata(pmcid=listed.pmcid), listed.etag)
    try:
        return parse_article(bucket.read(listed.metadata_key, METADATA_BYTES), listed)
    except PaperError as error:
        return Failure(paper, error.kind, f"The article's metadata cannot be had. {error.error}", 0.0)
    except ValueError as error:
        reason = printable(str(error), 150)
        return Failure(paper, "unreadable", f"The article's metadata cannot be read ({reason}).", 0.0)


def _weigh(bucket: Bucket, article: PmcArticle) -> tuple[str, int]:
    """An article's licence in words, and the bytes of its files."""
    sizes = bucket.sizes(article.listed.folder)
    return article.metadata.license or "not stated", sum(sizes.get(file.key, 0) for file in article.files)
