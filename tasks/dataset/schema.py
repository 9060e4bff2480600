"""What is at rest: ONE table of the columns of `subfigures` and `papers`, and what a Parquet file says about itself.

`COLUMNS` is the only place where a column is written down with its type and meaning. The schemas of parts and ledger
parts, the documents and tables of the search indexes, the descriptions of an export and the README's tables follow.

File metadata of every part and ledger part: `figmill.schema_version`, `figmill.classes` (JSON list of the
codes, in the order of `probabilities`), `figmill.model_id`, `figmill.model_card` (Markdown), `figmill.provenance`
(JSON: `model_id`; `captions`, whether captions were read; `precision` that the network computed in). The key
`huggingface` tells the `datasets` library its features, so that `image` opens as a picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

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
    Column("pmcid", _TEXT, _BOTH, "PubMed Central id of the article.", indexed="filter"),
    Column("doi", _TEXT, _BOTH, "DOI of the article, from the PDF too.", indexed="filter"),
    Column("title", _TEXT, _BOTH, "Title of the article.", indexed="rank"),
    Column("journal", _TEXT, _BOTH, "Journal of the article.", indexed="filter"),
    Column(
        "license",
        _TEXT,
        _BOTH,
        "Licence of the article, such as CC BY 4.0; null where it is not known.",
        indexed="filter",
    ),
    Column("published", pa.date32(), _BOTH, "When the article was published.", indexed="filter"),
    Column(
        "withdrawn",
        _TEXT,
        _BOTH,
        "`retracted`, `removed` or `relicensed` at its source since it was taken from there; else null.",
        indexed="filter",
    ),
    Column(
        "source_version",
        _TEXT,
        _LEDGER,
        "Changes with the article at its source; null where the source says nothing of the kind.",
    ),
    Column("status", _TEXT, _LEDGER, "`ok`, `no_figures` or `failed`.", nullable=False),
    Column(
        "error_kind",
        _TEXT,
        _LEDGER,
        "Why the paper failed, for programs; `incomplete` where it was read and something is missing.",
    ),
    Column("error", _TEXT, _LEDGER, "Why the paper failed, or what is missing, in sentences."),
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
    ),
    Column(
        "modality_path",
        pa.list_(_TEXT),
        _ROW,
        "Every ancestor of the class and itself, for filters: `microscopy`, `microscopy/fluorescence`; the group alone "
        "where the model is sure of no more; below charts their kind, `illustration/chart/bar`.",
        indexed="filter",
    ),
    Column(
        "confidence",
        pa.float32(),
        _ROW,
        "Calibrated probability of `modality`; null where it was not scored.",
        indexed="filter",
    ),
    Column(
        "modality_set",
        pa.list_(_TEXT),
        _ROW,
        "The classes among which the true one is, with the probability that the model's card names; null where the "
        "model does not say.",
        indexed="filter",
        since="3",
    ),
    Column(
        "rejected",
        pa.bool_(),
        _ROW,
        "Whether the model abstains: the picture is too unlike its training data, or it is too unsure.",
        indexed="filter",
    ),
    Column(
        "probabilities",
        pa.list_(pa.float32()),
        _ROW,
        "Probability of every class, in the order of the file's metadata `figmill.classes`.",
        length="classes",
    ),
    Column(
        "embedding",
        pa.list_(pa.float16()),
        _ROW,
        "The network's features of the picture, for search by likeness.",
        indexed="vector",
        length="features",
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
"""All columns of both tables, each table's in its order. The model's, `compound` and `modality` to `embedding`, are
null together where a subfigure could not be scored."""


def columns_of(table: Table, version: str = SCHEMA_VERSION) -> list[Column]:
    """A table's columns in their order, as a version of the schema has them."""
    known = READABLE_VERSIONS[: READABLE_VERSIONS.index(version) + 1]
    return [column for column in COLUMNS if table in column.tables and column.since in known]


MEANINGS: Mapping[str, str] = MappingProxyType({c.name: c.meaning for c in columns_of(SUBFIGURES)})
"""What each column of `subfigures` means, by name."""

ARTICLE_COLUMNS = tuple(c.name for c in COLUMNS if c.tables == _BOTH and c.nullable)
"""What is said of an article, in both tables: the fields of `records.Metadata`."""

INDEXED_COLUMNS = tuple(c for c in columns_of(SUBFIGURES) if c.indexed and c.indexed != "vector")
"""The columns that a search index copies as they are."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the rows of a file were labelled: those of different models or classes never share a dataset, nor do rows
    that read captions and rows that did not."""

    model_id: str
    classes: tuple[str, ...]
    embedding_size: int
    card: str
    captions: bool = False
    """Whether captions counted beside the picture, where there were any."""
    precision: str | None = None
    """What the network computed in, such as `bfloat16`; None where it computed nothing."""


PAPER_SCHEMA = pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in columns_of(PAPERS)])
"""The ledger: one row per input PDF, whatever became of it."""


def subfigure_schema(classes: Sequence[str], embedding_size: int, version: str = SCHEMA_VERSION) -> pa.Schema:
    """Columns of `subfigures` for a model of these classes and this many features.

    Lists of fixed size hold nulls where there is nothing to say, for pyarrow reads no null fixed-size list back.
    """
    lengths = {"classes": len(classes), "features": embedding_size}
    return pa.schema(
        [
            pa.field(
                column.name,
                pa.list_(column.type.value_type, lengths[column.length]) if column.length else column.type,
                nullable=column.nullable,
            )
            for column in columns_of(SUBFIGURES, version)
        ]
    )


def with_provenance(schema: pa.Schema, provenance: Provenance) -> pa.Schema:
    """`schema` with the file metadata that says which model wrote it and how `datasets` should read it."""
    features = {field.name: _feature(field) for field in schema}
    return schema.with_metadata(
        {
            "figmill.schema_version": SCHEMA_VERSION,
            "figmill.classes": json.dumps(list(provenance.classes)),
            "figmill.model_id": provenance.model_id,
            "figmill.model_card": provenance.card,
            "figmill.provenance": json.dumps(
                {
                    "model_id": provenance.model_id,
                    "captions": provenance.captions,
                    "precision": provenance.precision,
                }
            ),
            "huggingface": json.dumps({"info": {"features": features}}),
        }
    )


def figmill_metadata(schema: pa.Schema) -> dict[str, str]:
    """What a file says of itself: its `figmill.` keys without that prefix.

    Of a damaged file they need not be text; what they then say is no model's.
    """
    texts = {
        key.decode(errors="replace"): value.decode(errors="replace")
        for key, value in (schema.metadata or {}).items()
    }
    return {key.removeprefix("figmill."): text for key, text in texts.items() if key.startswith("figmill.")}


def read_captions(metadata: Mapping[str, str]) -> bool | None:
    """Whether a file's rows read captions, by its `figmill_metadata`; None where it does not say."""
    try:
        said = json.loads(metadata.get("provenance", "{}"))
    except ValueError:
        return None
    captions = said.get("captions") if isinstance(said, dict) else None
    return captions if isinstance(captions, bool) else None


def _feature(field: pa.Field) -> dict[str, Any]:
    """A column as the `datasets` library describes it (the JSON form of its `Features`)."""
    if field.name == IMAGE_COLUMN:
        return {"_type": "Image"}
    if pa.types.is_fixed_size_list(field.type) or pa.types.is_list(field.type):
        length = field.type.list_size if pa.types.is_fixed_size_list(field.type) else -1
        return {"_type": "List", "feature": _value(field.type.value_type), "length": length}
    return _value(field.type)


def _value(kind: pa.DataType) -> dict[str, Any]:
    names = {pa.float16(): "float16", pa.float32(): "float32", pa.float64(): "float64", pa.date32(): "date32"}
    return {"_type": "Value", "dtype": names.get(kind, str(kind))}
