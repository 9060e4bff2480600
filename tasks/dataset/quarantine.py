"""What `figmill check --repair` takes out of a dataset: nothing is thrown away, nothing sound goes, all is remembered.

    OUT/.quarantine/papers/part-….parquet       as it was when it was taken out; no reader of the dataset looks there
    OUT/.quarantine/subfigures/part-….parquet

The papers taken out have left the ledger, so that the next `figmill label` does them again; until then they are lost.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.dataset.columns import IMAGE_COLUMN, PAPERS, SUBFIGURES
from tasks.dataset.files import (
    UNFINISHED,
    UNREADABLE,
    UnreadablePartError,
    open_part,
    unfinished,
    writer_options,
)
from tasks.dataset.ledger import LedgerRow, ledger_parts, read_ledger_part, write_ledger_part
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

QUARANTINE = ".quarantine"

_BATCH_ROWS = 64
_TOLD_BY = ("pmcid", "source_uri")


def quarantine(out: StorePath, name: str) -> list[str]:
    """Takes a part and its ledger part out; their paths in the dataset.

    Ledger part first: a kill in between leaves a part without a ledger part, which counts for nothing.
    """
    moved = []
    for folder in (PAPERS, SUBFIGURES):
        source = out / folder / name
        if paths.exists(source):
            paths.move(source, _free(out, folder, name))
            moved.append(f"{folder}/{name}")
    return moved


def salvage(out: StorePath, name: str) -> tuple[int, int]:
    """Takes out of a part the papers that are not sound, and leaves it to the others: how many of each kind.

    (0, …) where none is sound, or the part cannot be read at all: then nothing was changed. A paper is sound whose rows
    can all be read, with the images that they had, as many as its ledger row says. The part goes first: after a kill in
    between, the next check finds papers that lack rows.
    """
    try:
        rows = read_ledger_part(out / PAPERS / name, ["subfigures"])
        sound = _sound_papers(out / SUBFIGURES / name, rows)
    except UnreadablePartError:
        return 0, 0
    if sound:
        for folder in (PAPERS, SUBFIGURES):
            _copy(out / folder / name, _free(out, folder, name))
        _keep(out / SUBFIGURES / name, sound)
        with open_part(out / PAPERS / name) as ledger:
            table = ledger.read()
        write_ledger_part(out / PAPERS / name, table.filter(_of(table, sound)))
    return len(sound), len(rows) - len(sound)


def lost_papers(out: StorePath) -> tuple[int, int]:
    """How many papers were taken out and are in the dataset no more; and how many parts cannot be read to tell theirs.

    A paper is there again by its own bytes, or by another state of it: the same article, or a file at the same place.
    """
    taken = out / QUARANTINE / PAPERS
    names = sorted(name for name in paths.names(taken) if not name.endswith(UNFINISHED))
    if not names:
        return 0, 0
    there = {key for _, rows in ledger_parts(out, _TOLD_BY) for row in rows for key in _keys(row)}
    lost: set[str] = set()
    untold = 0
    for name in names:
        try:
            rows = read_ledger_part(taken / name, _TOLD_BY)
        except UnreadablePartError:
            untold += 1
        else:
            lost |= {row.paper_id for row in rows if not there & _keys(row)}
    return len(lost), untold


def _keys(row: LedgerRow) -> set[str]:
    return {key for key in (row.paper_id, row.metadata.pmcid, row.source_uri) if key}


def _sound_papers(part: StorePath, rows: list[LedgerRow]) -> set[str]:
    """The papers of a ledger part that are whole in its part. Raises UnreadablePartError."""
    found: Counter[str] = Counter()
    harmed: set[str] = set()
    seen: set[str] = set()
    with open_part(part) as opened:
        for group in range(opened.num_row_groups):
            for row in _rows(opened, group):
                paper_id, subfigure_id = row["paper_id"], row["subfigure_id"]
                found[paper_id] += 1
                data = (row[IMAGE_COLUMN] or {}).get("bytes") or b""
                if subfigure_id in seen or hashlib.sha256(data).hexdigest() != row["image_sha256"]:
                    harmed.add(paper_id)
                seen.add(subfigure_id)
    times = Counter(row.paper_id for row in rows)
    return {
        row.paper_id
        for row in rows
        if times[row.paper_id] == 1 and row.paper_id not in harmed and found[row.paper_id] == row.subfigures
    }


def _rows(part: pq.ParquetFile, group: int) -> Iterator[dict[str, Any]]:
    """The rows of a row group with their images; none of one that is damaged in any column."""
    columns = ["paper_id", "subfigure_id", "image_sha256", IMAGE_COLUMN]
    try:
        part.read_row_group(group).validate(full=True)
    except UNREADABLE:
        return
    for batch in part.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns):
        yield from batch.to_pylist()


def _keep(part: StorePath, paper_ids: set[str]) -> None:
    """Writes a part anew with the rows of these papers alone."""
    aside = unfinished(part)
    try:
        with open_part(part) as old:
            schema = old.schema_arrow
            with pq.ParquetWriter(aside, schema, **writer_options(schema)) as new:
                for group in range(old.num_row_groups):
                    try:
                        table = old.read_row_group(group)
                    except UNREADABLE:
                        continue
                    if (kept := table.filter(_of(table, paper_ids))).num_rows:
                        new.write_table(kept)
        paths.put(aside, part)
    finally:
        aside.unlink(missing_ok=True)


def _of(table: pa.Table, paper_ids: set[str]) -> pa.ChunkedArray:
    return pc.is_in(table["paper_id"], pa.array(sorted(paper_ids), pa.string()))


def _free(out: StorePath, folder: str, name: str) -> StorePath:
    """A place in quarantine at which nothing lies yet."""
    target, number = out / QUARANTINE / folder / name, 0
    while paths.exists(target):
        number += 1
        target = target.with_name(f"{name}.{number}")
    return target


def _copy(source: StorePath, target: StorePath) -> None:
    paths.make_folder(target.parent)
    aside = unfinished(target)
    try:
        with paths.local_copy(source) as file:
            shutil.copyfile(file, aside)
        paths.put(aside, target)
    finally:
        aside.unlink(missing_ok=True)
