"""What is at rest: the columns of `subfigures` and `papers`, and what a Parquet file says about itself.

File metadata of every part and ledger part: `figmill.schema_version`, `figmill.classes` (JSON list of the
codes, in the order of `probabilities`), `figmill.model_id`, `figmill.model_card` (Markdown). The key
`huggingface` tells the `datasets` library its features, so that `image` opens as a picture.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

SCHEMA_VERSION = "2"

_BOX = pa.list_(pa.float32(), 4)
_IMAGE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
_MOMENT = pa.timestamp("us", tz="UTC")

IMAGE_COLUMN = "image"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which model wrote a file: rows of different models or classes never share a dataset."""

    model_id: str
    classes: tuple[str, ...]
    embedding_size: int
    card: str


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


_ARTICLE = [
    pa.field("pmcid", pa.string()),
    pa.field("doi", pa.string()),
    pa.field("title", pa.string()),
    pa.field("journal", pa.string()),
    pa.field("license", pa.string()),
    pa.field("published", pa.date32()),
    pa.field("withdrawn", pa.string()),
]

PAPER_SCHEMA = pa.schema(
    [
        _required("paper_id", pa.string()),
        _required("source_uri", pa.string()),
        *_ARTICLE,
        pa.field("source_version", pa.string()),
        _required("status", pa.string()),
        pa.field("error_kind", pa.string()),
        pa.field("error", pa.string()),
        pa.field("pages", pa.int32()),
        _required("figures", pa.int32()),
        _required("subfigures", pa.int32()),
        _required("seconds", pa.float64()),
        _required("part", pa.string()),
        _required("model_id", pa.string()),
        _required("pipeline_version", pa.string()),
        _required("finished_at", _MOMENT),
    ]
)
"""The ledger: one row per input PDF, whatever became of it. `pages` is null where none could be counted.

`source_version` changes with the article at its source; null where the source says nothing of the kind."""


def subfigure_schema(classes: Sequence[str], embedding_size: int) -> pa.Schema:
    """Columns of `subfigures` for a model of these classes and this many features.

    The model's columns (`modality` to `embedding`) are null together where a subfigure could not be scored, `page` and
    both boxes where the figure is an image file of its own. Lists of fixed size then hold nulls, for pyarrow reads no
    null fixed-size list back.
    """
    return pa.schema(
        [
            _required("subfigure_id", pa.string()),
            _required("paper_id", pa.string()),
            _required("source_uri", pa.string()),
            *_ARTICLE,
            _required("figure_index", pa.int16()),
            pa.field("figure_label", pa.string()),
            pa.field("caption", pa.string()),
            pa.field("caption_source", pa.string()),
            pa.field("page", pa.int16()),
            pa.field("figure_bbox", _BOX),
            _required("figure_kind", pa.string()),
            _required("subfigure_index", pa.int16()),
            pa.field("panel_label", pa.string()),
            pa.field("subcaption", pa.string()),
            pa.field("subfigure_bbox", _BOX),
            pa.field(IMAGE_COLUMN, _IMAGE),  # never null, but `datasets` knows a picture only if it may be
            _required("image_width", pa.int32()),
            _required("image_height", pa.int32()),
            _required("image_sha256", pa.string()),
            pa.field("modality", pa.string()),
            pa.field("modality_path", pa.list_(pa.string())),
            pa.field("confidence", pa.float32()),
            pa.field("rejected", pa.bool_()),
            pa.field("probabilities", pa.list_(pa.float32(), len(classes))),
            pa.field("embedding", pa.list_(pa.float16(), embedding_size)),
            _required("model_id", pa.string()),
            _required("pipeline_version", pa.string()),
            _required("labelled_at", _MOMENT),
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
            "huggingface": json.dumps({"info": {"features": features}}),
        }
    )


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
