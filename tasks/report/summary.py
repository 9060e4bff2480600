"""What a dataset holds, for people: counts, confidences, failures and a bounded choice of pictures.

Reads the few columns that counting needs from every part; `tasks.report.cards` reads pictures of a few row groups.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from models import taxonomy
from tasks.corrections.overlay import Overlay, read_overlay
from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.files import UNREADABLE, UnreadablePartError
from tasks.dataset.ledger import LedgerRow, read_ledger_part
from tasks.errors import StorageError
from tasks.records import Counts, FailedPaper, Gap
from tasks.report.cards import Card, choose_picks, make_cards
from tasks.report.review_queue import REASONS, Columns, ReviewQueue
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

log = logging.getLogger(__name__)

BINS = 10
"""Bars of the confidence histogram, each a tenth wide."""
FAILURES_SHOWN = 100
GAPS_SHOWN = 10
"""Of one paper."""
_LEDGER_COLUMNS = ("pages", "figures", "source_uri", "error_kind", "error", "gaps")


@dataclass(frozen=True, slots=True)
class IncompletePaper:
    """A paper that was read, and what is missing of it: the first few gaps, and how many there are."""

    source_uri: str
    gaps: tuple[Gap, ...]
    count: int


@dataclass(slots=True)
class DatasetSummary:
    """A dataset counted; `accepted` and `abstained` are the histogram's bars, `cards` go by modality."""

    counts: Counts = field(default_factory=Counts)
    accepted: list[int] = field(default_factory=lambda: [0] * BINS)
    abstained: list[int] = field(default_factory=lambda: [0] * BINS)
    confidence_sum: float = 0.0
    named_by_people: int = 0
    """Subfigures whose label is a person's: they have no part in the bars and in the mean confidence."""
    pictures_of_run: bool = False
    """Whether the pictures are of the run's own papers alone."""
    by_kind: Counter[str] = field(default_factory=Counter)
    """Failed papers by kind; `incomplete` counts papers that were read but lack something."""
    failed: list[FailedPaper] = field(default_factory=list)
    """The first `FAILURES_SHOWN` failed papers of the ledger."""
    incomplete: list[IncompletePaper] = field(default_factory=list)
    """The first `FAILURES_SHOWN` papers that were read and lack something."""
    by_gap: Counter[str] = field(default_factory=Counter)
    """What papers lack that were read, by kind."""
    by_kind_below: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Subfigures by class and what their path names below it, such as the kind of a chart."""
    compound: int = 0
    """Subfigures that may hold several panels."""
    judged: list[tuple[float, bool]] = field(default_factory=list)
    """Confidence of each row that people have named, and whether the model says the same."""
    review_queue: dict[str, list[Card]] = field(default_factory=dict)
    """Pictures to look at first, by why: see `tasks.report.review_queue`."""
    cards: dict[str | None, list[Card]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    """Parts that could not be read, each with the reason."""

    def add(self, other: DatasetSummary) -> None:
        """Adds what was counted elsewhere; pictures are chosen when all is counted."""
        self.counts += other.counts
        self.by_kind.update(other.by_kind)
        self.by_kind_below.update(other.by_kind_below)
        self.compound += other.compound
        for bars, more in ((self.accepted, other.accepted), (self.abstained, other.abstained)):
            bars[:] = [bar + count for bar, count in zip(bars, more, strict=True)]
        self.confidence_sum += other.confidence_sum
        self.named_by_people += other.named_by_people
        self.judged += other.judged
        self.failed += other.failed[: FAILURES_SHOWN - len(self.failed)]
        self.incomplete += other.incomplete[: FAILURES_SHOWN - len(self.incomplete)]
        self.by_gap.update(other.by_gap)
        self.unreadable += other.unreadable

    @property
    def mean_confidence(self) -> float | None:
        """Of the subfigures that the model has scored and people have not named."""
        scored = self.counts.scored - self.named_by_people
        return self.confidence_sum / scored if scored else None


def summarize(
    out: StorePath, recent: Sequence[str] = (), gold: Mapping[str, str] = MappingProxyType({})
) -> DatasetSummary:
    """Counts the dataset at `out` and chooses pictures, from the parts named `recent` if there are any.

    `gold` is what people say that pictures are, a code by subfigure_id. Only parts that the ledger names are counted.
    A part that cannot be read is listed, not raised.
    """
    found = DatasetSummary()
    shards: list[_Shard] = []
    parts = set(paths.names(out / SUBFIGURES))
    ledgers = sorted(name for name in paths.names(out / PAPERS) if name.endswith(".parquet"))
    overlay = read_overlay(out)
    said = _Said(gold, overlay)
    for counted in paths.each(lambda name: _count_shard(out, name, name in parts, said), ledgers, out):
        found.add(counted.summary)
        shards.append(counted)
    of_run = [shard for shard in shards if shard.summary.counts.subfigures and shard.part.name in set(recent)]
    found.pictures_of_run = bool(of_run)
    chosen = of_run or shards
    review_queue = ReviewQueue()
    for shard in shards:
        review_queue.add(shard.review_queue, REASONS if shard in chosen else ("mistaken",))
    _choose_cards(found, chosen, review_queue, overlay)
    return found


def _choose_cards(
    found: DatasetSummary, shards: Sequence[_Shard], review_queue: ReviewQueue, overlay: Overlay
) -> None:
    """Pictures of each modality from sure to unsure, and those to look at first."""
    groups = [(shard.part, group) for shard in shards for group in range(shard.row_groups)]
    urgent = review_queue.picks
    picks = choose_picks(groups, overlay)
    cards = make_cards([*picks, *(pick for some in urgent.values() for pick in some)], overlay)
    for pick in picks:
        found.cards.setdefault(pick.modality, []).append(cards[pick])
    for gallery in found.cards.values():
        gallery.sort(key=lambda card: -(card.confidence or 0.0))
    found.review_queue = {why: [cards[pick] for pick in some] for why, some in urgent.items()}


@dataclass(frozen=True, slots=True)
class _Said:
    """What people say of rows."""

    gold: Mapping[str, str]
    overlay: Overlay


@dataclass(slots=True, eq=False)
class _Shard:
    """A part with its ledger part, counted."""

    part: StorePath
    summary: DatasetSummary = field(default_factory=DatasetSummary)
    row_groups: int = 0
    review_queue: ReviewQueue = field(default_factory=ReviewQueue)


def _count_shard(out: StorePath, name: str, has_part: bool, said: _Said) -> _Shard:
    shard = _Shard(out / SUBFIGURES / name)
    with _listed_if_unreadable(shard, out / PAPERS / name) as ledger:
        _count_papers(shard.summary, read_ledger_part(ledger, _LEDGER_COLUMNS))
    if has_part:
        with _listed_if_unreadable(shard, shard.part), paths.parquet(shard.part) as part:
            _count_subfigures(shard, part, said)
    return shard


@contextlib.contextmanager
def _listed_if_unreadable(shard: _Shard, file: StorePath) -> Iterator[StorePath]:
    """Counts a file within; where that cannot be, `unreadable` says why."""
    try:
        yield file
    except (UnreadablePartError, StorageError, *UNREADABLE) as error:
        log.warning("%s cannot be read: %s", file, error)
        reason = error.reason if isinstance(error, UnreadablePartError) else str(error).splitlines()[0]
        shard.summary.unreadable.append(f"{file.parent.name}/{file.name}: {reason}")


def _count_papers(found: DatasetSummary, rows: Sequence[LedgerRow]) -> None:
    found.counts += Counts(
        by_status=Counter(row.status for row in rows),
        pages=sum(row.pages or 0 for row in rows),
        figures=sum(row.figures for row in rows),
    )
    for row in rows:
        if row.failed or row.error_kind:
            found.by_kind[row.error_kind or "unknown"] += 1
        found.by_gap.update(gap.kind for gap in row.gaps)
        if row.gaps and len(found.incomplete) < FAILURES_SHOWN:
            found.incomplete.append(IncompletePaper(row.source_uri, row.gaps[:GAPS_SHOWN], len(row.gaps)))
        if row.failed and len(found.failed) < FAILURES_SHOWN:
            name = PurePosixPath(row.source_uri).name or row.source_uri
            found.failed.append(FailedPaper(name, row.source_uri, row.error_kind or "", row.error or ""))


def _count_subfigures(shard: _Shard, part: pq.ParquetFile, said: _Said) -> None:
    found = shard.summary
    columns = Columns.read(part, said.gold, said.overlay)
    scored = columns.scored
    confidence, rejected = columns.confidence[scored], columns.rejected[scored]
    found.counts += Counts(
        subfigures=len(scored),
        rejected=int(rejected.sum()),
        unscored=int((~scored).sum()),
        by_modality=Counter(columns.modality[scored].tolist()),
    )
    found.by_kind_below.update(_kinds_below(columns))
    found.compound += int((columns.compound > taxonomy.SEVERAL_PANELS).sum())
    own = ~columns.by_people[scored]
    found.named_by_people += int((~own).sum())
    found.confidence_sum += float(confidence[own].sum())
    for bars, chosen in ((found.accepted, own & ~rejected), (found.abstained, own & rejected)):
        for index, count in enumerate(np.histogram(confidence[chosen], bins=BINS, range=(0, 1))[0]):
            bars[index] += int(count)
    found.judged += columns.judged
    shard.review_queue.fill(shard.part, columns)
    shard.row_groups = part.num_row_groups


def _kinds_below(columns: Columns) -> Iterator[tuple[str, str]]:
    """Class and kind of each row whose path goes on below the class."""
    for code, path in zip(columns.modality.tolist(), columns.paths.tolist(), strict=True):
        if code is not None and path is not None and (kinds := taxonomy.below(code, [path])):
            yield code, "/".join(kinds)
