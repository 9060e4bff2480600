"""What a part holds, counted: numbers by name, so that the counts of many parts are added without opening them.

Names, and what follows a slash:

status/STATUS, pages, figures, kind/KIND, gap/KIND             of the ledger's rows
subfigures, rejected, unscored, compound, confidence (summed), of the part's rows; the ledger part carries these in its
modality/CODE, below/CODE<tab>KIND, accepted/BAR,              metadata, `figmill.counts`
abstained/BAR
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from models import taxonomy
from tasks.dataset.schema import figmill_metadata

Tally = Counter[str]
"""Numbers by name."""

BARS = 10
"""Of the histogram of confidences, each a tenth wide."""
MILLIONTHS = 1_000_000
"""In which confidences are summed: whole numbers come out the same in whatever order they are added."""
COUNTED = ("modality", "modality_path", "confidence", "rejected", "compound")
"""The columns of `subfigures` that are counted."""
KEY = "counts"
"""Of the ledger part's metadata, after `figmill.`."""

_OF_ROWS = ("subfigures", "rejected", "unscored", "compound", "confidence")
_OF_ROWS_BY_NAME = ("modality/", "below/", "accepted/", "abstained/")
_BARS = frozenset(f"{which}/{bar}" for which in ("accepted", "abstained") for bar in range(BARS))
_MOST_KIND = 200
"""Letters of what a path names below a class."""


def tally_rows(rows: pa.Table | pa.RecordBatch) -> Tally:
    """Counts rows of `subfigures` that have the columns COUNTED; `compound` may be missing, as in schema 2."""
    columns = [
        rows[name].to_pylist() if name in rows.schema.names else [None] * len(rows) for name in COUNTED
    ]
    found: Tally = Counter(subfigures=len(rows))
    for code, path, told, rejected, compound in zip(*columns, strict=True):
        found["compound"] += int((compound or 0.0) > taxonomy.SEVERAL_PANELS)
        if code is None:
            found["unscored"] += 1
            continue
        found[f"modality/{code}"] += 1
        found["rejected"] += int(rejected or False)
        confidence = told if told is not None and 0 <= told <= 1 else 0.0  # the file may come from anywhere
        found["confidence"] += round(confidence * MILLIONTHS)
        found[bar_of(confidence, bool(rejected))] += 1
        if path and (kinds := taxonomy.below(code, path[-1:])):
            found[f"below/{code}\t{'/'.join(kinds)}"] += 1
    return found


def bar_of(confidence: float, rejected: bool) -> str:
    """The histogram's bar in which a row is counted."""
    return f"{'abstained' if rejected else 'accepted'}/{min(int(confidence * BARS), BARS - 1)}"


def tally_part(part: pq.ParquetFile) -> Tally:
    """Counts a part that is open, column by column. Raises pyarrow's errors."""
    there = [name for name in COUNTED if name in part.schema_arrow.names]
    found: Tally = Counter(subfigures=0)
    for batch in part.iter_batches(columns=there):
        found.update(tally_rows(batch))
    return found


def with_tally(schema: pa.Schema, tally: Tally | None) -> pa.Schema:
    """A ledger part's schema that carries these counts, or none."""
    metadata = {
        name: text for name, text in (schema.metadata or {}).items() if name != f"figmill.{KEY}".encode()
    }
    if tally is not None:
        metadata[f"figmill.{KEY}".encode()] = json.dumps(tally).encode()
    return schema.with_metadata(metadata)


def rows_tally(schema: pa.Schema, subfigures: int) -> Tally | None:
    """What a ledger part's metadata say of its part's rows.

    None where they say nothing, or what cannot be of so many rows of these classes: the file may come from anywhere.
    """
    metadata = figmill_metadata(schema)
    try:
        told = json.loads(metadata.get(KEY, "null"))
        classes = json.loads(metadata.get("classes", "[]"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("subfigures") != subfigures:
        return None
    codes = {*taxonomy.CODES, *(str(one) for one in (classes if isinstance(classes, list) else []))}
    sound = all(
        _is_known(name, codes) and _is_number(name, number, subfigures) for name, number in told.items()
    )
    return Counter(told) if sound else None


def of_rows(tally: Tally) -> Tally:
    """What of a part's counts is of its rows, not of its ledger part."""
    return Counter({name: number for name, number in tally.items() if _is_of_rows(name)})


def by_name(tally: Mapping[str, int], prefix: str) -> dict[str, int]:
    """The numbers whose name begins with `prefix/`, by the rest of it."""
    return {
        name.removeprefix(f"{prefix}/"): number
        for name, number in tally.items()
        if number and name.startswith(f"{prefix}/")
    }


def kinds_below(tally: Mapping[str, int]) -> Iterator[tuple[tuple[str, str], int]]:
    """Class and what its rows' paths name below it, with how many there are."""
    for name, number in by_name(tally, "below").items():
        code, _, kind = name.partition("\t")
        yield (code, kind), number


def _is_of_rows(name: str) -> bool:
    return name in _OF_ROWS or name.startswith(_OF_ROWS_BY_NAME)


def _is_known(name: str, codes: Collection[str]) -> bool:
    which, _, rest = name.partition("/")
    if which == "modality":
        return rest in codes
    if which == "below":
        code, _, kind = rest.partition("\t")
        return code in codes and kind.isprintable() and 0 < len(kind) <= _MOST_KIND
    return name in _OF_ROWS or name in _BARS


def _is_number(name: str, number: object, rows: int) -> bool:
    most = rows * MILLIONTHS if name == "confidence" else rows
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= most
