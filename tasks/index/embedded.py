"""The embedded index, DIR/index: words and filters, vectors, and what is shown of each row, without a server.

figmill.sqlite   rows, papers, thumbnails, embeddings and their bits; it says which parts are in
texts/           tantivy's segments: the words of the rows, and what filters and facets ask for (see texts.py)

A part goes into SQLite in one transaction, under a number that is never given again, and is told to tantivy beside. It
counts as held only once tantivy has committed too: killed between the two, the next update sends that part again, and
what a part that is gone has left in the texts has numbers that SQLite no longer knows.
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
import numpy.typing as npt
import pyarrow as pa

from tasks.clock import now
from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.errors import OutputError
from tasks.index import codes, texts
from tasks.index.documents import Document
from tasks.index.source import Origin, Part
from tasks.index.target import Held

FOLDER, FILE = "index", "figmill.sqlite"
LAYOUT = "5"
"""Changes with the tables below or the fields of texts.py: an index of another layout is made anew."""
_PATIENCE = 60.0
"""Seconds to wait for another process that writes to the index."""
_CACHE_KB = 64_000
_ROWS_A_COMMIT = 50_000
"""Rows after which the texts are committed: each commit writes a segment, and many small ones are slow to search."""
_TORN = "torn"
"""The fingerprint of a part whose texts are not in; no part has it."""

_TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE parts (
    part INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL,
    indexed_at TEXT NOT NULL, whole INTEGER NOT NULL DEFAULT 0
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
CREATE TABLE codes (part INTEGER PRIMARY KEY, version INTEGER NOT NULL, ids BLOB NOT NULL, bits BLOB NOT NULL);
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
_EVERYTHING = ("codes", "embeddings", "thumbnails", "subfigures", "papers", "gone", "parts", "about")


class EmbeddedIndex:
    """The target in the dataset's own folder."""

    def __init__(self, out: Path) -> None:
        self.path = out / FOLDER / FILE
        self.label = str(self.path)
        self._texts_folder = self.path.parent / texts.FOLDER
        self._connection: sqlite3.Connection | None = None
        self._texts: texts.TextWriter | None = None
        self._came: list[int] = []
        self._went: list[int] = []
        self._unsettled = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._settle()
            self._connection.close()
            self._connection = None

    def held(self, origin: Origin) -> Held:
        """What the index holds; nothing where it is absent."""
        if not self.path.is_file():
            return Held()
        with in_one_line(self.path), contextlib.closing(connect(self.path)) as connection:
            if _about(connection) != _expected(origin) or not texts.exists(self._texts_folder):
                return Held(fits=False)
            return Held(
                dict(connection.execute("SELECT name, iif(whole, fingerprint, ?) FROM parts", (_TORN,)))
            )

    def prepare(self, origin: Origin) -> None:
        """Opens the index for writing; creates or empties it where it does not fit."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write the index {self.path.parent}: {error.strerror}") from error
        with in_one_line(self.path):
            self._remove_other_layout()
            self._connection = connect(self.path, writing=True)
            if _about(self._connection) != _expected(origin) or not texts.exists(self._texts_folder):
                self._create(origin)
            elif gone := [number for (number,) in self._connection.execute("SELECT part FROM gone")]:
                for number in gone:  # told to the texts by one that was killed, perhaps before it was heard
                    self._forget(number)
                self._settle()

    def replace(self, part: Part, documents: Iterable[list[Document]]) -> None:
        """Takes a part in one transaction: a reader sees all of it or what was there before."""
        number = None
        try:
            with in_one_line(self.path), self._transaction() as connection:
                before = _remove(connection, part.name)
                number = _insert_part(connection, part)
                papers: dict[str, int] = {}
                for batch in documents:
                    _insert(connection, self._writing_texts(), number, batch, papers)
                    self._unsettled += len(batch)
                _code(connection, number)
        except BaseException:
            if number is not None and self._texts is not None:
                self._texts.remove_part(number)
            raise
        self._came.append(number)
        if before is not None:
            self._forget(before)
        if self._unsettled >= _ROWS_A_COMMIT:
            self._settle()

    def revise(self, part: Part, row: int, documents: list[Document]) -> None:
        """Takes what stands in place of one row of a part, and the part's new fingerprint, in one transaction.

        A document that is there keeps its picture and its vector; only what people may change is taken from it.
        """
        self._settle()  # what was told before counts, whatever becomes of this
        try:
            number = self._revise_rows(part, row, documents)
        except BaseException:
            self._discard()
            raise
        if number is not None:
            self._came.append(number)
            self._settle()

    def remove(self, part: str) -> None:
        """Drops a part: its rows in one transaction, and what the texts have of it by the end of the update."""
        with in_one_line(self.path), self._transaction() as connection:
            before = _remove(connection, part)
        if before is not None:
            self._forget(before)

    def finish(self) -> None:
        """Makes what came in count, and leaves no journal: the index may then be read from a read-only folder."""
        if self._connection is None:
            return
        with in_one_line(self.path):
            self._settle()
            self._connection.execute("ANALYZE")
            with contextlib.suppress(sqlite3.OperationalError):  # someone reads: the next update does it
                self._connection.execute("PRAGMA busy_timeout = 500")
                self._connection.execute("PRAGMA journal_mode = DELETE")

    def _revise_rows(self, part: Part, row: int, documents: list[Document]) -> int | None:
        """Tells SQLite and, uncommitted, the texts; returns the part's number, None where it is not held."""
        with in_one_line(self.path), self._transaction() as connection:
            found = connection.execute("SELECT part FROM parts WHERE name = ?", (part.name,)).fetchone()
            if found is None:
                return None
            there = dict(
                connection.execute(
                    "SELECT subfigure_id, id FROM subfigures WHERE part = ? AND row = ?", (found[0], row)
                )
            )
            gone = [there[name] for name in there.keys() - {document.subfigure_id for document in documents}]
            _remove_rows(connection, gone)
            self._writing_texts().remove(there.values())
            papers: dict[str, int] = {}
            for paper_id in {document.paper_id for document in documents}:
                paper = connection.execute(
                    "SELECT paper FROM papers WHERE part = ? AND paper_id = ?", (found[0], paper_id)
                ).fetchone()
                papers |= {paper_id: paper[0]} if paper else {}
            for document in documents:
                if document.subfigure_id in there:
                    number = there[document.subfigure_id]
                    _revise(connection, number, document)
                    self._writing_texts().add(found[0], papers[document.paper_id], number, document)
            new = [document for document in documents if document.subfigure_id not in there]
            _insert(connection, self._writing_texts(), found[0], new, papers)
            if new or gone:
                _code(connection, found[0])
            connection.execute(
                "UPDATE parts SET fingerprint = ?, whole = 0 WHERE part = ?", (part.fingerprint, found[0])
            )
        return int(found[0])

    def _settle(self) -> None:
        """Commits the texts; from then on the parts that came in count as held."""
        if self._texts is None:
            return
        writer, came, went = self._texts, self._came, self._went
        self._texts, self._came, self._went, self._unsettled = None, [], [], 0
        with in_one_line(self.path), texts.told_in_one_line(self._texts_folder):
            writer.commit()
            with self._transaction() as connection:
                connection.execute(
                    "INSERT INTO about VALUES ('revision', '1') "
                    "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
                )
                connection.executemany("UPDATE parts SET whole = 1 WHERE part = ?", [(one,) for one in came])
                connection.executemany("DELETE FROM gone WHERE part = ?", [(one,) for one in went])
            writer.close()

    def _discard(self) -> None:
        """Takes back what the texts were told since they last settled."""
        if self._texts is not None:
            self._texts.close()
        self._texts, self._came, self._went, self._unsettled = None, [], [], 0

    def _forget(self, number: int) -> None:
        """Tells the texts that a part is gone."""
        self._writing_texts().remove_part(number)
        self._went.append(number)

    def _writing_texts(self) -> texts.TextWriter:
        if self._texts is None:
            with texts.told_in_one_line(self._texts_folder):
                self._texts = texts.TextWriter(self._texts_folder, _PATIENCE)
        return self._texts

    def _remove_other_layout(self) -> None:
        """Deletes the file of another Figmill: its tables may need what this SQLite has not."""
        if not self.path.is_file():
            return
        with contextlib.closing(connect(self.path)) as connection:
            about = _about(connection)
        if about.get("layout", LAYOUT) != LAYOUT:
            for file in (self.path, *(self.path.with_name(f"{FILE}-{end}") for end in ("wal", "shm"))):
                file.unlink(missing_ok=True)

    def _create(self, origin: Origin) -> None:
        with self._transaction() as connection:
            for table in _EVERYTHING:
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in filter(str.strip, _statements().split(";")):
                connection.execute(statement)
            connection.executemany("INSERT INTO about VALUES (?, ?)", _expected(origin).items())
            with texts.told_in_one_line(self._texts_folder):
                texts.create(self._texts_folder)

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
    known = ("layout", "model_id", "embedding_size", "classes")
    about = dict(connection.execute("SELECT key, value FROM about"))
    return {key: about[key] for key in known if key in about}


def _statements() -> str:
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


def _remove(connection: sqlite3.Connection, part: str) -> int | None:
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


def _remove_rows(connection: sqlite3.Connection, numbers: list[int]) -> None:
    for table in (*_OF_SUBFIGURES, "subfigures"):
        connection.executemany(f"DELETE FROM {table} WHERE id = ?", [(number,) for number in numbers])  # noqa: S608


def _revise(connection: sqlite3.Connection, number: int, of: Document) -> None:
    """A row as people want it now; its picture and its vector are another row's if they change."""
    values = {**_copied(of, _REVISED), **_shown(of)}
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE subfigures SET {columns} WHERE id = ?", (*values.values(), number))  # noqa: S608


def _insert_part(connection: sqlite3.Connection, part: Part) -> int:
    return _insert_row(
        connection,
        "parts",
        {"name": part.name, "fingerprint": part.fingerprint, "indexed_at": now().isoformat()},
    )


def _insert(
    connection: sqlite3.Connection,
    writer: texts.TextWriter,
    part: int,
    documents: list[Document],
    papers: dict[str, int],
) -> None:
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


def _code(connection: sqlite3.Connection, part: int) -> None:
    """The bits of a part's embeddings; the first part that has any says where their middle lies."""
    rows = connection.execute(
        "SELECT id, vector FROM embeddings JOIN subfigures USING (id) WHERE part = ? ORDER BY id", (part,)
    ).fetchall()
    if not rows:
        connection.execute("DELETE FROM codes WHERE part = ?", (part,))
        return
    vectors = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
    vectors = vectors.reshape(len(rows), -1).astype(np.float32)
    centre = read_centre(connection)
    if centre is None:
        centre = codes.middle(vectors)
        connection.execute("INSERT INTO about VALUES ('centre', ?)", (centre.tobytes(),))
    version = connection.execute("SELECT coalesce(max(version), 0) + 1 FROM codes").fetchone()[0]
    numbers = np.array([number for number, _ in rows], np.int64)
    connection.execute(
        "INSERT OR REPLACE INTO codes VALUES (?, ?, ?, ?)",
        (part, version, numbers.tobytes(), codes.signs(vectors, centre).tobytes()),
    )


def read_centre(connection: sqlite3.Connection) -> npt.NDArray[np.float32] | None:
    """(d,) the middle of the embeddings, from which their bits are told; None before there are any."""
    found = connection.execute("SELECT value FROM about WHERE key = 'centre'").fetchone()
    return np.frombuffer(found[0], np.float32) if found else None


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
    own, rest = texts.own_texts(of)
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
