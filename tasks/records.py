"""The records that flow through Figmill, from an input PDF to the rows of a part.

paper (one PDF) -> figure (graphic, label, caption) -> subfigure (one image, plot or diagram).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

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
