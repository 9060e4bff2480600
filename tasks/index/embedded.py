"""The embedded index, DIR/index: words and filters, vectors, and what is shown of each row, without a server.

figmill.sqlite   rows, papers, thumbnails, embeddings and their bits; it says which parts are in
texts/           tantivy's segments: the words of the rows, and what filters and facets ask for (see texts/)
footers.json     what the footers of the parts say, so that nobody need read them again (see source.py)

Thumbnails come last, when all else is in and can be searched (`illustrate` in update.py): to decode pictures of papers
takes many times as long as all else does.
A part goes into SQLite in one transaction, under a number that is not given again before the index is made anew (which
makes it another generation), and is told to tantivy beside. It counts as held only once tantivy has committed too:
killed between the two, the next update sends that part again, and what a part that is gone has left in the texts has
numbers that SQLite no longer knows.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tasks.errors import OutputError
from tasks.index import tables
from tasks.index.documents import Document
from tasks.index.source import Origin, Part, index_folder
from tasks.index.target import Held
from tasks.index.texts import fields
from tasks.index.texts.writing import TextWriter

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = "figmill.sqlite"
LAYOUT = "7"
"""Changes with the tables (tables.py) or the fields of texts/fields.py: an index of another layout is made anew."""
_PATIENCE = 60.0
"""Seconds to wait for another process that writes to the index."""
_CACHE_KB = 64_000
_ROWS_A_COMMIT = 50_000
"""Rows after which the texts are committed: each commit writes a segment, and many small ones are slow to search."""
_TORN = "torn"
"""The fingerprint of a part whose texts are not in; no part has it."""


class EmbeddedIndex:
    """The target that comes with Figmill, in `index_folder`."""

    illustrated = False

    def __init__(self, out: StorePath) -> None:
        self.path = index_folder(out) / FILE
        # Who may read the dataset's folder may read what is beside; who may read a store is not known here.
        self._mode = 0o777 if isinstance(out, Path) else 0o700
        self.label = str(self.path)
        self._texts_folder = self.path.parent / fields.FOLDER
        self._connection: sqlite3.Connection | None = None
        self._texts: TextWriter | None = None
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
            if _about(connection) != _expected(origin) or not fields.exists(self._texts_folder):
                return Held(fits=False)
            return Held(
                dict(connection.execute("SELECT name, iif(whole, fingerprint, ?) FROM parts", (_TORN,)))
            )

    def prepare(self, origin: Origin) -> None:
        """Opens the index for writing; creates or empties it where it does not fit."""
        try:
            self.path.parent.mkdir(self._mode, parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write the index {self.path.parent}: {error.strerror}") from error
        with in_one_line(self.path):
            self._remove_other_layout()
            self._connection = connect(self.path, writing=True)
            if _about(self._connection) != _expected(origin) or not fields.exists(self._texts_folder):
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
                before = tables.remove_part(connection, part.name)
                number = tables.insert_part(connection, part)
                papers: dict[str, int] = {}
                for batch in documents:
                    tables.insert_rows(connection, self._writing_texts(), number, batch, papers)
                    self._unsettled += len(batch)
                tables.code_part(connection, number)
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
            before = tables.remove_part(connection, part)
        if before is not None:
            self._forget(before)

    def bare(self) -> list[tables.BarePart]:
        """The parts that lack their thumbnails; none where there is no index."""
        if not self.path.is_file():
            return []
        with in_one_line(self.path), contextlib.closing(connect(self.path)) as connection:
            return tables.bare_parts(connection) if _about(connection).get("layout") == LAYOUT else []

    def reopen(self) -> None:
        """Opens an index that is there for writing; that it fits is known."""
        with in_one_line(self.path):
            self._connection = connect(self.path, writing=True)

    def take_thumbnails(self, part: tables.BarePart, thumbnails: Iterable[tuple[str, bytes | None]]) -> bool:
        """Some of a part's, by subfigure_id; None where a picture cannot be decoded. They are shown as they come.

        Whether the part is still there: where another process has replaced it meanwhile, nothing is taken.
        """
        with in_one_line(self.path), self._transaction() as connection:
            there = tables.holds(connection, part)
            if there:
                tables.insert_thumbnails(connection, part.number, thumbnails)
        return there

    def end_thumbnails(self, part: tables.BarePart) -> None:
        """No more come of a part."""
        with in_one_line(self.path), self._transaction() as connection:
            if tables.holds(connection, part):
                connection.execute("UPDATE parts SET pictured = 1 WHERE part = ?", (part.number,))

    def finish(self) -> None:
        """Makes what came in count, and leaves no journal."""
        if self._connection is None:
            return
        with in_one_line(self.path):
            self._settle()
            self._connection.execute("ANALYZE")
        self.leave_no_journal()

    def leave_no_journal(self) -> None:
        """Makes the index one that a read-only folder may hold; where someone reads, the next update does it."""
        with contextlib.suppress(sqlite3.Error):  # also where it is not there, or may not be written
            if self._connection is None:
                uri = f"{self.path.resolve().as_uri()}?mode=rw"
                self._connection = sqlite3.connect(uri, uri=True, isolation_level=None)
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
            tables.remove_rows(connection, gone)
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
                    tables.revise_row(connection, number, document)
                    self._writing_texts().add(found[0], papers[document.paper_id], number, document)
            new = [document for document in documents if document.subfigure_id not in there]
            tables.insert_rows(connection, self._writing_texts(), found[0], new, papers)
            if new or gone:
                tables.code_part(connection, found[0])
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
        with in_one_line(self.path), fields.told_in_one_line(self._texts_folder):
            writer.commit()
            with self._transaction() as connection:
                connection.execute(
                    "INSERT INTO about VALUES ('revision', '1') "
                    "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
                )
                connection.executemany("UPDATE parts SET whole = 1 WHERE part = ?", [(one,) for one in came])
                connection.executemany("DELETE FROM gone WHERE part = ?", [(one,) for one in went])
                tables.recentre(connection)
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

    def _writing_texts(self) -> TextWriter:
        if self._texts is None:
            with fields.told_in_one_line(self._texts_folder):
                self._texts = TextWriter(self._texts_folder, _PATIENCE)
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
            for table in tables.EVERYTHING:
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in filter(str.strip, tables.statements().split(";")):
                connection.execute(statement)
            said = {**_expected(origin), "generation": secrets.token_hex(8)}
            connection.executemany("INSERT INTO about VALUES (?, ?)", said.items())
            with fields.told_in_one_line(self._texts_folder):
                fields.create(self._texts_folder)

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
    """A connection to the index; one that only reads can change nothing, once what was left half done is taken back."""
    if writing:
        # Threads may take turns at it, under a lock of theirs.
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")  # who searches meanwhile sees the last commit
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        return connection
    _roll_back(path)
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=_PATIENCE, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _roll_back(path: Path) -> None:
    """Takes back what a process had begun that was killed before the file had its log: who only reads may not."""
    if not path.with_name(f"{path.name}-journal").exists():
        return
    with (
        contextlib.suppress(sqlite3.Error),  # where it cannot be written, whoever reads is told
        contextlib.closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection,
    ):
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()


@contextlib.contextmanager
def in_one_line(path: Path) -> Iterator[None]:
    """Says what SQLite found wrong, and what to do about it."""
    try:
        yield
    except sqlite3.Error as error:
        what = getattr(error, "sqlite_errorname", "")
        if what == "SQLITE_READONLY_ROLLBACK":
            raise OutputError(
                f"the index {path} was left unfinished by a process that was killed: run `figmill index` where "
                f"{path.parent} may be written"
            ) from error
        if what.startswith("SQLITE_READONLY"):
            raise OutputError(f"the index {path} cannot be written: it may only be read here") from error
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
