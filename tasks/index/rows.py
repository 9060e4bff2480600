"""The whole rows behind what a search found: read from the parts, every column or just the picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.corrections.overlay import KEYS, read_overlay
from tasks.dataset.columns import IMAGE_COLUMN, SUBFIGURES, columns_of
from tasks.errors import OutputError
from tasks.index.queries import Hit
from tasks.index.source import reading_parts
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.index.groups import RowGroups
    from tasks.stores.paths import StorePath

_BATCH = 64
WORDS = ("authors", "alt_text", "mentions", "figure_license", "third_party", "attribution", "figure_text")
"""Columns of what the article says of a picture, which lists do not show."""
_COLUMNS = [column.name for column in columns_of(SUBFIGURES) if column.name != IMAGE_COLUMN]


def whole_rows(out: StorePath, hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """All columns but the image of each hit, in their order, as people want them and as JSON can write them; with the
    hit's `score`.

    A column that a part of an earlier schema lacks is null.

    Raises OutputError where the index names a row that the dataset no longer has.
    """
    found: dict[str, dict[str, Any]] = {}
    for part in dict.fromkeys(hit.part for hit in hits):
        wanted = [hit for hit in hits if hit.part == part]
        for row in _take_corrected(out, part, [hit.row for hit in wanted], _COLUMNS):
            found[row["subfigure_id"]] = {name: _plain(row.get(name)) for name in _COLUMNS}
    missing = [hit.subfigure_id for hit in hits if hit.subfigure_id not in found]
    if missing:
        raise _stale(out, missing[0])
    return [{"score": hit.score, **found[hit.subfigure_id]} for hit in hits]


def found_rows(out: StorePath, hits: Sequence[Hit], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Some columns of each hit, in their order, as people want them; a hit that is no longer there is left out."""
    found: dict[str, dict[str, Any]] = {}
    for part in dict.fromkeys(hit.part for hit in hits):
        names = [*dict.fromkeys([*columns, *KEYS, "image_width", "image_height"])]
        for row in _corrected(out, _take(out, part, [hit.row for hit in hits if hit.part == part], names)):
            found[row["subfigure_id"]] = row
    return [found[hit.subfigure_id] for hit in hits if hit.subfigure_id in found]


def picture(out: StorePath, hit: Hit, groups: RowGroups | None = None) -> bytes:
    """The encoded image of a hit; `groups` keeps what is fetched for it. Raises OutputError as `whole_rows` does."""
    taken = _at(out, hit, [IMAGE_COLUMN, *KEYS, "image_width", "image_height"], groups)
    return bytes((_named(out, taken, hit)[IMAGE_COLUMN] or {}).get("bytes") or b"")


def article_words(out: StorePath, hit: Hit, groups: RowGroups | None = None) -> dict[str, Any]:
    """What the article says of a hit: the columns of `WORDS`; null where the dataset does not have them.

    `groups` keeps what is fetched for it. Raises OutputError as `whole_rows` does.
    """
    taken = _at(out, hit, [*KEYS, *WORDS], groups)
    row = _named(out, taken, hit)
    return {name: row.get(name) for name in WORDS}


def place_row(out: StorePath, part: str, row: int, columns: Sequence[str] | None = None) -> dict[str, Any]:
    """A row of a part as the model wrote it, without the picture unless its column is asked for.

    Raises OutputError where there is none.
    """
    wanted = list(dict.fromkeys(columns if columns is not None else _COLUMNS))
    taken = _take(out, part, [row], wanted)
    if not taken:
        raise _stale(out, f"row {row} of {part}")
    return dict.fromkeys(wanted) | taken[0]


def figure_boxes(out: StorePath, hits: Sequence[Hit]) -> dict[str, tuple[list[float], list[float]]]:
    """`figure_bbox` and `subfigure_bbox` by subfigure_id, in PDF points of the page."""
    boxes = {}
    for part in dict.fromkeys(hit.part for hit in hits):
        rows = [hit.row for hit in hits if hit.part == part]
        taken = _take(out, part, rows, ["figure_bbox", *KEYS])
        for row in (*taken, *_corrected(out, taken)):
            boxes[row["subfigure_id"]] = (row["figure_bbox"], row["subfigure_bbox"])
    return boxes


def _take_corrected(
    out: StorePath, part: str, rows: Sequence[int], columns: list[str]
) -> list[dict[str, Any]]:
    return _corrected(out, _take(out, part, rows, [*columns, *(key for key in KEYS if key not in columns)]))


def _at(out: StorePath, hit: Hit, columns: list[str], groups: RowGroups | None) -> list[dict[str, Any]]:
    """The row at a hit's place, if there is one."""
    if groups is None:
        return _take(out, hit.part, [hit.row], columns)
    return groups.take(hit.part, hit.fingerprint, [hit.row], columns)


def _named(out: StorePath, taken: Sequence[dict[str, Any]], hit: Hit) -> dict[str, Any]:
    """The row of a hit among those at its place, or what a person made beside or in place of them.

    What a person replaced since the index was made is still shown where the index leads to it; and people are not asked
    (of a store: by a request) where the row is there. Raises OutputError where there is none.
    """
    row = _first_named(taken, hit) or _first_named(_corrected(out, taken), hit)
    if row is None:
        raise _stale(out, hit.subfigure_id)
    return row


def _first_named(rows: Sequence[dict[str, Any]], hit: Hit) -> dict[str, Any] | None:
    return next((row for row in rows if row["subfigure_id"] == hit.subfigure_id), None)


def _corrected(out: StorePath, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stands in place of rows by the word of people."""
    overlay = read_overlay(out)
    return [shown for row in rows for shown in overlay.rows(row)]


def _take(out: StorePath, part: str, rows: Sequence[int], columns: list[str]) -> list[dict[str, Any]]:
    """Those rows of a part; only their row groups are read, some dozens of rows at a time."""
    taken: list[dict[str, Any]] = []
    with reading_parts(out), paths.parquet(out / SUBFIGURES / part) as file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            if any(start <= row < end for row in rows):
                taken += _take_from_group(file, group, [row - start for row in rows], columns)
            start = end
    return taken


def _take_from_group(
    file: pq.ParquetFile, group: int, rows: Sequence[int], columns: list[str]
) -> list[dict[str, Any]]:
    taken: list[dict[str, Any]] = []
    start = 0
    last = max(row for row in rows if row < file.metadata.row_group(group).num_rows)
    for batch in file.iter_batches(_BATCH, row_groups=[group], columns=columns):
        inside = [row - start for row in rows if start <= row < start + len(batch)]
        taken += batch.take(pa.array(inside, pa.int64())).to_pylist()
        start += len(batch)
        if start > last:
            break
    return taken


def _plain(value: Any) -> Any:
    """A value of a column as JSON has it: times as ISO 8601."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _stale(out: StorePath, subfigure_id: str) -> OutputError:
    return OutputError(
        f"the index names {subfigure_id}, which is no longer where it was: run `figmill index {out}`"
    )
