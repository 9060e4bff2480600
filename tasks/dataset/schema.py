"""The Arrow schemas of parts and ledger parts, made of the table of columns, and what a Parquet file says about itself.

File metadata of every part and ledger part: `figmill.schema_version`, `figmill.classes` (JSON list of the
codes, in the order of `probabilities`), `figmill.model_id`, `figmill.model_card` (Markdown), `figmill.provenance`
(JSON: `model_id`; `captions`, whether captions were read; `precision` that the network computed in). The key
`huggingface` tells the `datasets` library its features, so that `image` opens as a picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tasks.dataset.columns import COLUMNS, IMAGE_COLUMN, PAPERS, SCHEMA_VERSION, SUBFIGURES, columns_of


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
    ocr: bool = False
    """Whether words were read from pictures in which the PDF has no text."""


def paper_schema(version: str = SCHEMA_VERSION) -> pa.Schema:
    """Columns of `papers`, the ledger: one row per input PDF, whatever became of it."""
    return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in columns_of(PAPERS, version)])


PAPER_SCHEMA = paper_schema()
"""The ledger as it is written today."""


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


def described(schema: pa.Schema) -> pa.Schema:
    """`schema` with its other metadata, and what tells `datasets` how to read its columns."""
    features = {field.name: _feature(field) for field in schema}
    told = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    return schema.with_metadata({**(schema.metadata or {}), **told})


def lacking(schema: pa.Schema, whole: pa.Schema) -> pa.Schema | None:
    """`whole` without the columns that `schema` may lack; None where it lacks others.

    What a version brings is added to it one by one until it is released: rows written before read as null.
    """
    late = {column.name for column in COLUMNS if column.since == SCHEMA_VERSION}
    missing = set(whole.names).difference(schema.names)
    return pa.schema([field for field in whole if field.name not in missing]) if missing <= late else None


def with_provenance(schema: pa.Schema, provenance: Provenance) -> pa.Schema:
    """`schema` with the file metadata that says which model wrote it and how `datasets` should read it."""
    return described(
        schema.with_metadata(
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
                        "ocr": provenance.ocr,
                    }
                ),
            }
        )
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
    captions = _provenance(metadata).get("captions")
    return captions if isinstance(captions, bool) else None


def read_ocr(metadata: Mapping[str, str]) -> bool:
    """Whether words were read from pictures for a file's rows, by its `figmill_metadata`; earlier files had none."""
    return _provenance(metadata).get("ocr") is True


def _provenance(metadata: Mapping[str, str]) -> dict[str, Any]:
    try:
        said = json.loads(metadata.get("provenance", "{}"))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _feature(field: pa.Field) -> dict[str, Any]:
    """A column as the `datasets` library describes it (the JSON form of its `Features`)."""
    if field.name == IMAGE_COLUMN:
        return {"_type": "Image"}
    if pa.types.is_fixed_size_list(field.type) or pa.types.is_list(field.type):
        length = field.type.list_size if pa.types.is_fixed_size_list(field.type) else -1
        return {"_type": "List", "feature": _value(field.type.value_type), "length": length}
    return _value(field.type)


def _value(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {part.name: _value(part.type) for part in kind}
    names = {pa.float16(): "float16", pa.float32(): "float32", pa.float64(): "float64", pa.date32(): "date32"}
    return {"_type": "Value", "dtype": names.get(kind, str(kind))}
