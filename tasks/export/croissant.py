"""Metadata of a dataset in Croissant's JSON-LD: which files, which columns, under which licences.

Source: Croissant Format Specification 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from models import taxonomy
from tasks.dataset.columns import IMAGE_COLUMN, SCHEMA_VERSION
from tasks.dataset.schema import figmill_metadata
from tasks.export.licenses import address
from tasks.export.rows import MEANINGS

FILE = "croissant.json"
_VOCABULARIES = tuple(field.name for field in fields(taxonomy.Identifiers))
_CONTEXT: Mapping[str, Any] = MappingProxyType(
    {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
    }
)
_TERMS = """
citeAs column equivalentProperty extract field fileObject fileProperty fileSet format includes isLiveDataset jsonPath
key md5 parentField path recordSet references regex repeated replace samplingRate separator source subField transform
"""
"""Terms of the specification's own context that are Croissant's."""


def metadata(
    name: str,
    includes: str,
    schema: pa.Schema,
    classes: Iterable[str],
    licenses: Iterable[str | None],
    made: dt.datetime,
    splits: Sequence[str] = (),
) -> str:
    """The JSON-LD, to lie in the folder below which the glob `includes` finds the Parquet files.

    With `splits`, a file's name begins with that of its split.
    """
    known = sorted({address(license_) for license_ in licenses if license_})
    described: dict[str, Any] = {
        "@context": {**_CONTEXT, **{term: f"cr:{term}" for term in _TERMS.split()}},
        "@type": "sc:Dataset",
        "name": name,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "description": "Subfigures of biomedical papers, each with its caption, its imaging modality and a calibrated "
        "confidence. Each row has the licence of its article, where that is known.",
        **({"license": known} if known else {}),
        "datePublished": f"{made:%Y-%m-%d}",
        "version": f"{figmill_metadata(schema).get('schema_version', SCHEMA_VERSION)}.0.0",
        "keywords": ["biomedical figures", "imaging modality", "subfigures"],
        "distribution": [_files(includes)],
        "recordSet": [
            _subfigures(schema, splits),
            _modalities(classes),
            *([_splits(splits)] if splits else []),
        ],
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def _files(includes: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": "parts",
        "name": "parts",
        "description": "Parquet files, a row for each subfigure.",
        "encodingFormat": "application/x-parquet",
        "includes": includes,
    }


def _subfigures(schema: pa.Schema, splits: Sequence[str]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "subfigures",
        "name": "subfigures",
        "description": "One record for each subfigure.",
        "key": {"@id": "subfigures/subfigure_id"},
        "field": [*map(_field, schema), *([_split_field(splits)] if splits else [])],
    }


def _field(column: pa.Field) -> dict[str, Any]:
    listed = pa.types.is_list(column.type) or pa.types.is_fixed_size_list(column.type)
    kind = column.type.value_type if listed else column.type
    found = {
        "@type": "cr:Field",
        "@id": f"subfigures/{column.name}",
        "name": column.name,
        "description": MEANINGS.get(column.name, column.name),
        **({"repeated": True} if listed else {}),
    }
    if listed and pa.types.is_struct(kind):
        return found | {"subField": [_sub_field(column.name, part) for part in kind]}
    transform = "bytes" if column.name == IMAGE_COLUMN else None
    return found | {"dataType": _data_type(kind), "source": _source(column.name, transform)}


def _sub_field(column: str, part: pa.Field) -> dict[str, Any]:
    """What each record of a list has under one name."""
    return {
        "@type": "cr:Field",
        "@id": f"subfigures/{column}/{part.name}",
        "name": part.name,
        "dataType": _data_type(part.type),
        "source": _source(column, part.name),
    }


def _source(column: str, json_path: str | None) -> dict[str, Any]:
    source: dict[str, Any] = {"fileSet": {"@id": "parts"}, "extract": {"column": column}}
    return source | ({"transform": {"jsonPath": json_path}} if json_path else {})


def _split_field(splits: Sequence[str]) -> dict[str, Any]:
    """The split of a row: what its file's name begins with."""
    return {
        "@type": "cr:Field",
        "@id": "subfigures/split",
        "name": "split",
        "description": "Which split the row belongs to.",
        "dataType": "sc:Text",
        "references": {"field": {"@id": "splits/split_name"}},
        "source": {
            "fileSet": {"@id": "parts"},
            "extract": {"fileProperty": "filename"},
            "transform": {"regex": f"^({'|'.join(splits)})-"},
        },
    }


def _splits(splits: Sequence[str]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits, by article and so that no picture is in two of them.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/split_name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/split_name", "name": "split_name", "dataType": "sc:Text"}
        ],
        "data": [{"splits/split_name": split} for split in splits],
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return "sc:ImageObject"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    if pa.types.is_timestamp(kind):
        return "sc:DateTime"
    return "sc:Date" if pa.types.is_date(kind) else "sc:Text"


def _called(code: str) -> tuple[str, ...]:
    """A class's codes in other vocabularies; empty where there is none."""
    return tuple(identifier or "" for identifier in astuple(taxonomy.identifiers(code)))


def _modalities(classes: Iterable[str]) -> dict[str, Any]:
    """The classes with their names, and what other vocabularies call them, in the order of `probabilities`."""
    names = ("code", "name", "path", *_VOCABULARIES)
    rows = [(code, taxonomy.name(code), taxonomy.path(code)[-1], *_called(code)) for code in classes]
    return {
        "@type": "cr:RecordSet",
        "@id": "modalities",
        "name": "modalities",
        "description": "The classes, in the order of `probabilities`.",
        "dataType": "sc:Enumeration",
        "key": {"@id": "modalities/code"},
        "field": [
            {"@type": "cr:Field", "@id": f"modalities/{name}", "name": name, "dataType": "sc:Text"}
            for name in names
        ],
        "data": [dict(zip((f"modalities/{name}" for name in names), row, strict=True)) for row in rows],
    }
