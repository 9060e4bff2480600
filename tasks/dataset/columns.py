"""ONE table of the columns of `subfigures` and `papers`.

`COLUMNS` is the only place where a column is written down with its type and meaning. The schemas of parts and ledger
parts, the documents and tables of the search indexes, the descriptions of an export and the README's tables follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

SCHEMA_VERSION = "3"
READABLE_VERSIONS = ("2", SCHEMA_VERSION)
"""A dataset of one of these can be read; columns that it lacks are null. Only one of the last is written to."""

Table = Literal["subfigures", "papers"]
SUBFIGURES: Table = "subfigures"
PAPERS: Table = "papers"
"""The two tables, and the folders of their parts and ledger parts in a dataset."""

Use = Literal["filter", "rank", "show", "vector"]
"""What a search index does with a column: filters by its value, ranks by its words, only shows it, compares vectors."""

IMAGE_COLUMN = "image"

_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)
_MENTIONS = pa.list_(pa.struct([pa.field("section", _TEXT), pa.field("text", _TEXT)]))
_GAPS = pa.list_(
    pa.struct([pa.field("kind", _TEXT), pa.field("page", pa.int32()), pa.field("sentence", _TEXT)])
)
_BOX = pa.list_(pa.float32(), 4)
_IMAGE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
_MOMENT = pa.timestamp("us", tz="UTC")
_ROW = (SUBFIGURES,)
_LEDGER = (PAPERS,)
_BOTH = (SUBFIGURES, PAPERS)


@dataclass(frozen=True, slots=True)
class Column:
    """A column at rest. `indexed` is None where no search index keeps it."""

    name: str
    type: pa.DataType
    tables: tuple[Table, ...]
    meaning: str
    """One sentence, in Markdown."""
    nullable: bool = True
    indexed: Use | None = None
    length: Literal["classes", "features"] | None = None
    """Of a list with as many values as the model has classes or features: it is a fixed-size list in a part."""
    since: str = "2"
    """The version of the schema that brought it."""
    of_article: bool = False
    """Said of the article by its JATS, its PDF or the caller: a field of `records.Metadata`."""
    of_model: bool = False
    """Said of the picture by the model: null, as all of these, where the subfigure could not be scored."""


COLUMNS = (
    Column(
        "subfigure_id",
        _TEXT,
        _ROW,
        "First 16 hex digits of `paper_id`, `figure_index` and `subfigure_index`, with slashes between.",
        nullable=False,
        indexed="filter",
    ),
    Column(
        "paper_id",
        _TEXT,
        _BOTH,
        "SHA-256 of the PDF's bytes, hex; of the JATS's where an article came without a PDF.",
        nullable=False,
        indexed="filter",
    ),
    Column(
        "source_uri",
        _TEXT,
        _BOTH,
        "The PDF, or the JATS that stands for it, as given: absolute path or URI.",
        nullable=False,
        indexed="show",
    ),
    Column("pmcid", _TEXT, _BOTH, "PubMed Central id of the article.", indexed="filter", of_article=True),
    Column("pmid", _TEXT, _BOTH, "PubMed id of the article.", indexed="filter", since="3", of_article=True),
    Column("doi", _TEXT, _BOTH, "DOI of the article, from the PDF too.", indexed="filter", of_article=True),
    Column("title", _TEXT, _BOTH, "Title of the article, from the PDF too.", indexed="rank", of_article=True),
    Column(
        "authors",
        _TEXTS,
        _BOTH,
        "Who wrote the article, in its order: `Surname, Given`; a group by its name. From the PDF too where all are "
        "sure.",
        indexed="rank",
        since="3",
        of_article=True,
    ),
    Column(
        "journal",
        _TEXT,
        _BOTH,
        "Journal of the article, from the PDF too.",
        indexed="filter",
        of_article=True,
    ),
    Column(
        "license",
        _TEXT,
        _BOTH,
        "Licence of the article: `CC BY 4.0`, `CC0 1.0`, or `CC BY` where the version is not said; else what its "
        "source calls it; null where it is not known.",
        indexed="filter",
        of_article=True,
    ),
    Column(
        "published",
        pa.date32(),
        _BOTH,
        "When the article was published: its earliest complete date; where there is none, the first day of the month "
        "or of the year.",
        indexed="filter",
        of_article=True,
    ),
    Column(
        "published_precision",
        _TEXT,
        _BOTH,
        "What of `published` is known: `day`, `month` or `year`.",
        since="3",
        of_article=True,
    ),
    Column(
        "withdrawn",
        _TEXT,
        _BOTH,
        "`retracted`, `removed` or `relicensed` at its source since it was taken from there; else null.",
        indexed="filter",
        of_article=True,
    ),
    Column("abstract", _TEXT, _LEDGER, "Abstract of the article.", since="3", of_article=True),
    Column(
        "keywords", _TEXTS, _LEDGER, "Keywords that the article itself gives.", since="3", of_article=True
    ),
    Column(
        "subjects",
        _TEXTS,
        _LEDGER,
        "Subjects under which the journal files the article, and MeSH terms where it has them.",
        since="3",
        of_article=True,
    ),
    Column(
        "article_type",
        _TEXT,
        _LEDGER,
        "What the article is, as JATS has it: `research-article`, `review-article`, `case-report`.",
        indexed="filter",
        since="3",
        of_article=True,
    ),
    Column(
        "source_version",
        _TEXT,
        _LEDGER,
        "Changes with the article at its source; null where the source says nothing of the kind.",
    ),
    Column(
        "jats_sha256",
        _TEXT,
        _LEDGER,
        "SHA-256 of the JATS XML that was there beside the PDF, used or not, hex; null where there was none.",
        since="3",
    ),
    Column("status", _TEXT, _LEDGER, "`ok`, `no_figures` or `failed`.", nullable=False),
    Column(
        "error_kind",
        _TEXT,
        _LEDGER,
        "Why the paper failed, for programs; `incomplete` where it was read and `gaps` says what is missing.",
    ),
    Column("error", _TEXT, _LEDGER, "Why the paper failed, in a sentence."),
    Column(
        "gaps",
        _GAPS,
        _LEDGER,
        "What is missing of a paper that was read: `kind` (`file`, `page`, `figure`, `image`, `text`, `jats`), `page` "
        "from 1, `sentence`.",
        since="3",
    ),
    Column("pages", pa.int32(), _LEDGER, "Pages of the PDF; null where none could be counted."),
    Column("figures", pa.int32(), _LEDGER, "Figures found in the paper.", nullable=False),
    Column("subfigures", pa.int32(), _LEDGER, "Rows of the paper in `subfigures`.", nullable=False),
    Column("seconds", pa.float64(), _LEDGER, "What reading the paper took.", nullable=False),
    Column("part", _TEXT, _LEDGER, "The part with the paper's rows, by file name.", nullable=False),
    Column(
        "figure_index",
        pa.int16(),
        _ROW,
        "Order of the figure in the paper, from 0.",
        nullable=False,
        indexed="filter",
    ),
    Column("figure_id", _TEXT, _ROW, "Id of the figure in the article's JATS.", since="3"),
    Column("figure_doi", _TEXT, _ROW, "DOI of the figure itself.", since="3"),
    Column(
        "figure_label",
        _TEXT,
        _ROW,
        "Label of the figure as printed, normalised: `Figure 3`, `Scheme 2`.",
        indexed="filter",
    ),
    Column(
        "caption",
        _TEXT,
        _ROW,
        "Caption of the figure without its label, one paragraph.",
        indexed="rank",
    ),
    Column("caption_source", _TEXT, _ROW, "Where the caption comes from: `pdf` or `jats`."),
    Column(
        "alt_text",
        _TEXT,
        _ROW,
        "What the article says to whoever cannot see the figure.",
        indexed="rank",
        since="3",
    ),
    Column(
        "mentions",
        _MENTIONS,
        _ROW,
        "Sentences of the article that cite the figure, with their section; one that names panels (`Fig. 2B`) only at "
        "those, one that names none at all of the figure.",
        indexed="rank",
        since="3",
    ),
    Column(
        "figure_license",
        _TEXT,
        _ROW,
        "Licence of the figure itself where it is another than the article's.",
        indexed="filter",
        since="3",
    ),
    Column(
        "third_party",
        pa.bool_(),
        _ROW,
        "Whether the figure's permissions or caption credit another source; null where it has neither.",
        indexed="filter",
        since="3",
    ),
    Column(
        "attribution",
        _TEXT,
        _ROW,
        "The line of credit that whoever uses the picture must print.",
        indexed="show",
        since="3",
    ),
    Column(
        "page",
        pa.int16(),
        _ROW,
        "Page of the figure, from 1; null where it is an image file of an article without a PDF.",
        indexed="filter",
    ),
    Column(
        "figure_bbox",
        _BOX,
        _ROW,
        "x0, y0, x1, y1 of the figure in PDF points, origin top left; four nulls where `page` is null.",
    ),
    Column(
        "figure_kind",
        _TEXT,
        _ROW,
        "What the figure is made of: `raster`, `vector` or `mixed`.",
        nullable=False,
    ),
    Column(
        "figure_text",
        _TEXT,
        _ROW,
        "The words printed within the panel: axis labels, names of genes, scale bars.",
        indexed="rank",
        since="3",
    ),
    Column(
        "figure_text_source",
        _TEXT,
        _ROW,
        "`pdf`: the words are the PDF's text; `ocr`: read from the picture (`figmill label --ocr`).",
        since="3",
    ),
    Column(
        "subfigure_index",
        pa.int16(),
        _ROW,
        "Reading order of the subfigure in its figure, from 0.",
        nullable=False,
        indexed="filter",
    ),
    Column(
        "panel_label",
        _TEXT,
        _ROW,
        "Letter of the panel as printed: `A`, `b`, `ii`; null where none is sure.",
        indexed="filter",
    ),
    Column(
        "subcaption",
        _TEXT,
        _ROW,
        "The caption's part for that letter, or for the side that the caption names (`Left: …`); null where unsure.",
        indexed="rank",
    ),
    Column("subfigure_bbox", _BOX, _ROW, "x0, y0, x1, y1 of the subfigure, as in `figure_bbox`."),
    Column(
        "compound",
        pa.float32(),
        _ROW,
        "Probability that the picture still holds several panels; null where the model does not say.",
        indexed="filter",
        since="3",
        of_model=True,
    ),
    # Never null, but `datasets` knows a picture only if it may be. An index keeps a thumbnail in its place.
    Column(
        IMAGE_COLUMN,
        _IMAGE,
        _ROW,
        "The picture, `{bytes, path}`: PNG or JPEG, as Hugging Face `datasets` keeps pictures.",
    ),
    Column(
        "image_width", pa.int32(), _ROW, "Width of the picture, pixels.", nullable=False, indexed="filter"
    ),
    Column(
        "image_height", pa.int32(), _ROW, "Height of the picture, pixels.", nullable=False, indexed="filter"
    ),
    Column("image_sha256", _TEXT, _ROW, "SHA-256 of the picture's bytes, hex.", nullable=False),
    Column(
        "modality",
        _TEXT,
        _ROW,
        "The most probable of the 30 ImageCLEF 2016 codes, such as `DMFL`; null where it was not scored.",
        indexed="filter",
        of_model=True,
    ),
    Column(
        "modality_path",
        _TEXTS,
        _ROW,
        "Every ancestor of the class and itself, for filters: `microscopy`, `microscopy/fluorescence`; the group alone "
        "where the model is sure of no more; below charts their kind, `illustration/chart/bar`.",
        indexed="filter",
        of_model=True,
    ),
    Column(
        "confidence",
        pa.float32(),
        _ROW,
        "Calibrated probability of `modality`; null where it was not scored.",
        indexed="filter",
        of_model=True,
    ),
    Column(
        "modality_set",
        _TEXTS,
        _ROW,
        "The classes among which the true one is, with the probability that the model's card names; null where the "
        "model does not say.",
        indexed="filter",
        since="3",
        of_model=True,
    ),
    Column(
        "rejected",
        pa.bool_(),
        _ROW,
        "Whether the model abstains: the picture is too unlike its training data, or it is too unsure.",
        indexed="filter",
        of_model=True,
    ),
    Column(
        "probabilities",
        pa.list_(pa.float32()),
        _ROW,
        "Probability of every class, in the order of the file's metadata `figmill.classes`.",
        length="classes",
        of_model=True,
    ),
    Column(
        "embedding",
        pa.list_(pa.float16()),
        _ROW,
        "The network's features of the picture, for search by likeness.",
        indexed="vector",
        length="features",
        of_model=True,
    ),
    Column(
        "model_id",
        _TEXT,
        _BOTH,
        "Name of the model and first 12 hex digits of the SHA-256 of all that makes its scores.",
        nullable=False,
    ),
    Column(
        "label_source",
        _TEXT,
        _ROW,
        "Who named the modality: `model`, or `person` where a correction stands.",
        indexed="filter",
        since="3",
    ),
    Column("pipeline_version", _TEXT, _BOTH, "Version of Figmill.", nullable=False),
    Column("labelled_at", _MOMENT, _ROW, "When the row was made.", nullable=False),
    Column("finished_at", _MOMENT, _LEDGER, "When the paper was done.", nullable=False),
)
"""All columns of both tables, each table's in its order."""


def columns_of(table: Table, version: str = SCHEMA_VERSION) -> list[Column]:
    """A table's columns in their order, as a version of the schema has them."""
    known = READABLE_VERSIONS[: READABLE_VERSIONS.index(version) + 1]
    return [column for column in COLUMNS if table in column.tables and column.since in known]


MEANINGS: Mapping[str, str] = MappingProxyType({c.name: c.meaning for c in columns_of(SUBFIGURES)})
"""What each column of `subfigures` means, by name."""

ARTICLE_FACTS = tuple(c.name for c in COLUMNS if c.of_article)
"""What is said of an article, all of it in the ledger: the fields of `records.Metadata`."""

ARTICLE_COLUMNS = tuple(c.name for c in COLUMNS if c.of_article and SUBFIGURES in c.tables)
"""Of these, what stands in every row of `subfigures` too."""

MODEL_COLUMNS = tuple(c.name for c in COLUMNS if c.of_model)
"""What another model says anew of a row; which model said it stands in `model_id`."""

INDEXED_COLUMNS = tuple(c for c in COLUMNS if c.indexed and c.indexed != "vector")
"""The columns that a search index keeps of a row, and of its paper in the ledger."""
