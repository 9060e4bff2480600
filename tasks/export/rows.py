"""The chosen rows of a dataset, a row group at a time, as they may leave this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.corrections.overlay import read_overlay
from tasks.export.choice import Choice, ExportCounts
from tasks.index.source import Part, reading_parts

Advance = Callable[[int], None]
"""Told how many more rows were looked at."""


def chosen_rows(
    out: Path, part: Part, choice: Choice, counts: ExportCounts, advance: Advance = lambda _: None
) -> Iterator[pa.Table]:
    """The chosen rows of a part of the dataset in `out`, as people want them, a table for each row group that has any.

    `source_uri` becomes the file's name, unless it is an address of the web: where a paper lay is nobody's business.
    Raises OutputError for a part that cannot be read.
    """
    overlay = read_overlay(out)
    with reading_parts(out), part.path.open("rb") as stream:
        file = pq.ParquetFile(stream, buffer_size=1 << 20)
        for group in range(file.num_row_groups):
            rows = overlay.apply(file.read_row_group(group))
            chosen = choice.of(rows)
            counts.add(chosen, of=len(rows))
            if len(chosen):
                yield _without_places(chosen)
            advance(file.metadata.row_group(group).num_rows)


def _without_places(rows: pa.Table) -> pa.Table:
    place = rows.schema.get_field_index("source_uri")
    names = [public_name(uri) for uri in rows["source_uri"].to_pylist()]
    return rows.set_column(place, rows.schema.field(place), pa.array(names, pa.string()))


def public_name(uri: str) -> str:
    """What may be said of where a paper lay: an address of the web whole, else the file's name."""
    return uri if uri.startswith(("https://", "http://")) else PurePosixPath(uri).name or "paper"
