"""What a filter shows, to take away: a table, or its pictures with it, made while it is sent.

A few dozen rows are in memory at a time, so that a download costs no more than a page, however large it is.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from tasks.clock import now
from tasks.dataset import rights
from tasks.dataset.cells import ROW_COLUMNS, heading, lines
from tasks.dataset.columns import IMAGE_COLUMN
from tasks.index.rows import found_rows
from tasks.index.search import SearchIndex
from tasks.texts import counted, file_stem, printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

Form = Literal["csv", "zip"]
MOST = {"csv": 100_000, "zip": 5_000}
"""Rows of a download."""
_MOST_BYTES = 2 * 2**30
"""Of the pictures of a download."""
_AT_ONCE = 64
_SUFFIXES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
_COLUMNS = tuple(dict.fromkeys((*ROW_COLUMNS, *rights.COLUMNS)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows of a download, by name, in their order; `open_only`: those whose pictures anybody may pass on."""

    names: tuple[str, ...]
    open_only: bool = False
    words: str = ""
    """What was asked for, as a reader put it."""


def as_table(out: StorePath, index: SearchIndex, wanted: Wanted) -> Iterator[bytes]:
    """A CSV of the rows, in UTF-8 with the mark by which office programs know it."""
    yield b"\xef\xbb\xbf" + heading().encode()
    for rows in _rows(out, index, wanted, [*_COLUMNS]):
        yield lines(("", row) for row in rows).encode()


def as_archive(out: StorePath, index: SearchIndex, wanted: Wanted) -> Iterator[bytes]:
    """A ZIP of the pictures, `table.csv` and `README.txt`."""
    sink = _Sink()
    table, bytes_left, rows_written, without = [b"\xef\xbb\xbf" + heading().encode()], _MOST_BYTES, 0, 0
    taken: set[str] = set()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for rows in _rows(out, index, wanted, [*_COLUMNS, IMAGE_COLUMN]):
            for row in rows:
                data = (row.get(IMAGE_COLUMN) or {}).get("bytes") or b""
                name = _file_name(row["subfigure_id"], data, taken) if len(data) <= bytes_left else ""
                if name:
                    archive.writestr(zipfile.ZipInfo(name), data)
                    bytes_left -= len(data)
                table.append(lines([(name, row)]).encode())
                rows_written, without = rows_written + 1, without + (not name)
                yield sink.taken()
        archive.writestr("table.csv", b"".join(table), zipfile.ZIP_DEFLATED)
        archive.writestr("README.txt", _readme(out, wanted, rows_written, without))
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Where an archive is written that is sent at once: nothing is kept of it."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Takes bytes until they are `taken`."""
        self._waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since."""
        waiting, self._waiting = b"".join(self._waiting), []
        return waiting


def _rows(
    out: StorePath, index: SearchIndex, wanted: Wanted, columns: Sequence[str]
) -> Iterator[list[dict[str, Any]]]:
    """The rows that stand, a few at a time. One that went since the index was asked is left out."""
    for first in range(0, len(wanted.names), _AT_ONCE):
        rows = found_rows(out, index.named(wanted.names[first : first + _AT_ONCE]), columns)
        if wanted.open_only and rows:
            rows = [row for row, may in zip(rows, _may_be_passed_on(rows), strict=True) if may]
        yield rows


def _may_be_passed_on(rows: Sequence[dict[str, Any]]) -> list[bool]:
    types = {"third_party": pa.bool_()}
    columns = {
        name: pa.array([row.get(name) for row in rows], types.get(name, pa.string()))
        for name in rights.COLUMNS
    }
    may: list[bool] = rights.may_be_passed_on(pa.table(columns)).to_pylist()
    return may


def _file_name(subfigure_id: str, data: bytes, taken: set[str]) -> str:
    """The name of a picture's file; empty for what is no picture."""
    suffix = next((suffix for start, suffix in _SUFFIXES.items() if data.startswith(start)), "")
    name = f"pictures/{file_stem(subfigure_id)}.{suffix}"
    if not suffix or name in taken:
        return ""
    taken.add(name)
    return name


def _readme(out: StorePath, wanted: Wanted, rows: int, without: int) -> str:
    left = len(wanted.names) - rows
    told = [
        f"{counted(rows, 'subfigure')} of {printable(out.name, 80)}, taken on {now():%Y-%m-%d} from Figmill's view.",
        f"Asked for: {printable(wanted.words, 500) or 'all'}.",
        "table.csv says of each what it is, whose, and under which licence; credit it so.",
    ]
    told += ["Only pictures that anybody may pass on, by their licences."] if wanted.open_only else []
    told += [f"{left} of what was asked for left out: not to be passed on, or gone by now."] if left else []
    told += [
        f"{counted(without, 'row')} without the picture: none can be shown, or there were too many bytes."
    ] * (without > 0)
    return "\n".join(told) + "\n"
