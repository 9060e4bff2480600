"""The embedded index, DIR/index/figmill.sqlite: full text, filters and vectors in one file that needs no server.

SQLite comes with Python, opens in a millisecond, and commits a part whole or not at all. FTS5 stems (Porter) and
ranks (BM25); vectors are compared exactly, which on 100,000 rows takes less than the page that shows them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from tasks.clock import now
from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.errors import OutputError
from tasks.index.documents import Document
from tasks.index.source import Origin, Part
from tasks.index.target import Held
from tasks.index.words import modality_words

FOLDER, FILE = "index", "figmill.sqlite"
LAYOUT = "4"
"""Changes with the tables below: an index of another layout is made anew."""
_PATIENCE = 60.0
"""Seconds to wait for another process that writes to the index."""
_CACHE_KB = 64_000

_TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE parts (
    part INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, indexed_at TEXT NOT NULL
);
CREATE TABLE papers (
    paper INTEGER PRIMARY KEY, part INTEGER NOT NULL, {paper_columns}, UNIQUE (part, paper_id)
);
CREATE INDEX papers_by_id ON papers (paper_id);
CREATE TABLE subfigures (
    id INTEGER PRIMARY KEY, part INTEGER NOT NULL, row INTEGER NOT NULL, paper INTEGER NOT NULL, {subfigure_columns},
    width INTEGER NOT NULL, height INTEGER NOT NULL, path TEXT, has_subcaption INTEGER, year INTEGER,
    UNIQUE (subfigure_id)
);
CREATE INDEX subfigures_by_part ON subfigures (part);
CREATE INDEX subfigures_by_paper ON subfigures (paper);
CREATE INDEX subfigures_by_path ON subfigures (path, confidence, rejected);
CREATE INDEX subfigures_by_confidence ON subfigures (confidence, rejected);
CREATE INDEX subfigures_by_license ON subfigures (license, confidence, path);
CREATE INDEX subfigures_by_journal ON subfigures (journal, confidence, path);
CREATE INDEX subfigures_by_type ON subfigures (article_type, confidence, path);
CREATE INDEX subfigures_by_year ON subfigures (year, confidence, path);
CREATE TABLE thumbnails (id INTEGER PRIMARY KEY, jpeg BLOB NOT NULL);
CREATE TABLE embeddings (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE VIRTUAL TABLE texts USING fts5 (own, caption, title, words, tokenize = '{tokens}');
CREATE VIRTUAL TABLE told USING fts5 (inside, mentions, tokenize = '{tokens}');
"""
_TOKENS = "porter unicode61 remove_diacritics 2"
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
"""Those of a paper, and those by which subfigures are found and sorted; texts and vectors have tables of their own."""
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
_OF_SUBFIGURES = (("texts", "rowid"), ("told", "rowid"), ("thumbnails", "id"), ("embeddings", "id"))
_EVERYTHING = ("texts", "told", "embeddings", "thumbnails", "subfigures", "papers", "parts", "about")


class EmbeddedIndex:
    """The target in the dataset's own folder."""

    def __init__(self, out: Path) -> None:
        self.path = out / FOLDER / FILE
        self.label = str(self.path)
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def held(self, origin: Origin) -> Held:
        """What the index holds; nothing where it is absent."""
        if not self.path.is_file():
            return Held()
        with in_one_line(self.path), contextlib.closing(connect(self.path)) as connection:
            if _about(connection) != _expected(origin):
                return Held(fits=False)
            return Held(dict(connection.execute("SELECT name, fingerprint FROM parts")))

    def prepare(self, origin: Origin) -> None:
        """Opens the index for writing; creates or empties it where it does not fit."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write the index {self.path.parent}: {error.strerror}") from error
        with in_one_line(self.path):
            self._connection = connect(self.path, writing=True)
            if _about(self._connection) != _expected(origin):
                self._create(origin)

    def replace(self, part: Part, documents: Iterable[list[Document]]) -> None:
        """Takes a part in one transaction: a reader sees all of it or what was there before."""
        with in_one_line(self.path), self._transaction() as connection:
            _remove(connection, part.name)
            cursor = connection.execute(
                "INSERT INTO parts (name, fingerprint, indexed_at) VALUES (?, ?, ?)",
                (part.name, part.fingerprint, now().isoformat()),
            )
            papers: dict[str, int] = {}
            for batch in documents:
                _insert(connection, int(cursor.lastrowid or 0), batch, papers)

    def revise(self, part: Part, row: int, documents: list[Document]) -> None:
        """Takes what stands in place of one row of a part, and the part's new fingerprint, in one transaction.

        A document that is there keeps its picture and its vector; only what people may change is taken from it.
        """
        with in_one_line(self.path), self._transaction() as connection:
            found = connection.execute("SELECT part FROM parts WHERE name = ?", (part.name,)).fetchone()
            if found is None:
                return
            there = dict(
                connection.execute(
                    "SELECT subfigure_id, id FROM subfigures WHERE part = ? AND row = ?", (found[0], row)
                )
            )
            gone = there.keys() - {document.subfigure_id for document in documents}
            _remove_rows(connection, [there[name] for name in gone])
            for document in documents:
                if document.subfigure_id in there:
                    _revise(connection, there[document.subfigure_id], document)
            new = [document for document in documents if document.subfigure_id not in there]
            if new:
                paper = connection.execute(
                    "SELECT paper FROM papers WHERE part = ? AND paper_id = ?", (found[0], new[0].paper_id)
                ).fetchone()
                _insert(connection, found[0], new, {new[0].paper_id: paper[0]} if paper else {})
            connection.execute(
                "UPDATE parts SET fingerprint = ? WHERE part = ?", (part.fingerprint, found[0])
            )

    def remove(self, part: str) -> None:
        """Drops a part in one transaction."""
        with in_one_line(self.path), self._transaction() as connection:
            _remove(connection, part)

    def finish(self) -> None:
        """Packs the index, and leaves no journal beside it: it may then be read from a read-only folder."""
        if self._connection is None:
            return
        with in_one_line(self.path):
            self._connection.execute("INSERT INTO texts (texts) VALUES ('optimize')")
            self._connection.execute("INSERT INTO told (told) VALUES ('optimize')")
            self._connection.execute("ANALYZE")
            with contextlib.suppress(sqlite3.OperationalError):  # someone reads: the next update does it
                self._connection.execute("PRAGMA busy_timeout = 500")
                self._connection.execute("PRAGMA journal_mode = DELETE")

    def _create(self, origin: Origin) -> None:
        with self._transaction() as connection:
            for table in _EVERYTHING:
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in filter(str.strip, _statements().split(";")):
                connection.execute(statement)
            connection.executemany("INSERT INTO about VALUES (?, ?)", _expected(origin).items())

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        if connection is None:
            raise RuntimeError("prepare() comes before writing")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def connect(path: Path, writing: bool = False) -> sqlite3.Connection:
    """A connection to the index; one that only reads can change nothing."""
    if writing:
        # Threads may take turns at it, under a lock of theirs.
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")  # who searches meanwhile sees the last commit
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        return connection
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=_PATIENCE, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextlib.contextmanager
def in_one_line(path: Path) -> Iterator[None]:
    """Says what SQLite found wrong, and what to do about it."""
    try:
        yield
    except sqlite3.Error as error:
        if "no such module: fts5" in str(error):
            raise OutputError(
                "this Python's SQLite has no FTS5: use a Python from python.org or uv"
            ) from error
        raise OutputError(
            f"the index {path} cannot be used ({error}): if it is damaged, delete {path.parent} and run "
            "`figmill index` again"
        ) from error


def _expected(origin: Origin) -> dict[str, str]:
    return {
        "layout": LAYOUT,
        "model_id": origin.model_id,
        "embedding_size": str(origin.embedding_size),
        "classes": json.dumps(origin.classes),
    }


def _about(connection: sqlite3.Connection) -> dict[str, str]:
    """What the index says of itself; nothing where it is new."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
        return {}
    return dict(connection.execute("SELECT key, value FROM about"))


def _statements() -> str:
    """The statements that make an empty index."""
    return _TABLES.format(
        paper_columns=_declared(_PAPER_COLUMNS),
        subfigure_columns=_declared(_SUBFIGURE_COLUMNS),
        tokens=_TOKENS,
    )


def _declared(names: Iterable[str]) -> str:
    """Columns of the dataset as SQLite declares them."""
    columns = {column.name: column for column in INDEXED_COLUMNS}
    return ", ".join(
        f"{name} {_TYPES[columns[name].type]}{'' if columns[name].nullable else ' NOT NULL'}"
        for name in names
    )


def _remove(connection: sqlite3.Connection, part: str) -> None:
    found = connection.execute("SELECT part FROM parts WHERE name = ?", (part,)).fetchone()
    if found is None:
        return
    for table, key in _OF_SUBFIGURES:
        statement = f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM subfigures WHERE part = ?)"  # noqa: S608
        connection.execute(statement, found)
    for table in ("subfigures", "papers", "parts"):
        connection.execute(f"DELETE FROM {table} WHERE part = ?", found)  # noqa: S608


def _remove_rows(connection: sqlite3.Connection, numbers: list[int]) -> None:
    for table, key in (*_OF_SUBFIGURES, ("subfigures", "id")):
        connection.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(number,) for number in numbers])  # noqa: S608


def _revise(connection: sqlite3.Connection, number: int, of: Document) -> None:
    """A row as people want it now; its picture and its vector are another row's if they change."""
    values = {
        **_copied(of, _REVISED),
        "path": of.modality_path[-1] if of.modality_path else None,
        "has_subcaption": bool(of.subcaption),
    }
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE subfigures SET {columns} WHERE id = ?", (*values.values(), number))  # noqa: S608
    connection.execute(
        "UPDATE texts SET own = ?, caption = ?, title = ?, words = ? WHERE rowid = ?", (*_texts(of), number)
    )


def _insert(
    connection: sqlite3.Connection, part: int, documents: list[Document], papers: dict[str, int]
) -> None:
    for document in documents:
        if document.paper_id not in papers:
            papers[document.paper_id] = _insert_paper(connection, part, document)
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM subfigures").fetchone()[0]
    numbered = list(enumerate(documents, first))
    for number, document in numbered:
        _insert_row(connection, "subfigures", _subfigure(number, part, papers[document.paper_id], document))
    connection.executemany(
        "INSERT INTO texts (rowid, own, caption, title, words) VALUES (?, ?, ?, ?, ?)",
        [(number, *_texts(document)) for number, document in numbered],
    )
    connection.executemany(
        "INSERT INTO told (rowid, inside, mentions) VALUES (?, ?, ?)",
        [(number, *_told(document)) for number, document in numbered],
    )
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


def _insert_paper(connection: sqlite3.Connection, part: int, of: Document) -> int:
    return _insert_row(connection, "papers", {"part": part, **_copied(of, _PAPER_COLUMNS)})


def _insert_row(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    """Adds a row, values by column, and returns its number."""
    marks = ", ".join("?" * len(row))
    statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
    return int(connection.execute(statement, tuple(row.values())).lastrowid or 0)


def _subfigure(number: int, part: int, paper: int, of: Document) -> dict[str, Any]:
    return {
        "id": number,
        "part": part,
        "row": of.row,
        "paper": paper,
        **_copied(of, _SUBFIGURE_COLUMNS),
        "width": of.image_width,
        "height": of.image_height,
        "path": of.modality_path[-1] if of.modality_path else None,
        "has_subcaption": bool(of.subcaption),
        "year": of.published.year if of.published else None,
    }


def _copied(of: Document, columns: Iterable[str]) -> dict[str, Any]:
    """Columns as the dataset has them; SQLite knows no dates and no lists."""
    return {name: _in_sqlite(getattr(of, name)) for name in columns}


def _in_sqlite(value: Any) -> Any:
    """A date as ISO 8601, a list as JSON."""
    if isinstance(value, tuple):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _texts(of: Document) -> tuple[str, str, str, str]:
    """What is ranked: the panel's own words, the figure's, the paper's, and those of modality and labels.

    A figure that is one panel has its caption for its own words. A modality of which the model is not sure has none.
    """
    caption = of.caption or ""
    own, rest = (of.subcaption, caption) if of.subcaption else (caption, "")
    labels = " ".join(filter(None, (of.figure_label, of.panel_label)))
    modality = "" if of.rejected else modality_words(of.modality, of.modality_path)
    paper = "\n".join(filter(None, (of.title, *of.authors)))
    return own, rest, paper, f"{labels} {modality}"


def _told(of: Document) -> tuple[str, str]:
    """What is ranked beside: the words printed in the panel, and the sentences that cite or describe it.

    In a table of their own, for however much is said of a figure, its caption shall count as it does.
    """
    return of.figure_text or "", "\n".join(filter(None, (*of.mentions, of.alt_text)))
