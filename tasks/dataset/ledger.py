"""The ledger, one row per input PDF, and its only owner: rows read, written, marked, retired and dropped.

Parts are never changed in place: a part with other rows is written aside and takes the old one's place in one step.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.dataset.columns import ARTICLE_FACTS, PAPERS, SUBFIGURES
from tasks.dataset.files import open_part, part_files, unfinished, writer_options
from tasks.dataset.schema import PAPER_SCHEMA, lacking
from tasks.dataset.tally import Tally, rows_tally, with_tally
from tasks.records import Gap, Metadata, Status, Withdrawal
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

REPLACED = "replaced"
"""`error_kind` of a ledger row whose subfigures have gone, while those of the article's newer state are to come."""

INCOMPLETE = "incomplete"
"""`error_kind` of a paper that was read while something of it is missing."""

_RETIRED = {
    "status": "failed",
    "error_kind": REPLACED,
    "error": "The article has changed, and the run ended before its new state was read; the next run does it.",
    "figures": 0,
    "subfigures": 0,
}
_NO_METADATA = Metadata()
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one input PDF. A field whose column was not asked for has its default."""

    file: str
    """The ledger part that the row is in; the part of its subfigures has the same name."""
    paper_id: str
    status: Status
    source_uri: str = ""
    metadata: Metadata = _NO_METADATA
    source_version: str | None = None
    """None where the source says nothing of the kind: the paper did not come from PMC's bucket."""
    jats_sha256: str | None = None
    error_kind: str | None = None
    error: str | None = None
    gaps: tuple[Gap, ...] = ()
    pages: int | None = None
    figures: int = 0
    subfigures: int = 0
    seconds: float = 0.0
    finished_at: dt.datetime = _NEVER

    @property
    def failed(self) -> bool:
        """Whether the paper could not be read."""
        return self.status == "failed"

    @property
    def replaced(self) -> bool:
        """Whether a killed run left it: see REPLACED."""
        return self.error_kind == REPLACED


_OWN = frozenset(LedgerRow.__dataclass_fields__) & frozenset(PAPER_SCHEMA.names)
_COLUMNS = tuple(name for name in PAPER_SCHEMA.names if name in {*_OWN, *ARTICLE_FACTS})


@dataclass(frozen=True, slots=True)
class Mark:
    """What an article's rows are to say from now on."""

    withdrawn: Withdrawal
    source_version: str


def read_ledger_part(ledger: StorePath, columns: Sequence[str] = _COLUMNS) -> list[LedgerRow]:
    """The rows of a ledger part, in its order; `paper_id` and `status` are read whatever else is asked for.

    Raises UnreadablePartError where it is damaged or lacks a column.
    """
    with open_part(ledger) as opened:
        return rows_of(opened, ledger.name, columns)


def rows_of(opened: pq.ParquetFile, file: str, columns: Sequence[str] = _COLUMNS) -> list[LedgerRow]:
    """The rows of a ledger part that is open; a column that an earlier version did not write is null.

    Raises what reading a damaged Parquet file raises.
    """
    wanted = {"paper_id", "status", *columns}
    if "gaps" in wanted:
        wanted |= {"error_kind", "error"}  # where earlier versions kept them
    there = wanted.intersection(opened.schema_arrow.names)
    if missing := wanted - there:
        subset = [field for field in PAPER_SCHEMA if field.name in wanted]
        if lacking(opened.schema_arrow, pa.schema(subset)) is None:
            raise ValueError(f"it has no column {min(missing)}")
    table = opened.read(sorted(there))
    table.validate(full=True)
    nothing = dict.fromkeys(missing)
    return [_row(file, nothing | row, wanted) for row in table.to_pylist()]


def _row(file: str, values: Mapping[str, Any], wanted: Collection[str]) -> LedgerRow:
    article = {name: _fact(values[name]) for name in ARTICLE_FACTS if name in wanted}
    own = {name: values[name] for name in _OWN.intersection(wanted)}
    if "gaps" in own:
        own["gaps"] = _gaps(values)
    return LedgerRow(file=file, metadata=Metadata(**article) if article else _NO_METADATA, **own)


def _fact(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _gaps(values: Mapping[str, Any]) -> tuple[Gap, ...]:
    """What is missing of a paper; earlier versions joined the sentences as the row's error."""
    if values["gaps"] is None and values["error_kind"] == INCOMPLETE and values["error"]:
        return (Gap("other", None, values["error"]),)
    return tuple(Gap(**gap) for gap in values["gaps"] or ())


def ledger_parts(out: StorePath, columns: Sequence[str] = ()) -> Iterator[tuple[str, list[LedgerRow]]]:
    """Each ledger part of a dataset, by file name, with its rows. `out` may be no dataset yet."""
    files = part_files(out / PAPERS)
    rows = paths.each(functools.partial(read_ledger_part, columns=columns), files, out)
    yield from zip((file.name for file in files), rows, strict=True)


def write_ledger_part(target: StorePath, table: pa.Table, counts: Tally | None = None) -> None:
    """Writes a ledger part whole or not at all; `counts` are those of its part's rows, where they are known."""
    aside = unfinished(target)
    try:
        pq.write_table(table.cast(with_tally(table.schema, counts)), aside, compression="zstd")
        paths.put(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def articles_by_pmcid(rows: Iterable[LedgerRow]) -> dict[str, LedgerRow]:
    """PMCID -> the row that counts: not a replaced one, nor one that came from elsewhere, where there is another."""
    found: dict[str, LedgerRow] = {}
    for row in rows:
        pmcid = row.metadata.pmcid or ""
        known = found.get(pmcid)
        if known is None or known.source_version is None or known.replaced:
            found[pmcid] = row
    return found


def replaced_papers(rows: Collection[LedgerRow]) -> dict[str, set[str]]:
    """Of articles' rows those that a killed run was about to take out of the ledger, for what replaces them is there.

    paper_ids by part.
    """
    newest = articles_by_pmcid(rows)
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.replaced and not newest[row.metadata.pmcid or ""].replaced:
            found[row.file].add(row.paper_id)
    return found


def outdated_papers(rows: Iterable[LedgerRow], source: Iterable[LedgerRow]) -> dict[str, set[str]]:
    """Of the articles of a dataset that came from the dataset `source`, those that are there no longer, or in another
    state of which nothing could be read.

    paper_ids by the part that they are in. Those that were read in another state are not among them: their rows there
    take the place of these.
    """
    now = {row.paper_id: row for row in articles_by_pmcid(source).values()}
    found: dict[str, set[str]] = defaultdict(set)
    for row in articles_by_pmcid(rows).values():
        there = now.get(row.paper_id)
        if row.source_version and (there is None or (there.failed and is_other_state(row, there))):
            found[row.file].add(row.paper_id)
    return found


def is_other_state(row: LedgerRow, other: LedgerRow) -> bool:
    """Whether an article's two rows are of different states of it."""
    return _state(row) != _state(other)


def _state(row: LedgerRow) -> tuple[str | None, Withdrawal | None]:
    return row.source_version, row.metadata.withdrawn


def retire_papers(out: StorePath, file: str, paper_ids: Collection[str]) -> None:
    """Takes the subfigures of papers out of a part; the ledger says so until the rows are there that replace them.

    And it says so first. So a kill at any moment costs no article: the next run finds it in the ledger, takes out what
    is left of it, and reads it again.
    """
    if not paths.exists(out / PAPERS / file):
        return
    table = _table(out / PAPERS / file)
    rows = [row | (_RETIRED if row["paper_id"] in paper_ids else {}) for row in table.to_pylist()]
    write_ledger_part(out / PAPERS / file, pa.Table.from_pylist(rows, schema=table.schema))
    gone = pa.array(sorted(paper_ids), pa.string())
    _rewrite(out / SUBFIGURES / file, lambda rows: rows.filter(pc.invert(pc.is_in(rows["paper_id"], gone))))


def drop_papers(out: StorePath, file: str, paper_ids: Collection[str]) -> None:
    """Takes papers out of a part and then out of its ledger part."""
    retire_papers(out, file, paper_ids)
    if paths.exists(out / PAPERS / file):
        drop_failed(out, file, paper_ids)


def drop_failed(out: StorePath, file: str, paper_ids: Collection[str]) -> None:
    """Takes the rows of failed papers out of a ledger part; one that holds no others goes with its part."""
    table = _table(out / PAPERS / file)
    kept = table.filter(pc.invert(pc.is_in(table["paper_id"], pa.array(sorted(paper_ids), pa.string()))))
    if kept.num_rows:
        write_ledger_part(out / PAPERS / file, kept, _counts(table))
    else:  # a part of failed papers alone: no rows in it either
        paths.remove(out / PAPERS / file)
        paths.remove(out / SUBFIGURES / file)


def mark_papers(out: StorePath, file: str, marks: Mapping[str, Mark]) -> None:
    """Writes marks, by paper_id, into the rows of a part and of its ledger part."""
    withdrawn = {paper_id: mark.withdrawn for paper_id, mark in marks.items()}
    versions = {paper_id: mark.source_version for paper_id, mark in marks.items()}
    _rewrite(out / SUBFIGURES / file, lambda rows: _marked(rows, "withdrawn", withdrawn))
    table = _marked(_table(out / PAPERS / file), "withdrawn", withdrawn)
    write_ledger_part(out / PAPERS / file, _marked(table, "source_version", versions), _counts(table))


def _table(ledger: StorePath) -> pa.Table:
    """A ledger part as it is, to be written anew."""
    with open_part(ledger) as opened:
        return opened.read()


def _counts(ledger: pa.Table) -> Tally | None:
    """What a ledger part says of its part's rows, which stay as they are."""
    return rows_tally(ledger.schema, sum(ledger["subfigures"].to_pylist()))


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
                for group in range(old.num_row_groups):
                    before = old.read_row_group(group)
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
