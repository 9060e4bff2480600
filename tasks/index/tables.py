"""The tables of DIR/index/figmill.sqlite, and what is written into them: parts, papers, rows, pictures, vectors, bits.

Bits of embeddings are told from the embeddings' middle. It is that of the first part at first, and is taken anew, with
all bits, whenever twice as many rows are in as it was taken of, whatever came first. Rows that go do not move it.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.clock import now
from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.index import codes
from tasks.index.documents import Document
from tasks.index.source import Part
from tasks.index.texts.writing import TextWriter, own_texts

_TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE parts (
    part INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL,
    indexed_at TEXT NOT NULL, whole INTEGER NOT NULL DEFAULT 0, pictured INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE gone (part INTEGER PRIMARY KEY);
CREATE TABLE papers (
    paper INTEGER PRIMARY KEY AUTOINCREMENT, part INTEGER NOT NULL, {paper_columns}, UNIQUE (part, paper_id)
);
CREATE INDEX papers_by_id ON papers (paper_id);
CREATE TABLE subfigures (
    id INTEGER PRIMARY KEY AUTOINCREMENT, part INTEGER NOT NULL, row INTEGER NOT NULL, paper INTEGER NOT NULL,
    {subfigure_columns}, width INTEGER NOT NULL, height INTEGER NOT NULL, path TEXT, has_subcaption INTEGER,
    own TEXT NOT NULL, caption TEXT NOT NULL, UNIQUE (subfigure_id)
);
CREATE INDEX subfigures_by_part ON subfigures (part);
CREATE INDEX subfigures_by_paper ON subfigures (paper);
CREATE TABLE thumbnails (id INTEGER PRIMARY KEY, jpeg BLOB NOT NULL);
CREATE TABLE embeddings (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE codes (
    part INTEGER PRIMARY KEY, version INTEGER NOT NULL, rows INTEGER NOT NULL, total BLOB NOT NULL, ids BLOB NOT NULL,
    bits BLOB NOT NULL
);
CREATE INDEX codes_by_version ON codes (version, rows);
"""
_PAPER_COLUMNS = ("paper_id", "source_uri", *(c.name for c in INDEXED_COLUMNS if c.of_article))
_SUBFIGURE_COLUMNS = (
    "subfigure_id",
    "figure_index",
    "subfigure_index",
    "figure_label",
    "panel_label",
    "page",
    "compound",
    "modality",
    "modality_set",
    "confidence",
    "rejected",
    "label_source",
    "license",
    "journal",
    "article_type",
)
"""Those of a paper, and those that lists show of a subfigure."""
_REVISED = ("panel_label", "compound", "modality", "modality_set", "confidence", "rejected", "label_source")
"""What a person may change of a row."""
_TYPES = {
    pa.string(): "TEXT",
    pa.list_(pa.string()): "TEXT",
    pa.date32(): "TEXT",
    pa.int16(): "INTEGER",
    pa.bool_(): "INTEGER",
    pa.float32(): "REAL",
}
_OF_SUBFIGURES = ("thumbnails", "embeddings")
EVERYTHING = ("codes", "embeddings", "thumbnails", "subfigures", "papers", "gone", "parts", "about")


@dataclass(frozen=True, slots=True)
class BarePart:
    """A part that lacks its thumbnails."""

    generation: str
    """Of the index: numbers begin anew where it is made anew."""
    number: int
    """No other part of the generation ever has it, also where this one is replaced."""
    name: str
    rows: int


def statements() -> str:
    """The statements that make an empty index."""
    return _TABLES.format(
        paper_columns=_declared(_PAPER_COLUMNS), subfigure_columns=_declared(_SUBFIGURE_COLUMNS)
    )


def _declared(names: Iterable[str]) -> str:
    """Columns of the dataset as SQLite declares them."""
    columns = {column.name: column for column in INDEXED_COLUMNS}
    return ", ".join(
        f"{name} {_TYPES[columns[name].type]}{'' if columns[name].nullable else ' NOT NULL'}"
        for name in names
    )


def remove_part(connection: sqlite3.Connection, part: str) -> int | None:
    """Drops what there is of a part; returns its number, which the texts still have."""
    found = connection.execute("SELECT part FROM parts WHERE name = ?", (part,)).fetchone()
    if found is None:
        return None
    for table in _OF_SUBFIGURES:
        statement = f"DELETE FROM {table} WHERE id IN (SELECT id FROM subfigures WHERE part = ?)"  # noqa: S608
        connection.execute(statement, found)
    for table in ("codes", "subfigures", "papers", "parts"):
        connection.execute(f"DELETE FROM {table} WHERE part = ?", found)  # noqa: S608
    connection.execute("INSERT INTO gone VALUES (?)", found)
    return int(found[0])


def remove_rows(connection: sqlite3.Connection, numbers: list[int]) -> None:
    """Drops rows by their numbers."""
    for table in (*_OF_SUBFIGURES, "subfigures"):
        connection.executemany(f"DELETE FROM {table} WHERE id = ?", [(number,) for number in numbers])  # noqa: S608


def revise_row(connection: sqlite3.Connection, number: int, of: Document) -> None:
    """A row as people want it now; its picture and its vector are another row's if they change."""
    values = {**_copied(of, _REVISED), **_shown(of)}
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE subfigures SET {columns} WHERE id = ?", (*values.values(), number))  # noqa: S608


def insert_part(connection: sqlite3.Connection, part: Part) -> int:
    """Adds a part that is not whole yet; returns its number."""
    return _insert_row(
        connection,
        "parts",
        {"name": part.name, "fingerprint": part.fingerprint, "indexed_at": now().isoformat()},
    )


def insert_rows(
    connection: sqlite3.Connection,
    writer: TextWriter,
    part: int,
    documents: list[Document],
    papers: dict[str, int],
) -> None:
    """Adds rows of a part, and tells the texts of them; `papers` are the part's so far, number by paper_id."""
    for document in documents:
        if document.paper_id not in papers:
            papers[document.paper_id] = _insert_paper(connection, part, document)
    numbered = [
        (
            _insert_row(connection, "subfigures", _subfigure(part, papers[document.paper_id], document)),
            document,
        )
        for document in documents
    ]
    for number, document in numbered:
        writer.add(part, papers[document.paper_id], number, document)
    connection.executemany(
        "INSERT INTO thumbnails VALUES (?, ?)",
        [(number, document.thumbnail) for number, document in numbered if document.thumbnail],
    )
    connection.executemany(
        "INSERT INTO embeddings VALUES (?, ?)",
        [
            (number, document.embedding.astype(np.float16).tobytes())
            for number, document in numbered
            if document.embedding is not None
        ],
    )


def insert_thumbnails(
    connection: sqlite3.Connection, part: int, thumbnails: Iterable[tuple[str, bytes | None]]
) -> None:
    """Adds thumbnails of a part's rows by their subfigure_id; a row that has one keeps it."""
    connection.executemany(
        "INSERT OR IGNORE INTO thumbnails SELECT id, ? FROM subfigures WHERE subfigure_id = ? AND part = ?",
        [(jpeg, name, part) for name, jpeg in thumbnails if jpeg],
    )


def bare_parts(connection: sqlite3.Connection) -> list[BarePart]:
    """The parts that are whole but for their thumbnails, in the order in which they came."""
    found = connection.execute(
        "SELECT part, name, (SELECT count(*) FROM subfigures s WHERE s.part = p.part) FROM parts p "
        "WHERE whole AND NOT pictured ORDER BY part"
    )
    of = generation(connection)
    return [BarePart(of, *row) for row in found]


def holds(connection: sqlite3.Connection, part: BarePart) -> bool:
    """Whether a part is there still, and not another of its number in an index that was made anew."""
    found = connection.execute("SELECT 1 FROM parts WHERE part = ?", (part.number,)).fetchone()
    return found is not None and generation(connection) == part.generation


def generation(connection: sqlite3.Connection) -> str:
    """Another each time that the index is made anew; empty of one that was made before there were any."""
    found = connection.execute("SELECT value FROM about WHERE key = 'generation'").fetchone()
    return str(found[0]) if found else ""


def code_part(connection: sqlite3.Connection, part: int) -> None:
    """The bits of a part's embeddings, told from the middle of those that are in; the first part brings its own."""
    numbers, vectors = _vectors(connection, part)
    if not len(numbers):
        connection.execute("DELETE FROM codes WHERE part = ?", (part,))
        return
    centre = read_centre(connection)
    if centre is None:
        centre = codes.middle(vectors)
        _write_centre(connection, centre, len(numbers))
    total = vectors.sum(axis=0, dtype=np.float64)
    connection.execute(
        "INSERT OR REPLACE INTO codes VALUES (?, ?, ?, ?, ?, ?)",
        (
            part,
            _next_version(connection),
            len(numbers),
            total.tobytes(),
            numbers.tobytes(),
            codes.signs(vectors, centre).tobytes(),
        ),
    )


def recentre(connection: sqlite3.Connection) -> None:
    """Takes the middle anew, and all bits, where twice as many rows are in as when it was taken."""
    rows = connection.execute("SELECT coalesce(sum(rows), 0) FROM codes").fetchone()[0]
    found = connection.execute("SELECT value FROM about WHERE key = 'centred'").fetchone()
    if found is None or rows < 2 * int(found[0]):
        return
    totals = connection.execute("SELECT total FROM codes")
    centre = (sum(np.frombuffer(total, np.float64) for (total,) in totals) / rows).astype(np.float32)
    _write_centre(connection, centre, rows)
    version = _next_version(connection)
    for (part,) in connection.execute("SELECT part FROM codes").fetchall():
        bits = codes.signs(_vectors(connection, part)[1], centre)
        connection.execute(
            "UPDATE codes SET version = ?, bits = ? WHERE part = ?", (version, bits.tobytes(), part)
        )


def read_centre(connection: sqlite3.Connection) -> npt.NDArray[np.float32] | None:
    """(d,) the middle of the embeddings, from which their bits are told; None before there are any."""
    found = connection.execute("SELECT value FROM about WHERE key = 'centre'").fetchone()
    return np.frombuffer(found[0], np.float32) if found else None


def _write_centre(connection: sqlite3.Connection, centre: npt.NDArray[np.float32], rows: int) -> None:
    """Keeps the middle of so many rows."""
    said = [("centre", centre.tobytes()), ("centred", str(rows))]
    connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", said)


def _next_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(version), 0) + 1 FROM codes").fetchone()[0])


def _vectors(
    connection: sqlite3.Connection, part: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The numbers (N,) of a part's rows that have embeddings, and these (N, d)."""
    rows = connection.execute(
        "SELECT id, vector FROM embeddings JOIN subfigures USING (id) WHERE part = ? ORDER BY id", (part,)
    ).fetchall()
    flat = np.frombuffer(b"".join(vector for _, vector in rows), np.float16).astype(np.float32)
    return np.array([number for number, _ in rows], np.int64), flat.reshape(len(rows), -1 if rows else 0)


def _insert_paper(connection: sqlite3.Connection, part: int, of: Document) -> int:
    return _insert_row(connection, "papers", {"part": part, **_copied(of, _PAPER_COLUMNS)})


def _insert_row(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    """Adds a row, values by column, and returns its number."""
    marks = ", ".join("?" * len(row))
    statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
    return int(connection.execute(statement, tuple(row.values())).lastrowid or 0)


def _subfigure(part: int, paper: int, of: Document) -> dict[str, Any]:
    return {
        "part": part,
        "row": of.row,
        "paper": paper,
        **_copied(of, _SUBFIGURE_COLUMNS),
        **_shown(of),
        "width": of.image_width,
        "height": of.image_height,
    }


def _shown(of: Document) -> dict[str, Any]:
    own, rest = own_texts(of)
    return {
        "path": of.modality_path[-1] if of.modality_path else None,
        "has_subcaption": bool(of.subcaption),
        "own": own,
        "caption": rest,
    }


def _copied(of: Document, columns: Iterable[str]) -> dict[str, Any]:
    """Columns as the dataset has them; SQLite knows no dates and no lists."""
    return {name: _in_sqlite(getattr(of, name)) for name in columns}


def _in_sqlite(value: Any) -> Any:
    """A date as ISO 8601, a list as JSON."""
    if isinstance(value, tuple):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, dt.date) else value
