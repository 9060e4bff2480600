"""The records that flow through Figmill, from an input PDF to the rows of a part.

paper (one PDF) -> figure (graphic, label, caption) -> subfigure (one image, plot or diagram).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    import numpy as np

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 with the origin at the top left; PDF points of `page.rect` unless said otherwise."""

FigureKind = Literal["raster", "vector", "mixed"]
CaptionSource = Literal["pdf", "jats"]
TextSource = Literal["pdf", "ocr"]
"""Where the words in a panel come from: the PDF's text, or the picture itself."""
ImageFormat = Literal["png", "jpeg"]
Status = Literal["ok", "no_figures", "failed"]
"""What became of a paper: it has subfigures, it has none, it could not be read."""
Withdrawal = Literal["retracted", "removed", "relicensed"]
"""What became of an article after it was labelled: retracted, gone from its source, or under another licence there."""
Precision = Literal["day", "month", "year"]
"""What of a date is known."""
GapKind = Literal["file", "page", "figure", "image", "text", "jats", "other"]
"""What is missing of a paper that was read: of the file as a whole, a page, a figure, the pixels of an image, the
words, the JATS; `other` in datasets that kept sentences alone."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an article: from its JATS, from the caller, or from the PDF itself."""

    pmcid: str | None = None
    pmid: str | None = None
    doi: str | None = None
    title: str | None = None
    authors: tuple[str, ...] | None = None
    """`Surname, Given`, in the article's order."""
    journal: str | None = None
    license: str | None = None
    """In the vocabulary of `tasks.wording.licenses`."""
    published: dt.date | None = None
    published_precision: Precision | None = None
    withdrawn: Withdrawal | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None
    article_type: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """Who a paper is. `paper_id` is the SHA-256 of its PDF's bytes, hex; of its JATS's bytes where it has no PDF."""

    paper_id: str
    source_uri: str
    metadata: Metadata = Metadata()
    source_version: str | None = None
    """What changes at the source when the article does, where the source says so."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a paper: where it comes from, and its temporary copy on this machine if that is elsewhere."""

    uri: str
    """A path on this machine, or an address on a store or on the web."""
    copy: str | None = None

    @property
    def path(self) -> Path:
        """Where it is read from."""
        return Path(self.copy or self.uri)


@dataclass(frozen=True, slots=True)
class Graphic:
    """An image file of an article whose figures are taken from such; `name` as its JATS refers to it."""

    name: str
    file: SourceFile


@dataclass(frozen=True, slots=True)
class PaperFiles:
    """A paper before it is read, with its files. With `graphics`, its figures are those image files."""

    paper: Paper
    main: SourceFile
    """The PDF; with `graphics`, the JATS."""
    jats: SourceFile | None = None
    """The JATS XML beside a PDF, where it is at hand."""
    graphics: tuple[Graphic, ...] = ()

    @property
    def copies(self) -> tuple[Path, ...]:
        """The temporary copies on this machine."""
        files = (self.main, self.jats, *(graphic.file for graphic in self.graphics))
        return tuple(Path(file.copy) for file in files if file and file.copy)


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """PNG or JPEG bytes with their size in pixels; `sha256` is of the bytes, hex."""

    data: bytes
    format: ImageFormat
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence of the article that cites a figure, and the title of the section that it stands in."""

    section: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose a figure is, where the article says so."""

    license: str | None = None
    """The figure's own, where it is another than the article's."""
    third_party: bool | None = None
    """Whether permissions or caption credit another source; None where there is neither."""
    attribution: str | None = None
    """The line of credit that whoever uses the figure must print."""


@dataclass(frozen=True, slots=True)
class Subfigure:
    """One image, plot or diagram of a figure; `subfigure_index` counts in reading order from 0."""

    subfigure_index: int
    bbox: Box | None
    """None where the figure is an image file of its own, which stands on no page."""
    image: EncodedImage
    panel_label: str | None = None
    subcaption: str | None = None
    mentions: tuple[Mention, ...] | None = None
    """None where nobody looked for them."""
    text: str | None = None
    """The words printed within it."""
    text_source: TextSource | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a paper with its subfigures; `page` counts from 1, `figure_index` from 0.

    `page` and `bbox` are None where the figure is an image file of its own.
    """

    figure_index: int
    page: int | None
    bbox: Box | None
    kind: FigureKind
    label: str | None
    caption: str | None
    caption_source: CaptionSource | None
    subfigures: tuple[Subfigure, ...]
    id: str | None = None
    """In the article's JATS."""
    doi: str | None = None
    alt_text: str | None = None
    rights: Rights = Rights()


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing of a paper that was read; `page` counts from 1."""

    kind: GapKind
    page: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was read from one paper. `metadata` is the paper's, completed by what the PDF itself says."""

    paper: Paper
    metadata: Metadata
    pages: int
    figures: tuple[Figure, ...]
    seconds: float
    jats_sha256: str | None = None
    """Of the JATS XML that was there beside the PDF, used or not, hex; None where there was none."""
    gaps: tuple[Gap, ...] = ()
    """What of the paper is missing, for the ledger: damaged pages, figures not found or scaled down."""
    notes: tuple[str, ...] = ()
    """Sentences for the debug log: an XML that is no JATS, the trace behind a figure left out."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a paper could not be read: `kind` for programs, `error` as a sentence for a librarian."""

    paper: Paper
    kind: str
    error: str
    seconds: float
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What the classifier says of one subfigure, in the order of the bundle's classes."""

    probabilities: np.ndarray
    """(n,) float32, calibrated."""
    embedding: np.ndarray
    """(d,) float16, the pooled features of the same forward pass."""
    rejected: bool
    path: tuple[str, ...]
    """Every ancestor of the most probable class and the class, as `models.taxonomy.path` has them; the group alone
    where the model is sure of no more, and the kind below a chart."""
    compound: float | None = None
    """Probability that the picture still holds several panels; None where the bundle does not say."""
    members: tuple[str, ...] | None = None
    """Codes of the classes among which the true one is (conformal set), the most probable first; None where the bundle
    does not say."""


@dataclass(frozen=True, slots=True)
class LabelledPaper:
    """A paper that was read, with one score for each subfigure in reading order; None means not scored."""

    extraction: Extraction
    scores: tuple[Score | None, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """The earlier rows of an article, which leave their part right before those of the paper `by` are put in place."""

    file: str
    """The part, by file name."""
    paper_id: str
    by: str
    """The other paper_id, where the article has other bytes now."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The unit of work: some hundred papers that become one part. `name` follows from the papers."""

    name: str
    papers: tuple[PaperFiles | Failure, ...]
    """A Failure is a paper whose bytes could not even be had: its row goes to the ledger with the others'."""
    supersedes: tuple[str, ...] = ()
    """paper_ids of failed ledger rows that this shard's rows replace."""
    lease: str = ""
    """What the dataset's lock says of the run that hands this shard out."""
    replaces: tuple[Replaced, ...] = ()
    first: int = 1
    """Which of the run's papers is its first, from 1."""

    @property
    def title(self) -> str:
        """`papers 201–400`: its place in the run, for people."""
        last = self.first + len(self.papers) - 1
        return f"papers {self.first}–{last}" if last > self.first else f"paper {self.first}"


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
    """Papers that could not be read anew, and why: their earlier rows stay, and the next such run tries again."""
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
