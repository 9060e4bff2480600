"""What became of a run: papers that could not be read, counts, the outcome of a shard, the summary of the whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tasks.records import Paper


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a paper could not be read: `kind` for programs, `error` as a sentence for a librarian."""

    paper: Paper
    kind: str
    error: str
    seconds: float
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class FailedPaper:
    """A paper that could not be read, as a report names it."""

    name: str
    """File name for the eye: no control characters."""
    source_uri: str
    kind: str
    error: str


@dataclass(frozen=True, slots=True)
class UnusedJats:
    """A paper that was read without the JATS XML that is there for it, as a report names it."""

    name: str
    """File name for the eye: no control characters."""
    source_uri: str
    why: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted of some papers; counts of other papers are added with `+` or `sum(…, Counts())`."""

    by_status: Mapping[str, int] = field(default_factory=dict)
    """Papers by `ok`, `no_figures`, `failed`; of a run also `not_renewed`, which could not be read anew."""
    pages: int = 0
    figures: int = 0
    subfigures: int = 0
    rejected: int = 0
    """Subfigures on which the model abstains."""
    unscored: int = 0
    """Subfigures that could not be scored."""
    by_modality: Mapping[str, int] = field(default_factory=dict)
    """Subfigures by ImageCLEF code of the most probable leaf."""
    unlicensed: int = 0
    """Papers that were read and of which no licence is known."""
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    """Work by stage (`extract`, `prepare`, `classify`, `write`), summed over processes and threads."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            by_status=_added(self.by_status, other.by_status),
            pages=self.pages + other.pages,
            figures=self.figures + other.figures,
            subfigures=self.subfigures + other.subfigures,
            rejected=self.rejected + other.rejected,
            unscored=self.unscored + other.unscored,
            by_modality=_added(self.by_modality, other.by_modality),
            unlicensed=self.unlicensed + other.unlicensed,
            stage_seconds=_added(self.stage_seconds, other.stage_seconds),
        )

    @property
    def papers(self) -> int:
        """Papers, whatever became of them."""
        return sum(self.by_status.values())

    @property
    def failed(self) -> int:
        """Papers that could not be read, or not anew."""
        return self.by_status.get("failed", 0) + self.by_status.get("not_renewed", 0)

    @property
    def scored(self) -> int:
        """Subfigures that have a modality."""
        return self.subfigures - self.unscored


_Number = TypeVar("_Number", int, float)


def _added(one: Mapping[str, _Number], other: Mapping[str, _Number]) -> dict[str, _Number]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in (*one, *other)}


@dataclass(frozen=True, slots=True)
class ShardOutcome:
    """What became of one shard; small and picklable, for it travels back from a worker."""

    part: str
    """File name of the part, the same under subfigures/ and papers/; empty where there was nothing to write."""
    counts: Counts
    failures: tuple[FailedPaper, ...] = ()
    not_renewed: tuple[FailedPaper, ...] = ()
    """Papers that could not be read anew: their earlier rows stay."""
    unused_jats: tuple[UnusedJats, ...] = ()
    computation: str = ""
    """What computed the network: library, precision, device; empty if it was not loaded."""
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    """By the clock of the machine that did it; None where nobody looked."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a whole run did: the source of the closing table, the report and the Prefect artifact."""

    out: str
    started_at: dt.datetime
    finished_at: dt.datetime
    seconds: float
    """Wall time of the run."""
    model_id: str
    settings: dict[str, str]
    """What the run was told, ready to show: model, device, workers, shard size, time limit."""
    inputs: int
    """PDFs that the inputs named."""
    skipped: int
    """Of these: already in the ledger, or the same bytes as another input."""
    left: int
    """Of these: left for a later run (`limit`), or not among the failed papers that this run was for."""
    shards: int
    counts: Counts
    """Of the papers that this run did."""
    failures: tuple[FailedPaper, ...]
    not_renewed: tuple[FailedPaper, ...] = ()
    """Papers that could not be read anew, and why: their earlier rows stay."""
    parts: tuple[str, ...] = ()
    """File names of the parts that this run wrote."""
    tail_seconds: float = 0.0
    """For how long shards were still at work when the first worker had none left."""
    failed_before: int = 0
    """Of those skipped: what an earlier run could not read."""
    newer_jats: int = 0
    """Of those skipped: read without the JATS XML that is there now, or with other."""
    unused_jats: tuple[UnusedJats, ...] = ()
    """Of the papers that this run did."""

    @property
    def papers(self) -> int:
        """Papers that this run did."""
        return self.counts.papers


@dataclass(frozen=True, slots=True)
class Wanted:
    """Articles that an ingest would take, with what would be downloaded of them."""

    articles: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What an ingest did, or would do."""

    out: str
    inventory: str
    """Up to which inventory of the bucket."""
    since: str
    """Since when, in words."""
    listed: int
    """Articles new or changed since then, or gone."""
    left_out: dict[str, int]
    """Of these, not taken: in words why, and how many."""
    marked: dict[str, int]
    """Of the dataset's articles, marked: as what, and how many."""
    replaced: int
    """Of the dataset's articles, whose rows gave way to those of what the article is now."""
    left: int
    """For a later run (`limit`)."""
    run: RunSummary | None = None
    """The labelling; None on a dry run."""
    wanted: dict[str, Wanted] = field(default_factory=dict)
    """On a dry run: what would be taken, by licence."""
