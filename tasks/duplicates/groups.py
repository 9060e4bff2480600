"""The same picture in several rows, OUT/duplicates/groups.parquet: one group for each, brought up to date as the
dataset grows.

Only pairs with a row of a new or changed part are compared; what was found earlier stands. A group is named by the
smallest subfigure_id in it. A picture that no other row shows has no group.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.dataset.files import UNREADABLE
from tasks.duplicates.candidates import Pairs, candidates
from tasks.duplicates.matching import is_cut_of, may_be_cuts
from tasks.duplicates.signature_files import (
    FOLDER,
    LAYOUT,
    Signatures,
    holds,
    read_signatures,
    signature_file,
    write_signatures,
)
from tasks.duplicates.unions import Unions
from tasks.errors import OutputError
from tasks.index.source import Part, list_parts
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = "groups.parquet"
GROUP_COLUMN = "duplicate_group"
GROUP_MEANING = (
    "The same for all rows that show the same picture, whole or cut, in whatever size and encoding; null where no "
    "other row shows it."
)
_SCHEMA = pa.schema(
    [
        pa.field("subfigure_id", pa.string(), nullable=False),
        pa.field(GROUP_COLUMN, pa.string(), nullable=False),
    ]
)

_PAIRS = 2048
"""Laid over each other at a time: their grey values take 16 MB."""
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What bringing the groups up to date takes."""

    parts: tuple[Part, ...]
    unsigned: tuple[Part, ...]
    """Parts whose signatures are yet to be made."""
    unjudged: frozenset[str]
    """Parts, by name, whose rows have not been compared as they are now."""
    known: Mapping[str, str]
    """The groups so far, of rows of other parts than those."""
    gone: bool
    """Whether a part that was compared is no longer there."""

    @property
    def rows(self) -> int:
        """Pictures that will be looked at."""
        return sum(part.rows for part in self.unsigned)

    @property
    def empty(self) -> bool:
        """Whether the groups are those of the dataset as it is."""
        return not (self.unsigned or self.unjudged or self.gone)


@dataclass(frozen=True, slots=True)
class Found:
    """What the dataset's groups are."""

    rows: int
    groups: int
    grouped: int
    """Rows in groups."""
    across: int
    """Groups with rows of more than one paper."""


def read_groups(out: StorePath) -> dict[str, str] | None:
    """subfigure_id -> duplicate group, as far as it was found; None where `figmill duplicates` never looked.

    Raises OutputError where the file cannot be read.
    """
    found = _read(out)
    return None if found is None else found[0]


def same_pictures(out: StorePath) -> dict[str, tuple[str, ...]]:
    """subfigure_id -> all rows of its group, as far as groups were found. Raises as `read_groups`."""
    members: dict[str, list[str]] = {}
    groups = read_groups(out) or {}
    for subfigure_id, group in groups.items():
        members.setdefault(group, []).append(subfigure_id)
    whole = {group: tuple(found) for group, found in members.items()}
    return {subfigure_id: whole[group] for subfigure_id, group in groups.items()}


def plan_groups(out: Path) -> Plan:
    """What there is to do. Raises OutputError where `out` is no dataset."""
    parts = tuple(part for part in list_parts(out) if part.rows)
    known, judged = _read(out) or ({}, {})
    unsigned = tuple(part for part in parts if not holds(signature_file(out, part), part))
    again = {part.name for part in unsigned}
    unjudged = frozenset(
        part.name for part in parts if part.name in again or judged.get(part.name) != part.fingerprint
    )
    return Plan(parts, unsigned, unjudged, known, bool(judged.keys() - {part.name for part in parts}))


def update_groups(out: Path, plan: Plan, advance: Advance = lambda _: None) -> Found:
    """Brings the groups up to date. Interrupted, the next update goes on.

    Raises OutputError for a part that cannot be read, or where the folder cannot be written.
    """
    try:
        (out / FOLDER).mkdir(exist_ok=True)
        for part in plan.unsigned:
            write_signatures(out, part, advance)
        wanted = {signature_file(out, part) for part in plan.parts}
        for file in (out / FOLDER).glob("part-*.arrow"):
            if file not in wanted:
                file.unlink()
        signatures = {part.name: read_signatures(out, part) for part in plan.parts}
        groups = _groups(signatures, plan)
        _write(out, groups, {part.name: part.fingerprint for part in plan.parts})
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"cannot keep signatures in {out / FOLDER} ({reason}): it may be deleted, and is made anew"
        ) from error
    return found_in(groups, sum(part.rows for part in plan.parts))


def found_in(groups: Mapping[str, str], rows: int) -> Found:
    """What there is to say of groups of a dataset of so many rows."""
    papers: dict[str, set[str]] = {}
    for subfigure_id, group in groups.items():
        papers.setdefault(group, set()).add(subfigure_id.partition("/")[0])
    return Found(rows, len(papers), len(groups), sum(len(found) > 1 for found in papers.values()))


def _groups(signatures: Mapping[str, Signatures], plan: Plan) -> dict[str, str]:
    ids = [one for found in signatures.values() for one in found.subfigure_ids]
    old = {
        one for name, found in signatures.items() if name not in plan.unjudged for one in found.subfigure_ids
    }
    unions = Unions()
    for subfigure_id, group in plan.known.items():
        # The one that the group is named by may be gone: a name of its own keeps the others together.
        if subfigure_id in old:
            unions.unite((subfigure_id, f"~{group}"))
    firsts = _same_bytes(signatures, unions)
    _compare(signatures, plan.unjudged, firsts, unions)
    members: dict[str, list[str]] = {}
    for subfigure_id in ids:
        members.setdefault(unions.lead(subfigure_id), []).append(subfigure_id)
    return {one: min(found) for found in members.values() if len(found) > 1 for one in found}


def _same_bytes(signatures: Mapping[str, Signatures], unions: Unions) -> dict[str, list[int]]:
    """Unites rows with the very same picture; by part, the rows that stand for theirs."""
    first: dict[str, str] = {}
    standing: dict[str, list[int]] = {}
    for name, found in signatures.items():
        standing[name] = []
        for row in np.flatnonzero(found.shows).tolist():
            subfigure_id, digest = found.subfigure_ids[row], found.digests[row]
            if digest in first:
                unions.unite((first[digest], subfigure_id))
            else:
                first[digest] = subfigure_id
                standing[name].append(row)
    return standing


def _compare(
    signatures: Mapping[str, Signatures],
    unjudged: frozenset[str],
    standing: Mapping[str, list[int]],
    unions: Unions,
) -> None:
    """Unites rows whose pictures are the same, of pairs of which at least one is of an `unjudged` part."""
    places = [(name, row) for name, rows in standing.items() for row in rows]
    if not places:
        return
    codes = np.concatenate([signatures[name].codes[rows] for name, rows in standing.items()])
    new = np.array([name in unjudged for name, _ in places])
    for pairs in candidates(codes, new):
        for start in range(0, len(pairs), _PAIRS):
            _judge(pairs[start : start + _PAIRS], places, signatures, unions)


def _judge(
    pairs: Pairs, places: list[tuple[str, int]], signatures: Mapping[str, Signatures], unions: Unions
) -> None:
    """Unites the pairs of rows, (whole, part, window), that show the same."""
    wholes, parts = ([places[row] for row in pairs[:, side].tolist()] for side in (0, 1))
    ours, theirs = (np.stack([signatures[name].greys[row] for name, row in one]) for one in (wholes, parts))
    aspects = [
        signatures[other].aspects[other_row] / signatures[one].aspects[row]
        for (one, row), (other, other_row) in zip(wholes, parts, strict=True)
    ]
    likely = may_be_cuts(ours, theirs, pairs[:, 2], np.array(aspects, np.float32))
    for pair in np.flatnonzero(likely).tolist():
        names = [signatures[name].subfigure_ids[row] for name, row in (wholes[pair], parts[pair])]
        if unions.lead(names[0]) != unions.lead(names[1]) and is_cut_of(
            ours[pair], theirs[pair], int(pairs[pair, 2]), float(aspects[pair])
        ):
            unions.unite(names)


def _write(out: Path, groups: Mapping[str, str], judged: Mapping[str, str]) -> None:
    metadata = {"figmill.layout": LAYOUT, "figmill.parts": json.dumps(judged)}
    ordered = sorted(groups)
    table = pa.table([ordered, [groups[one] for one in ordered]], schema=_SCHEMA.with_metadata(metadata))
    file = pa.BufferOutputStream()
    pq.write_table(table, file, compression="zstd")
    paths.put_bytes(file.getvalue().to_pybytes(), out / FOLDER / FILE, durable=False)


def _read(out: StorePath) -> tuple[dict[str, str], dict[str, str]] | None:
    """The groups, and the fingerprint of each part that they are of; None where there are none of this layout."""
    file = out / FOLDER / FILE
    if not paths.exists(file):
        return None
    try:
        table = pq.read_table(pa.BufferReader(paths.read(file)))
        metadata = table.schema.metadata or {}
        if metadata.get(b"figmill.layout") != LAYOUT.encode():
            return None
        judged = dict(json.loads(metadata[b"figmill.parts"]))
        groups = dict(zip(table["subfigure_id"].to_pylist(), table[GROUP_COLUMN].to_pylist(), strict=True))
    except (*UNREADABLE, KeyError) as error:
        raise OutputError(
            f"{file} cannot be read: delete the folder {out / FOLDER}, it is made anew"
        ) from error
    return groups, judged
