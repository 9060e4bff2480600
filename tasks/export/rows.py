"""The chosen rows of a dataset, a row group at a time, as they may leave this machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.corrections.overlay import read_overlay
from tasks.dataset.columns import IMAGE_COLUMN
from tasks.dataset.columns import MEANINGS as COLUMN_MEANINGS
from tasks.dataset.files import remedy
from tasks.dataset.schema import described
from tasks.duplicates.groups import GROUP_COLUMN, GROUP_MEANING
from tasks.errors import OutputError
from tasks.export.choice import Choice, ExportCounts
from tasks.index.source import Part, reading_parts
from tasks.stores import web

Advance = Callable[[int], None]
"""Told how many more rows were looked at."""
MEANINGS: Mapping[str, str] = MappingProxyType({**COLUMN_MEANINGS, GROUP_COLUMN: GROUP_MEANING})
"""What each column of an export means, by name."""


def chosen_rows(
    out: Path,
    part: Part,
    choice: Choice,
    counts: ExportCounts,
    schema: pa.Schema,
    groups: Mapping[str, str] | None = None,
    advance: Advance = lambda _: None,
) -> Iterator[pa.Table]:
    """The chosen rows of a part of the dataset in `out`, as people want them, a table for each row group that has any.

    Columns of `schema` that the part lacks are null. `source_uri` becomes the file's name, unless it is an address of
    the web: where a paper lay is nobody's business. `groups`, subfigure_id -> duplicate group, becomes another column;
    none where they are not known.
    Raises OutputError for a part that cannot be read, or whose pictures are not those that were written.
    """
    overlay = read_overlay(out)
    with reading_parts(out), part.path.open("rb") as stream:
        file = pq.ParquetFile(stream, buffer_size=1 << 20)
        for group in range(file.num_row_groups):
            rows = overlay.apply(file.read_row_group(group))
            chosen = choice.of(rows)
            counts.add(chosen, of=len(rows))
            if len(chosen):
                _check_pictures(out, part, chosen)
                rows = _completed(_without_places(chosen), schema)
                yield rows if groups is None else _with_groups(rows, groups)
            advance(file.metadata.row_group(group).num_rows)


def _check_pictures(out: Path, part: Part, rows: pa.Table) -> None:
    """Raises OutputError, as `figmill check` would say it, for a picture that its SHA-256 does not fit."""
    names = ("subfigure_id", "image_sha256", IMAGE_COLUMN)
    for name, digest, image in zip(*(rows[column].to_pylist() for column in names), strict=True):
        if image is not None and hashlib.sha256(image["bytes"] or b"").hexdigest() != digest:
            raise OutputError(
                f"{part.path} is damaged: the picture of {name} is not the one that was written; {remedy(out)}"
            )


def _without_places(rows: pa.Table) -> pa.Table:
    place = rows.schema.get_field_index("source_uri")
    names = [public_name(uri) for uri in rows["source_uri"].to_pylist()]
    return rows.set_column(place, rows.schema.field(place), pa.array(names, pa.string()))


def _completed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows with all columns of `schema`, in its order; a part written before one was added has nulls there."""
    if rows.schema.names == schema.names:
        return rows
    columns = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _with_groups(rows: pa.Table, groups: Mapping[str, str]) -> pa.Table:
    found = [groups.get(subfigure_id) for subfigure_id in rows["subfigure_id"].to_pylist()]
    rows = rows.append_column(pa.field(GROUP_COLUMN, pa.string()), pa.array(found, pa.string()))
    return rows.replace_schema_metadata(described(rows.schema).metadata)


def public_name(uri: str) -> str:
    """What may be said of where a paper lay: an address of the web without what may be a key to it (user, password,
    what follows `?`), else the file's name."""
    if web.is_web(uri):
        return re.split(r"[?#]", web.without_password(uri))[0]
    return PurePosixPath(uri).name or "paper"
