"""What a dataset holds, for people: counts, confidences, failures and a bounded choice of pictures.

Counts are those that the dataset's `PartCache` has of each part; only parts of whose rows people have spoken are read
anew, and this run's, for what to look at first. `tasks.report.cards` reads pictures of a few row groups.
"""

from __future__ import annotations

import functools
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from tasks.corrections.overlay import Overlay, read_overlay
from tasks.dataset.cache.part_cache import PartCache, read_cache
from tasks.dataset.columns import PAPERS, SUBFIGURES
from tasks.dataset.files import UNREADABLE
from tasks.dataset.ledger import LedgerRow, read_ledger_part
from tasks.dataset.tally import (
    BARS,
    COUNTED,
    MILLIONTHS,
    Tally,
    bar_of,
    by_name,
    kinds_below,
    of_rows,
    tally_rows,
)
from tasks.errors import StorageError
from tasks.records import Gap
from tasks.report.cards import ROW_GROUPS_WITH_PICTURES, Card, choose_picks, make_cards, spread
from tasks.report.review_queue import REASONS, Columns, ReviewQueue
from tasks.runs.outcomes import Counts, FailedPaper
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

log = logging.getLogger(__name__)

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
    accepted: list[int] = field(default_factory=lambda: [0] * BARS)
    abstained: list[int] = field(default_factory=lambda: [0] * BARS)
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

    def add(self, tally: Tally) -> None:
        """Adds what was counted of a part, or of many."""
        self.counts += Counts(
            by_status=by_name(tally, "status"),
            pages=tally["pages"],
            figures=tally["figures"],
            subfigures=tally["subfigures"],
            rejected=tally["rejected"],
            unscored=tally["unscored"],
            by_modality=by_name(tally, "modality"),
        )
        self.by_kind.update(by_name(tally, "kind"))
        self.by_gap.update(by_name(tally, "gap"))
        self.by_kind_below.update(dict(kinds_below(tally)))
        self.compound += tally["compound"]
        self.named_by_people += tally["people"]
        self.confidence_sum += tally["confidence"] / MILLIONTHS
        for bars, name in ((self.accepted, "accepted"), (self.abstained, "abstained")):
            for bar, number in by_name(tally, name).items():
                bars[int(bar)] += number

    @property
    def mean_confidence(self) -> float | None:
        """Of the subfigures that the model has scored and people have not named."""
        scored = self.counts.scored - self.named_by_people
        return self.confidence_sum / scored if scored else None


def summarize(
    out: StorePath,
    recent: Sequence[str] = (),
    gold: Mapping[str, str] = MappingProxyType({}),
    parts: PartCache | None = None,
) -> DatasetSummary:
    """Counts the dataset at `out` and chooses pictures, from the parts named `recent` if there are any.

    `gold` is what people say that pictures are, a code by subfigure_id. Only parts that the ledger names are counted.
    A part that cannot be read is listed, not raised. `parts`: where the run has them open.
    """
    if parts is None:
        with read_cache(out, strict=False) as opened:
            return summarize(out, recent, gold, opened)
    parts.count()
    found = DatasetSummary(unreadable=list(parts.unreadable))
    _add_papers(found, out, parts)
    overlay = read_overlay(out)
    with_rows = parts.with_rows()
    spoken_of = parts.parts_of({name.partition("/")[0] for name in gold} | overlay.paper_ids)
    of_run = {*recent} & {*with_rows}
    found.pictures_of_run = bool(of_run)
    chosen = of_run or {*spread(with_rows, ROW_GROUPS_WITH_PICTURES)}
    looked_at = [out / SUBFIGURES / name for name in sorted({*spoken_of, *chosen} & {*with_rows})]
    tally, review_queue, shards = parts.totals(), ReviewQueue(), []
    for shard in paths.each(functools.partial(_read_shard, said=_Said(gold, overlay)), looked_at, out):
        review_queue.add(shard.review_queue, REASONS if shard.part.name in chosen else ("mistaken",))
        tally.subtract(of_rows(parts.counts(shard.part.name)))
        tally.update(shard.tally)
        found.judged += shard.judged
        found.unreadable += [shard.unreadable] if shard.unreadable else []
        shards += [shard] if shard.part.name in chosen else []
    found.add(tally)
    _choose_cards(found, shards, review_queue, overlay)
    return found


def _add_papers(found: DatasetSummary, out: StorePath, parts: PartCache) -> None:
    """The first papers that failed or lack something, from the few ledger parts that have them."""
    names = {*parts.first_failed(FAILURES_SHOWN), *parts.first_incomplete(FAILURES_SHOWN)}
    for name in sorted(names):
        _name_papers(found, read_ledger_part(out / PAPERS / name, _LEDGER_COLUMNS))


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
    """A part that was looked at."""

    part: StorePath
    tally: Tally = field(default_factory=Counter)
    """Of its rows, by the last word of people."""
    row_groups: int = 0
    review_queue: ReviewQueue = field(default_factory=ReviewQueue)
    judged: list[tuple[float, bool]] = field(default_factory=list)
    unreadable: str | None = None


def _read_shard(part: StorePath, said: _Said) -> _Shard:
    """A part's rows; where they cannot be read, `unreadable` says why."""
    shard = _Shard(part)
    try:
        with paths.parquet(part) as opened:
            columns = Columns.read(opened, said.gold, said.overlay)
            counted = [name for name in COUNTED if name in opened.schema_arrow.names]
            shard.tally = tally_rows(said.overlay.apply(opened.read(said.overlay.columns(counted))))
            shard.row_groups = opened.num_row_groups
    except (StorageError, *UNREADABLE) as error:
        log.warning("%s cannot be read: %s", part, error)
        shard.unreadable = f"{part.parent.name}/{part.name}: {str(error).splitlines()[0]}"
    else:
        _take_out(shard.tally, columns)
        shard.judged = columns.judged
        shard.review_queue.fill(part, columns)
    return shard


def _take_out(tally: Tally, columns: Columns) -> None:
    """What people have named has no part in the bars and in the mean confidence."""
    for row in np.flatnonzero(columns.by_people & columns.scored).tolist():
        confidence = float(columns.confidence[row])
        tally[bar_of(confidence, bool(columns.rejected[row]))] -= 1
        tally["confidence"] -= round(confidence * MILLIONTHS)
        tally["people"] += 1


def _name_papers(found: DatasetSummary, rows: Sequence[LedgerRow]) -> None:
    for row in rows:
        if row.gaps and len(found.incomplete) < FAILURES_SHOWN:
            found.incomplete.append(IncompletePaper(row.source_uri, row.gaps[:GAPS_SHOWN], len(row.gaps)))
        if row.failed and len(found.failed) < FAILURES_SHOWN:
            name = PurePosixPath(row.source_uri).name or row.source_uri
            found.failed.append(FailedPaper(name, row.source_uri, row.error_kind or "", row.error or ""))
