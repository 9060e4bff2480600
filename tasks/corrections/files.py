"""Corrections at rest, DIR/corrections/<time>-<who>.parquet: written by a session of its own, read with every value
checked.

A session owns its file and puts it anew, with one more row, at each action: a file is whole or absent, nobody waits for
anybody, and no lease is needed. A file may come from anywhere: what makes no sense in it is left out, and said.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.clock import now
from tasks.corrections.actions import ACTIONS, SHAPES, Action, Correction, Panel, Piece, plain_box
from tasks.dataset.files import UNREADABLE, unfinished
from tasks.errors import OutputError
from tasks.stores import paths
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

Stamp = tuple[str, int, int] | tuple[str, str]
"""Name, bytes and nanoseconds of a file; on a store, its name and what changes with its bytes."""

FOLDER = "corrections"
NAME = re.compile(r"\d{8}T\d{12}Z-[\w.-]{1,80}\.parquet", re.ASCII)
LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE = 80, 100, 20_000
"""Characters of a person's name, of a class, of a text."""
_PER_FILE, _PER_FILE_BYTES = 500, 16 * 2**20
"""Rows, and bytes of pictures, after which a session begins another file, for each action writes its file anew."""
_MOST_BYTES = 512 * 2**20
"""Of a file, packed as well as unpacked."""
_MOST_AT_ONCE, _MOST_BYTES_AT_ONCE = 100, 64 * 2**20
"""Rows of a file, and bytes of them without their pictures, that are unpacked into objects at a time."""
_TOO_LARGE = f"it is larger than {_MOST_BYTES >> 20} MB"
_MOST_ROWS = 1_000_000
_MOST_PIECES = 100
_ID = re.compile(r"[0-9a-f]{16}/\d{1,5}/\d{1,5}")
_HEX_32, _HEX_64 = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

_BOX = pa.list_(pa.float32())
PANEL_FIELDS = [
    pa.field("subfigure_id", pa.string()),
    pa.field("paper_id", pa.string()),
    pa.field("image_sha256", pa.string()),
    pa.field("page", pa.int16()),
    pa.field("figure_bbox", _BOX),
    pa.field("subfigure_bbox", _BOX),
]
_PIECE = pa.struct(
    [
        pa.field("subfigure_id", pa.string()),
        pa.field("bbox", _BOX),
        pa.field("image", pa.binary()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("correction_id", pa.string()),
        pa.field("made_at", pa.timestamp("us", tz="UTC")),
        pa.field("who", pa.string()),
        *PANEL_FIELDS,
        pa.field("action", pa.string()),
        pa.field("value", pa.string()),
        pa.field("others", pa.list_(pa.struct(PANEL_FIELDS))),
        pa.field("pieces", pa.list_(_PIECE)),
        pa.field("queue", pa.string()),
    ],
    metadata={"figmill.corrections_version": "1"},
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be read of a file of corrections; `row` is None where it is the whole file."""

    file: StorePath
    row: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    """All corrections of a dataset, and what could not be read."""

    corrections: tuple[Correction, ...]
    problems: tuple[Problem, ...] = ()


class Journal:
    """Where a session writes what one person does; thread-safe. Every action is safe once `append` returns."""

    def __init__(self, out: StorePath, who: str) -> None:
        self.who = checked_name(who)
        self._folder = out / FOLDER
        self._lock = threading.Lock()
        self._rows: list[Correction] = []
        self._bytes = 0
        self._file: StorePath | None = None

    def append(self, *made: Correction) -> None:
        """Adds actions, all or none. Raises OutputError where they cannot be written."""
        more = sum(len(piece.image) for one in made for piece in one.pieces)
        with self._lock:
            is_full = len(self._rows) >= _PER_FILE or self._bytes + more > _PER_FILE_BYTES
            if self._file is None or (self._rows and is_full):
                self._rows, self._bytes, self._file = [], 0, self._folder / file_name(now(), self.who)
            rows = [*self._rows, *made]
            try:
                _write(rows, self._file)
            except OSError as error:
                reason = error.strerror or str(error)
                raise OutputError(f"cannot write {self._file}: {reason}; nothing was changed") from error
            self._rows = rows
            self._bytes += more


def file_name(moment: dt.datetime, who: str) -> str:
    """A new file of what a person did: sorts by time, names the person as far as a file's name can."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", who).strip("-")[:40] or "person"
    return f"{moment:%Y%m%dT%H%M%S%f}Z-{slug}-{secrets.token_hex(3)}.parquet"


def checked_name(who: str) -> str:
    """A person's name as it is kept. Raises OutputError for none, or one that is none."""
    name = " ".join(who.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise OutputError(f"a name of 1 to {LONGEST_NAME} letters is needed, such as --who Ada")
    return name


def kept_text(text: str) -> str:
    """A letter or a caption as it is kept: one line, without what a terminal or a page would obey instead of show."""
    words = " ".join(text[: 4 * LONGEST_VALUE].split())
    return "".join(letter for letter in words if letter.isprintable())[:LONGEST_VALUE]


def correction_files(out: StorePath) -> list[StorePath]:
    """The files of corrections, the earliest first."""
    return [out / FOLDER / name for name in sorted(paths.names(out / FOLDER)) if NAME.fullmatch(name)]


def read_corrections(out: StorePath) -> Found:
    """Every action of every file. What cannot be read is a problem, not raised."""
    corrections: dict[str, Correction] = {}
    problems: list[Problem] = []
    files = correction_files(out)
    for rows, wrong in paths.each(_read_once, files, out):
        problems += wrong
        for one in rows:
            corrections.setdefault(one.correction_id, one)  # a file that was copied counts once
    return Found(tuple(corrections.values()), tuple(problems))


def carry(source: StorePath, out: StorePath) -> None:
    """Copies what people said of one dataset to another that is made of it; what is there stays."""
    there = set(paths.names(out / FOLDER))
    for file in correction_files(source):
        if file.name not in there:
            paths.make_folder(out / FOLDER)
            paths.put_bytes(paths.read(file), out / FOLDER / file.name)


def stamps_of(out: StorePath) -> tuple[Stamp, ...] | None:
    """Changes when any correction comes; None where a store does not say what changes with a file."""
    if isinstance(out, Path):
        return tuple(_stamp(file) for file in correction_files(out) if isinstance(file, Path))
    found = {name: stamp for name, stamp in paths.stamps(out / FOLDER).items() if NAME.fullmatch(name)}
    said = tuple((name, stamp) for name, stamp in sorted(found.items()) if stamp)
    return said if len(said) == len(found) else None


def read_file(file: StorePath) -> tuple[list[Correction], list[Problem]]:
    """The actions of one file, and what makes no sense in it."""
    made, problems = [], []
    try:
        for number, row in enumerate(_rows_of(file)):
            try:
                made.append(_correction(row))
            except (ValueError, TypeError, OverflowError) as error:
                problems.append(Problem(file, number, printable(str(error), 120)))
    except UNREADABLE as error:
        reason = printable(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)
        return [], [Problem(file, None, f"it cannot be read back: {reason}")]
    return made, problems


def _stamp(file: Path) -> Stamp:
    try:
        known = file.stat()
    except OSError:
        return file.name, 0, 0
    return file.name, known.st_size, known.st_mtime_ns


def _read_once(file: StorePath) -> tuple[list[Correction], list[Problem]]:
    return _read_kept(file, _stamp(file)) if isinstance(file, Path) else read_file(file)


@functools.lru_cache(1024)
def _read_kept(file: Path, stamp: Stamp) -> tuple[list[Correction], list[Problem]]:
    return read_file(file)


def _write(rows: Sequence[Correction], target: StorePath) -> None:
    paths.make_folder(target.parent)
    aside = unfinished(target)
    try:
        pq.write_table(pa.Table.from_pylist([_row(one) for one in rows], SCHEMA), aside, compression="zstd")
        paths.put(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def _rows_of(file: StorePath) -> Iterator[dict[str, Any]]:
    """A few rows at a time, for a small file may unpack to more than there is memory. Raises ValueError for such."""
    if paths.size(file) > _MOST_BYTES:
        raise ValueError(_TOO_LARGE)
    with paths.local_copy(file) as local, pq.ParquetFile(local) as opened:
        if opened.metadata.num_rows > _MOST_ROWS:
            raise ValueError(f"it has more than {_MOST_ROWS} rows")
        if not opened.schema_arrow.equals(SCHEMA):
            raise ValueError("its columns are not those of corrections")
        largest = _largest_column(opened.metadata)
        left = _MOST_BYTES
        # A value may be as large as its column, and stand in every row.
        for batch in opened.iter_batches(max(1, min(_MOST_AT_ONCE, _MOST_BYTES // largest))):
            left -= batch.nbytes
            if left < 0:
                raise ValueError(_TOO_LARGE)
            batch.validate(full=True)
            if batch.nbytes - _picture_bytes(batch) > _MOST_BYTES_AT_ONCE:
                raise ValueError("its rows are too large")
            yield from batch.to_pylist()


def _largest_column(of: pq.FileMetaData) -> int:
    """Bytes that the largest column of a group of rows says it unpacks to. Raises ValueError where that is too much."""
    groups = [of.row_group(number) for number in range(of.num_row_groups)]
    sizes: list[int] = [
        group.column(place).total_uncompressed_size for group in groups for place in range(of.num_columns)
    ]
    if any(size < 0 for size in sizes) or sum(sizes) > _MOST_BYTES:
        raise ValueError(_TOO_LARGE)
    return max([1, *sizes])


def _picture_bytes(batch: pa.RecordBatch) -> int:
    size: int = pc.struct_field(batch["pieces"].flatten(), "image").nbytes
    return size


def _row(of: Correction) -> dict[str, Any]:
    return {
        "correction_id": of.correction_id,
        "made_at": of.made_at,
        "who": of.who,
        **panel_row(of.panel),
        "action": of.action,
        "value": of.value,
        "others": [panel_row(one) for one in of.others],
        "pieces": [_piece_row(one) for one in of.pieces],
        "queue": of.queue,
    }


def panel_row(of: Panel) -> dict[str, Any]:
    """A panel as files keep it, by `PANEL_FIELDS`."""
    return {field.name: getattr(of, field.name) for field in PANEL_FIELDS}


def _piece_row(of: Piece) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Piece.__slots__}


def _correction(row: dict[str, Any]) -> Correction:
    """Raises ValueError for what makes no sense."""
    action, who, value, moment = row["action"], row["who"], row["value"], row["made_at"]
    _require(action in ACTIONS, "no such action")
    _require(isinstance(moment, dt.datetime), "no time")
    _require(bool(_HEX_32.fullmatch(row["correction_id"] or "")), "no id")
    _require(bool(who) and len(who) <= LONGEST_NAME and who.isprintable(), "no name")
    _require(value is None or len(value) <= LONGEST_VALUE, "a text that is too long")
    if action in ("label", "undo"):
        _require(bool(value) and value.isprintable() and len(value) <= LONGEST_LABEL, "nothing said")
    pieces = tuple(_pieces(row["pieces"] or []))
    others = tuple(panel_from(one) for one in (row["others"] or [])[:_MOST_PIECES])
    _require(bool(pieces) == (action in SHAPES), "pieces of nothing")
    queue = row["queue"]
    _require(queue is None or (queue.isprintable() and len(queue) <= 40), "no such order")
    return Correction(
        action=cast("Action", action),
        who=who,
        panel=panel_from(row),
        value=value,
        others=others,
        pieces=pieces,
        queue=queue,
        made_at=moment,
        correction_id=row["correction_id"],
    )


def panel_from(row: Mapping[str, Any]) -> Panel:
    """The panel that a file keeps. Raises ValueError for what makes no sense."""
    _require(bool(_ID.fullmatch(row["subfigure_id"] or "")), "no subfigure_id")
    _require(bool(_HEX_64.fullmatch(row["paper_id"] or "")), "no paper_id")
    _require(bool(_HEX_64.fullmatch(row["image_sha256"] or "")), "no image_sha256")
    return Panel(
        subfigure_id=row["subfigure_id"],
        paper_id=row["paper_id"],
        image_sha256=row["image_sha256"],
        page=row["page"],
        figure_bbox=_box(row["figure_bbox"]),
        subfigure_bbox=_box(row["subfigure_bbox"]),
    )


def _pieces(rows: Sequence[dict[str, Any]]) -> Iterator[Piece]:
    _require(len(rows) <= _MOST_PIECES, "too many pieces")
    for row in rows:
        box, image = _box(row["bbox"]), row["image"] or b""
        _require(bool(_ID.fullmatch(row["subfigure_id"] or "")), "no subfigure_id of a piece")
        _require(image.startswith(_PICTURES), "a piece without a picture")
        _require(0 < (row["width"] or 0) <= 100_000 and 0 < (row["height"] or 0) <= 100_000, "no size")
        if box is None:
            raise ValueError("a piece without a box")
        yield Piece(
            subfigure_id=row["subfigure_id"], bbox=box, image=image, width=row["width"], height=row["height"]
        )


def _box(values: list[float | None] | None) -> tuple[float, float, float, float] | None:
    box = plain_box(values)
    _require(box is None or all(math.isfinite(value) and abs(value) < 1e6 for value in box), "no box")
    return box


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise ValueError(sentence)
