"""A dataset verified from its files alone: `figmill check`.

Every part is read once, row group by row group, some parts at a time, so that memory holds a row group of each of these
and an entry for each paper. A part on a store is fetched whole first.
What is wrong is a Finding; what can be put right without losing a sound row carries its repair.
"""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.ahead import ahead
from tasks.dataset.columns import IMAGE_COLUMN, PAPERS, READABLE_VERSIONS, SUBFIGURES
from tasks.dataset.compaction import FOLDER as COMPACTION
from tasks.dataset.compaction import finish_compaction, is_decided
from tasks.dataset.dataset import SPOOL
from tasks.dataset.files import PART_NAME, UNFINISHED, UnreadablePartError, open_part, part_files
from tasks.dataset.ledger import LedgerRow, drop_failed, rows_of
from tasks.dataset.quarantine import QUARANTINE, lost_papers, quarantine, salvage
from tasks.dataset.schema import PAPER_SCHEMA, figmill_metadata, lacking, read_captions, subfigure_schema
from tasks.errors import OutputError
from tasks.runs.outcomes import Counts
from tasks.settings import default_workers
from tasks.stores import objects, paths
from tasks.texts import counted, printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

Remedy = Literal["remove", "quarantine", "salvage", "drop rows", "finish", "none"]

_BATCH_ROWS = 64
_READ = {True: "read captions", False: "read none"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a dataset."""

    kind: str
    """`unreadable`, `missing_part`, `schema`, `model`, `counts`, `hash`, `duplicate`, `leftover`, `lost`, `foreign`."""
    path: StorePath
    sentence: str
    remedy: Remedy = "none"
    paper_ids: frozenset[str] = frozenset()
    """For `drop rows`: whose ledger rows go."""


@dataclass(slots=True)
class Totals:
    """What a check has seen so far."""

    parts: int = 0
    counts: Counts = field(default_factory=Counts)
    bytes: int = 0
    """Of the parts, as stored."""


@dataclass(slots=True)
class _Seen:
    """What must agree across parts: one schema, one model, captions read or not, one row for each paper."""

    version: str | None = None
    model: tuple[str, str] | None = None
    captions: bool | None = None
    papers: dict[bytes, tuple[str, bool]] = field(default_factory=dict)
    """paper_id -> ledger part, and whether the paper failed."""


class _Unsound(Exception):  # noqa: N818 (carries a finding out of a part that need not be read on)
    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(kind, sentence)
        self.kind = kind
        self.sentence = sentence


def total_bytes(out: StorePath) -> int:
    """What `check` will read, for a bar. Raises OutputError where `out` is no dataset."""
    require_dataset(out)
    sizes = paths.sizes(out / SUBFIGURES)
    return sum(size for name, size in sizes.items() if PART_NAME.fullmatch(name))


def check(out: StorePath, totals: Totals, advance: Callable[[], None] = lambda: None) -> Iterator[Finding]:
    """All that is wrong with the dataset in `out`; counts in `totals` as it goes on. Changes nothing.

    `advance` is called after each part.

    Raises OutputError where `out` is no dataset.
    """
    require_dataset(out)
    if is_decided(out):
        sentence = "a `figmill compact` was killed at its last step: --repair or the next run ends it; then check again"
        yield Finding("leftover", out / COMPACTION, sentence, "finish")
        return
    yield from _strange_files(out)
    ledgers = {file.name for file in part_files(out / PAPERS)}
    parts = {file.name: file for file in part_files(out / SUBFIGURES)}
    for name, part in parts.items():
        if name not in ledgers:
            yield Finding("leftover", part, "no ledger part names this part: a killed run left it", "remove")
    seen, sizes = _Seen(), paths.sizes(out / SUBFIGURES)
    threads = default_workers() if isinstance(out, Path) else objects.AT_ONCE
    look = functools.partial(_look, out, parts)
    for shard in ahead(look, sorted(ledgers), threads, 2 * threads, "check"):
        yield from _judge(out, shard, seen, totals)
        totals.parts += 1
        totals.bytes += sizes.get(shard.name, 0)
        advance()
    if lost := lost_rows(out):
        yield Finding("lost", out / QUARANTINE, lost)


def set_aside(out: StorePath) -> str | None:
    """What repairs have taken out that people should look at, in a sentence; None where that is nothing.

    No finding, for whether its papers are there again nobody can tell.
    """
    _, untold = lost_papers(out)
    if not untold:
        return None
    aside = out / QUARANTINE / PAPERS
    return (
        f"{counted(untold, 'ledger part')} in {aside} cannot be read, so whether the papers are in the dataset again "
        "is not known: `figmill label` on the same inputs does those that are missing; look, then remove them"
    )


def repair(out: StorePath, finding: Finding) -> str | None:
    """Does what is safe about a finding and says what it did; None where nothing is.

    What goes to quarantine takes its ledger rows along, so that the next run does those papers again.
    """
    if not paths.exists(finding.path):
        return f"{finding.path} is gone already"
    if finding.remedy == "finish":
        finish_compaction(out)
        return f"removed {finding.path}"
    if finding.remedy == "remove":
        if isinstance(finding.path, Path) and finding.path.is_dir():
            shutil.rmtree(finding.path)
        else:
            paths.remove(finding.path)
        return f"removed {finding.path}"
    if finding.remedy == "drop rows":
        drop_failed(out, finding.path.name, finding.paper_ids)
        return f"removed {counted(len(finding.paper_ids), 'row')} from {finding.path}"
    if finding.remedy == "salvage":
        kept, taken = salvage(out, finding.path.name)
        if kept:
            done = "the next `figmill label` does them"
            return f"took {counted(taken, 'paper')} out of {finding.path} to {out / QUARANTINE}, kept {kept}; {done}"
    if finding.remedy in ("quarantine", "salvage"):
        moved = quarantine(out, finding.path.name)
        return f"moved {' and '.join(moved)} to {out / QUARANTINE}; its papers are done by the next `figmill label`"
    return None


def lost_rows(out: StorePath) -> str | None:
    """What repairs have taken out of a dataset that is not there again, in a sentence; None where that is nothing."""
    papers, _ = lost_papers(out)
    if not papers:
        return None
    lost, them = ("was", "it") if papers == 1 else ("were", "them")
    return (
        f"{counted(papers, 'paper')} {lost} taken out and not put into the dataset again: `figmill label` does {them}; "
        f"remove {out / QUARANTINE} where {'it is' if papers == 1 else 'they are'} not wanted"
    )


def require_dataset(out: StorePath) -> None:
    """Raises OutputError where `out` is no dataset."""
    there = set(paths.names(out))
    # A store has no empty folders: there, one of them may be missing.
    enough = {PAPERS, SUBFIGURES} <= there if isinstance(out, Path) else {PAPERS, SUBFIGURES} & there
    if not enough:
        raise OutputError(f"{out} is no Figmill dataset: it has no folders {PAPERS}/ and {SUBFIGURES}/")


def _strange_files(out: StorePath) -> Iterator[Finding]:
    if isinstance(out, Path) and (out / COMPACTION).exists():
        sentence = "what a killed `figmill compact` left"
        yield Finding("leftover", out / COMPACTION, sentence, "finish")
    if isinstance(out, Path) and (out / SPOOL).exists():
        yield Finding("leftover", out / SPOOL, "what a killed run was reading", "remove")
    quarantined = out / QUARANTINE
    for folder in (out / PAPERS, out / SUBFIGURES, quarantined / PAPERS, quarantined / SUBFIGURES):
        for path in (folder / name for name in sorted(paths.names(folder))):
            is_file = path.is_file() if isinstance(path, Path) else True
            if is_file and path.name.startswith(".") and path.name.endswith(UNFINISHED):
                yield Finding("leftover", path, "a file that a killed run did not finish", "remove")
            elif folder.parent == quarantined:
                continue
            elif not is_file or not PART_NAME.fullmatch(path.name):
                yield Finding("foreign", path, "Figmill did not write this: move it elsewhere")


@dataclass(slots=True)
class _Shard:
    """A part with its ledger part, looked at by itself."""

    name: str
    reading: StorePath
    """The file that was read last."""
    rows: list[LedgerRow] = field(default_factory=list)
    schemas: list[tuple[StorePath, pa.Schema]] = field(default_factory=list)
    """Of the files that could be opened; whether they fit those of other parts is not known yet."""
    subfigures: int = 0
    unsound: tuple[str, str] | None = None
    """Kind and sentence of the first thing that makes it unusable."""


def _look(out: StorePath, names: Container[str], name: str) -> _Shard:
    """Reads a part with its ledger part; threads may do so at once. `names` are those of all parts."""
    shard = _Shard(name, out / PAPERS / name)
    try:
        with open_part(shard.reading) as ledger:
            shard.rows = _ledger_rows(ledger, name)
            if name not in names:
                raise _Unsound("missing_part", f"its part is not in {SUBFIGURES}/")
            shard.schemas.append((shard.reading, ledger.schema_arrow))
        shard.reading = out / SUBFIGURES / name
        with open_part(shard.reading) as part:
            shard.schemas.append((shard.reading, part.schema_arrow))
            _check_part(part, shard)
    except _Unsound as found:
        shard.unsound = found.kind, found.sentence
    except UnreadablePartError as error:
        shard.unsound = "unreadable", f"it cannot be read back: {error.reason}"
    return shard


def _judge(out: StorePath, shard: _Shard, seen: _Seen, totals: Totals) -> Iterator[Finding]:
    """The first thing that makes a part unusable, by itself or beside the others, or its doubled papers."""
    totals.counts += Counts(subfigures=shard.subfigures)
    for reading, schema in shard.schemas:
        try:
            _check_model(schema, seen)
        except _Unsound as found:
            yield Finding(found.kind, reading, found.sentence, _remedy(found.kind, reading))
            return
    if shard.unsound:
        kind, sentence = shard.unsound
        yield Finding(kind, shard.reading, sentence, _remedy(kind, shard.reading))
        return
    totals.counts += Counts(by_status=Counter(row.status for row in shard.rows))
    yield from _doubled(out, shard.name, shard.rows, seen)


def _remedy(kind: str, reading: StorePath) -> Remedy:
    """Rows may be sound beside damaged ones; where columns or ledger are wrong, it is not known which."""
    if kind == "model":
        return "none"
    rows_alone = reading.parent.name == SUBFIGURES and kind != "schema"
    return "salvage" if rows_alone else "quarantine"


def _ledger_rows(ledger: pq.ParquetFile, name: str) -> list[LedgerRow]:
    if not ledger.schema_arrow.equals(lacking(ledger.schema_arrow, PAPER_SCHEMA) or PAPER_SCHEMA):
        raise _Unsound("schema", "its columns are not those of a ledger part")
    rows = rows_of(ledger, name, ["subfigures"])
    twice = [paper_id for paper_id, number in Counter(row.paper_id for row in rows).items() if number > 1]
    if twice:
        raise _Unsound(
            "duplicate", f"{counted(len(twice), 'paper')} twice in it, {printable(twice[0], 70)} first"
        )
    return rows


def _check_model(schema: pa.Schema, seen: _Seen) -> None:
    """Rows labelled in different ways never share a dataset; which ones are right, only the user knows."""
    metadata = figmill_metadata(schema)
    version = metadata.get("schema_version")
    if version not in READABLE_VERSIONS:
        raise _Unsound("schema", f"it has schema {version}, not {' or '.join(READABLE_VERSIONS)}")
    seen.version = seen.version or version
    if version != seen.version:
        raise _Unsound("model", f"it has schema {version}, others have {seen.version}")
    model = metadata.get("model_id", ""), metadata.get("classes", "")
    seen.model = seen.model or model
    if model != seen.model:
        raise _Unsound("model", f"it is of {printable(model[0])}, others are of {printable(seen.model[0])}")
    captions = read_captions(metadata)
    seen.captions = captions if seen.captions is None else seen.captions
    if captions != seen.captions:
        raise _Unsound(
            "model", f"its rows {_READ[bool(captions)]}, those of others {_READ[bool(seen.captions)]}"
        )


def _check_part(part: pq.ParquetFile, shard: _Shard) -> None:
    _check_columns(part.schema_arrow)
    found: Counter[str] = Counter()
    ids: set[str] = set()
    columns = ["subfigure_id", "paper_id", "image_sha256", IMAGE_COLUMN]
    # Every column is decoded, for a torn page may lie in any; few at a time, for the images are large.
    for column in part.schema_arrow.names:
        if column not in columns:
            for batch in part.iter_batches(_BATCH_ROWS * 16, columns=[column]):
                batch.validate(full=True)
    for batch in part.iter_batches(_BATCH_ROWS, columns=columns):
        batch.validate(full=True)
        _check_rows(batch.to_pylist(), found, ids)
        shard.subfigures += batch.num_rows
    expected = {row.paper_id: row.subfigures for row in shard.rows if row.subfigures}
    if dict(found) != expected:
        told, there = sum(expected.values()), sum(found.values())
        papers = sum(found[paper_id] != expected.get(paper_id, 0) for paper_id in {*found, *expected})
        raise _Unsound(
            "counts",
            f"{there} rows, its ledger part says {told}; not the same for {counted(papers, 'paper')}",
        )


def _check_columns(schema: pa.Schema) -> None:
    try:
        classes = json.loads((schema.metadata or {})[b"figmill.classes"])
        version = figmill_metadata(schema)["schema_version"]
        expected = subfigure_schema(classes, schema.field("embedding").type.list_size, version)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise _Unsound("schema", "it does not say of which model it is") from error
    if not schema.equals(lacking(schema, expected) or expected):
        strange = {name for name in {*schema.names, *expected.names} if _differs(name, schema, expected)}
        names = ", ".join(sorted(printable(name, 40) for name in strange)) or "order of columns"
        raise _Unsound("schema", f"its columns are not those of schema {version}: {names}")


def _differs(name: str, schema: pa.Schema, expected: pa.Schema) -> bool:
    """Whether a column is missing or strange; one that an earlier version did not write yet is neither."""
    if name not in schema.names:
        return lacking(pa.schema([]), pa.schema([expected.field(name)])) is None
    places = schema.get_all_field_indices(name)
    return (
        len(places) > 1 or name not in expected.names or not schema.field(name).equals(expected.field(name))
    )


def _check_rows(rows: list[dict[str, Any]], found: Counter[str], ids: set[str]) -> None:
    for row in rows:
        image = row[IMAGE_COLUMN]
        if hashlib.sha256((image or {}).get("bytes") or b"").hexdigest() != row["image_sha256"]:
            raise _Unsound("hash", f"the image of {printable(row['subfigure_id'], 60)} is not the one it was")
        if row["subfigure_id"] in ids:
            raise _Unsound("duplicate", f"the subfigure {printable(row['subfigure_id'], 60)} is in it twice")
        ids.add(row["subfigure_id"])
        found[row["paper_id"]] += 1


def _doubled(out: StorePath, name: str, rows: list[LedgerRow], seen: _Seen) -> Iterator[Finding]:
    """Papers that another part has too: a failed row goes, of two labelled ones the later part."""
    stale: dict[str, set[str]] = {}
    labelled = []
    for row in rows:
        key = hashlib.sha256(row.paper_id.encode()).digest()
        other, other_failed = seen.papers.setdefault(key, (name, row.failed))
        if other == name:
            continue
        if other_failed and not row.failed:
            stale.setdefault(other, set()).add(row.paper_id)
            seen.papers[key] = (name, False)
        elif row.failed:
            stale.setdefault(name, set()).add(row.paper_id)
        else:
            labelled.append((row.paper_id, other))
    for file, paper_ids in stale.items():
        sentence = f"{len(paper_ids)} failed papers have a newer row in another ledger part"
        yield Finding("duplicate", out / PAPERS / file, sentence, "drop rows", frozenset(paper_ids))
    if labelled:
        paper_id, other = labelled[0]
        sentence = f"{len(labelled)} papers are labelled in {other} too, {printable(paper_id, 70)} first"
        yield Finding("duplicate", out / PAPERS / name, sentence, "quarantine")
