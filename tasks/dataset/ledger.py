"""What a dataset holds of each article that came from PMC, by its ledger; rows marked, rows taken away.

Parts are never changed in place: a part with other rows is written aside and takes the old one's place in one step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.dataset.dataset import drop_rows, part_files
from tasks.dataset.parts import PAPERS, SUBFIGURES, unfinished, write_ledger, writer_options
from tasks.errors import OutputError
from tasks.records import Withdrawal
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

REPLACED = "replaced"
"""`error_kind` of a ledger row whose subfigures have gone, while those of the article's newer state are to come."""

_FACTS = ("paper_id", "pmcid", "license", "source_version", "withdrawn")


_RETIRED = {
    "status": "failed",
    "error_kind": REPLACED,
    "error": "The article has changed, and the run ended before its new state was read; the next ingest does it.",
    "figures": 0,
    "subfigures": 0,
}


@dataclass(frozen=True, slots=True)
class Holding:
    """An article's row in the ledger."""

    paper_id: str
    pmcid: str
    license: str | None
    source_version: str | None
    """None where the paper did not come from PMC's bucket."""
    withdrawn: str | None
    failed: bool
    replaced: bool
    """A killed run left it: see REPLACED."""
    file: str
    """The part that it is in."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an article's rows are to say from now on."""

    withdrawn: Withdrawal
    source_version: str


def read_holdings(out: StorePath) -> dict[str, Holding]:
    """PMCID -> the article's row; rows without a PMCID are not of interest here. `out` may be no dataset yet."""
    found: dict[str, Holding] = {}
    for holding in _all_holdings(out):
        known = found.get(holding.pmcid)
        if known is None or known.source_version is None or known.replaced:
            found[holding.pmcid] = holding
    return found


def replaced_papers(out: StorePath) -> dict[str, set[str]]:
    """Rows that a killed run was about to take out of the ledger, for those that replace them are there.

    paper_ids by part.
    """
    found: dict[str, set[str]] = defaultdict(set)
    holdings = read_holdings(out)
    for holding in _all_holdings(out):
        if holding.replaced and not holdings[holding.pmcid].replaced:
            found[holding.file].add(holding.paper_id)
    return found


def _all_holdings(out: StorePath) -> Iterator[Holding]:
    for holdings in paths.each(_holdings, part_files(out / PAPERS), out):
        yield from holdings


def _holdings(ledger: StorePath) -> list[Holding]:
    try:
        with paths.local_copy(ledger) as file:
            rows = pq.read_table(file, columns=[*_FACTS, "status", "error_kind"]).to_pylist()
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise OutputError(
            f"{ledger} is no ledger part of this Figmill: run `figmill check` on its dataset"
        ) from error
    return [_holding(row, ledger.name) for row in rows if row["pmcid"]]


def _holding(row: dict[str, Any], file: str) -> Holding:
    facts = {name: row[name] for name in _FACTS}
    return Holding(
        **facts, failed=row["status"] == "failed", replaced=row["error_kind"] == REPLACED, file=file
    )


def outdated_papers(out: StorePath, source: StorePath) -> dict[str, set[str]]:
    """Articles that came to `out` from the dataset `source` and are there no longer, or in another state.

    paper_ids by the part of `out` that they are in.
    """
    now = {one.paper_id: (one.source_version, one.withdrawn) for one in read_holdings(source).values()}
    found: dict[str, set[str]] = defaultdict(set)
    for one in read_holdings(out).values():
        if one.source_version and now.get(one.paper_id) != (one.source_version, one.withdrawn):
            found[one.file].add(one.paper_id)
    return found


def retire_papers(out: StorePath, file: str, paper_ids: Collection[str]) -> None:
    """Takes the subfigures of papers out of a part; the ledger says so until the rows are there that replace them.

    So a kill in between costs no article: the next ingest finds it in the ledger, and takes it again.
    """
    if not paths.exists(out / PAPERS / file):
        return
    gone = pa.array(sorted(paper_ids), pa.string())
    _rewrite(out / SUBFIGURES / file, lambda rows: rows.filter(pc.invert(pc.is_in(rows["paper_id"], gone))))
    with paths.local_copy(out / PAPERS / file) as ledger:
        table = pq.read_table(ledger)
    rows = [row | (_RETIRED if row["paper_id"] in paper_ids else {}) for row in table.to_pylist()]
    write_ledger(out / PAPERS / file, pa.Table.from_pylist(rows, schema=table.schema))


def drop_papers(out: StorePath, file: str, paper_ids: Collection[str]) -> None:
    """Takes papers out of a part and then out of its ledger part."""
    retire_papers(out, file, paper_ids)
    if paths.exists(out / PAPERS / file):
        drop_rows(out, file, paper_ids)


def mark_papers(out: StorePath, file: str, marks: Mapping[str, Mark]) -> None:
    """Writes marks, by paper_id, into the rows of a part and of its ledger part."""
    withdrawn = {paper_id: mark.withdrawn for paper_id, mark in marks.items()}
    versions = {paper_id: mark.source_version for paper_id, mark in marks.items()}
    _rewrite(out / SUBFIGURES / file, lambda rows: _marked(rows, "withdrawn", withdrawn))
    with paths.local_copy(out / PAPERS / file) as ledger:
        table = pq.read_table(ledger)
    table = _marked(_marked(table, "withdrawn", withdrawn), "source_version", versions)
    write_ledger(out / PAPERS / file, table)


def _marked(rows: pa.Table, column: str, values: Mapping[str, str]) -> pa.Table:
    pairs = zip(rows["paper_id"].to_pylist(), rows[column].to_pylist(), strict=True)
    marked = pa.array([values.get(paper_id, old) for paper_id, old in pairs], pa.string())
    place = rows.schema.get_field_index(column)
    return rows.set_column(place, rows.schema.field(place), marked)


def _rewrite(part: StorePath, change: Callable[[pa.Table], pa.Table]) -> None:
    """Replaces a part by what `change` makes of its row groups; left alone where that is the same."""
    if not paths.exists(part):
        return
    aside = unfinished(part)
    try:
        with paths.local_copy(part) as file, pq.ParquetFile(file) as old:
            schema = old.schema_arrow
            with pq.ParquetWriter(aside, schema, **writer_options(schema)) as new:
                differs = False
                for before in _groups(old):
                    after = change(before)
                    differs = differs or not _same(before, after)
                    if after.num_rows:
                        new.write_table(after)
        if differs:
            paths.put(aside, part)
    finally:
        aside.unlink(missing_ok=True)


def _same(before: pa.Table, after: pa.Table) -> bool:
    return after.num_rows == before.num_rows and bool(after["withdrawn"].equals(before["withdrawn"]))


def _groups(file: pq.ParquetFile) -> Iterator[pa.Table]:
    for group in range(file.num_row_groups):
        yield file.read_row_group(group)
