"""What all parts hold, OUT/.parts.sqlite: so that a run need not open each of them to know its papers and counts.

A cache and nothing else. It notes with each ledger part and part what a listing says of the file (size, time, inode; on
a store its version), and whatever the listing now says otherwise is read anew: deleted, damaged or behind, it costs
time alone. Only who holds the dataset writes it; others who find it behind go on in memory.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.dataset.cache.database import FILE, local_file, open_to_read, open_to_write, remove_cache
from tasks.dataset.cache.listing import Listing
from tasks.dataset.cache.shards import OF_ARTICLES, Shard, count_part, read_shard
from tasks.dataset.ledger import LedgerRow
from tasks.dataset.tally import Tally
from tasks.errors import OutputError
from tasks.records import Metadata
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_PASSING = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
)
"""What says nothing against the cache's content: somebody reads it, the disk is full."""
_ROW_BITS = 32
"""A paper's number is its part's, and its row in it: so the papers of a part are a range."""

_ROW = ", ".join(("name", "paper_id", "status", "finished_at", *OF_ARTICLES))

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

log = logging.getLogger("figmill.dataset")


class CacheError(OutputError):
    """The cache cannot be read or written."""


class PartCache:
    """The papers and counts of a dataset's parts. `refresh` makes it say what is there now."""

    def __init__(self, out: StorePath, connection: sqlite3.Connection, file: Path | None) -> None:
        self._out = out
        self.connection = connection
        self._file = file
        """Where the cache is kept; None: nowhere."""
        self._changed = False
        self._listing = Listing({}, {})
        """What the last refresh went by."""
        self.unreadable: list[str] = []
        """What could not be read at the last refresh, each with the reason."""

    def refresh(self, listing: Listing, strict: bool = False) -> list[str]:
        """Reads the parts of which the listing says that they are other ones; their names.

        Nothing is kept before `commit`. `strict`: raises UnreadablePartError for a ledger part that cannot be read, or
        a part that is torn; a ledger part is listed in `unreadable` otherwise. A file that cannot be written is left
        for memory.
        """
        self._listing = listing
        try:
            return self._bring_up(listing, strict)
        except CacheError as error:
            self._leave_file(error)
            return self._bring_up(listing, strict)

    def _bring_up(self, listing: Listing, strict: bool) -> list[str]:
        changed, gone = self._behind(listing)
        self.unreadable = []
        if changed or gone:
            self._begin()
            for name in gone:
                self._remove(name)
            read = functools.partial(read_shard, self._out, listing, strict)
            for name, shard in zip(changed, paths.each(read, changed, self._out), strict=True):
                self.unreadable += shard.unreadable
                if shard.rows is not None:
                    self._insert(name, listing.stamps(name), shard)
        return changed

    def behind(self, listing: Listing) -> bool:
        """Whether `refresh` or `count` has anything to do."""
        return (
            any(self._behind(listing))
            or self._run("SELECT 1 FROM parts WHERE NOT counted").fetchone() is not None
        )

    def commit(self) -> None:
        """Keeps what `refresh` found; in memory alone where the file cannot be written, as while somebody reads it."""
        self._or_in_memory(self._commit)

    def count(self) -> None:
        """Counts the rows of parts whose ledger part does not say how many there are of what."""
        self._or_in_memory(self._count)

    def _or_in_memory(self, work: Callable[[], None]) -> None:
        """Does it; where the file cannot be written, with all that the parts say brought up in memory."""
        try:
            work()
        except CacheError as error:
            self._leave_file(error)
            self._bring_up(self._listing, strict=False)
            work()

    def _count(self) -> None:
        names = [name for (name,) in self._run("SELECT name FROM parts WHERE NOT counted")]
        if not names:
            return
        self._begin()
        for name, found in zip(
            names, paths.each(functools.partial(count_part, self._out), names, self._out), strict=True
        ):
            if isinstance(found, str):
                self.unreadable.append(found)
                continue
            (part,) = self._run("SELECT part FROM parts WHERE name = ?", (name,)).fetchone()
            self._add_counts(part, found)
            self._run("UPDATE parts SET counted = 1 WHERE part = ?", (part,))
        self._commit()

    def _commit(self) -> None:
        if self.connection.in_transaction:
            self._run("COMMIT")

    def _leave_file(self, error: CacheError) -> None:
        """Goes on in memory with what the file holds. Raises the error where that is where it came from."""
        if self._file is None:
            raise error
        log.warning("%s; this run goes on without it", error)
        cause = error.__cause__
        passes = isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF in _PASSING
        memory = open_to_write(":memory:")
        with contextlib.suppress(sqlite3.Error):
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if passes:
                self.connection.backup(memory)
        self.connection.close()
        if not passes or not isinstance(self._out, Path):
            with contextlib.suppress(OSError):
                remove_cache(self._file)
        self.connection, self._file = memory, None

    def rows(self, paper_id: str) -> list[LedgerRow]:
        """A paper's rows in the ledger; more than one only where a killed run left them."""
        return list(self._select("paper_id = ?", (paper_id,)))

    def articles(self) -> Iterator[LedgerRow]:
        """The rows that have a PMCID, with what an ingest asks of them, in the ledger's order."""
        yield from self._select("pmcid IS NOT NULL ORDER BY name, papers.id")

    def doubled(self, names: Collection[str]) -> list[str]:
        """Papers of these parts that have more than one row in the ledger."""
        with self._numbers(names):
            return [
                paper_id
                for (paper_id,) in self._run(
                    "SELECT paper_id FROM papers WHERE paper_id IN (SELECT paper_id FROM papers WHERE id >> ? IN "
                    "(SELECT part FROM chosen)) GROUP BY paper_id HAVING count(*) > 1",
                    (_ROW_BITS,),
                )
            ]

    def totals(self) -> Tally:
        """The counts of all parts together."""
        found = dict(self._run("SELECT name, number FROM totals"))
        return Counter({name: number for name, number in found.items() if number})

    def counts(self, name: str) -> Tally:
        """Those of one part."""
        query = "SELECT counts.name, number FROM counts JOIN parts USING (part) WHERE parts.name = ?"
        return Counter(dict(self._run(query, (name,))))

    def with_rows(self) -> list[str]:
        """The parts that have rows, by name in order."""
        query = (
            "SELECT parts.name FROM counts JOIN parts USING (part) WHERE counts.name = 'subfigures' AND number > 0 "
            "ORDER BY parts.name"
        )
        return [name for (name,) in self._run(query)]

    def parts_of(self, papers: Iterable[str]) -> list[str]:
        """The parts, by name in order, that hold papers whose paper_id begins so."""
        query = "SELECT DISTINCT name FROM papers JOIN parts ON part = papers.id >> ? WHERE paper_id BETWEEN ? AND ?"
        found: set[str] = set()
        for start in papers:
            found.update(name for (name,) in self._run(query, (_ROW_BITS, start, start + "\U0010ffff")))
        return sorted(found)

    def first_failed(self, most: int) -> list[str]:
        """The ledger parts, by name in order, that hold the first so many failed papers."""
        return self._first("status = 'failed'", most)

    def first_incomplete(self, most: int) -> list[str]:
        """The same of papers that were read and lack something."""
        return self._first("gaps > 0", most)

    def close(self, kept: bool = True) -> None:
        """Gives the file back; what was not committed is not kept."""
        with contextlib.suppress(sqlite3.Error):
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        self.connection.close()
        if self._file is None or isinstance(self._out, Path):
            return
        try:
            if kept and self._changed:
                paths.put(self._file, self._out / FILE)
        except OSError as error:  # the next run reads more, no more
            log.warning("%s cannot be written: %s", self._out / FILE, error.strerror)
        finally:
            self._file.unlink(missing_ok=True)

    def _behind(self, listing: Listing) -> tuple[list[str], list[str]]:
        """Parts to be read, in order; and those that are noted, and gone or another now."""
        noted = {name: stamps for name, *stamps in self._run("SELECT name, ledger, rows FROM parts")}
        read = [
            name
            for name in listing.names
            if None in (now := listing.stamps(name)) or noted.get(name) != [*now]
        ]
        changed = set(read)
        return read, [name for name in noted if name in changed or name not in listing.ledgers]

    def _begin(self) -> None:
        self._changed = True
        if not self.connection.in_transaction:
            self._run("BEGIN IMMEDIATE")

    def _run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with self._speaking():
            return self.connection.execute(statement, values)

    def _run_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._speaking():
            self.connection.executemany(statement, rows)

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise CacheError(f"the cache {self._out / FILE} cannot be used ({error})") from error

    def _remove(self, name: str) -> None:
        (part,) = self._run("SELECT part FROM parts WHERE name = ?", (name,)).fetchone()
        first = part << _ROW_BITS
        self._run("DELETE FROM papers WHERE id >= ? AND id < ?", (first, first + (1 << _ROW_BITS)))
        for table in ("counts", "parts"):
            self._run(f"DELETE FROM {table} WHERE part = ?", (part,))  # noqa: S608

    def _insert(self, name: str, stamps: tuple[str | None, str | None], shard: Shard) -> None:
        values = (name, *stamps, int(shard.counted))
        part = self._run(
            "INSERT INTO parts (name, ledger, rows, counted) VALUES (?, ?, ?, ?)", values
        ).lastrowid
        first = int(part or 0) << _ROW_BITS
        self._run_each(
            "INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(first + place, *_noted(row)) for place, row in enumerate(shard.rows or ())],
        )
        self._add_counts(int(part or 0), shard.tally)

    def _add_counts(self, part: int, tally: Tally) -> None:
        self._run_each(
            "INSERT INTO counts VALUES (?, ?, ?)", [(part, name, number) for name, number in tally.items()]
        )

    def _select(self, where: str, values: tuple[Any, ...] = ()) -> Iterator[LedgerRow]:
        query = f"SELECT {_ROW} FROM papers JOIN parts ON part = papers.id >> {_ROW_BITS} WHERE {where}"  # noqa: S608
        for found in self._run(query, values):
            file, paper_id, status, finished, pmcid, license_, withdrawn, version, jats, kind, seconds = found
            yield LedgerRow(
                file=file,
                paper_id=paper_id,
                status=status,
                metadata=Metadata(pmcid=pmcid, license=license_, withdrawn=withdrawn),
                source_version=version,
                jats_sha256=jats,
                error_kind=kind,
                seconds=seconds,
                finished_at=_EPOCH + dt.timedelta(microseconds=finished),
            )

    def _first(self, which: str, most: int) -> list[str]:
        query = (
            f"SELECT DISTINCT name FROM (SELECT name FROM papers JOIN parts ON part = papers.id >> {_ROW_BITS} "  # noqa: S608
            f"WHERE {which} ORDER BY name, papers.id LIMIT ?) ORDER BY name"
        )
        return [name for (name,) in self._run(query, (most,))]

    @contextlib.contextmanager
    def _numbers(self, names: Collection[str]) -> Iterator[None]:
        """A table `chosen` with the numbers of these parts."""
        self._run("CREATE TEMP TABLE chosen (part INTEGER PRIMARY KEY)")
        self._run_each(
            "INSERT INTO chosen SELECT part FROM parts WHERE name = ?", [(name,) for name in names]
        )
        try:
            yield
        finally:
            self._run("DROP TABLE chosen")


@contextlib.contextmanager
def read_cache(out: StorePath, strict: bool = True) -> Iterator[PartCache]:
    """The cache of a dataset as it is now, for who only reads it: what is behind is brought up in memory.

    `strict` as in `PartCache.refresh`.
    """
    with contextlib.ExitStack() as stack:
        yield _reader(out, strict, stack)


def write_cache(out: StorePath) -> PartCache:
    """The cache of a dataset for who holds it; one that cannot be used is made anew, or kept in memory alone."""
    file = local_file(out)
    for _ in range(2):
        try:
            return PartCache(out, open_to_write(str(file)), file)
        except sqlite3.Error as error:
            log.info("%s cannot be used (%s): it is made anew", out / FILE, error)
            with contextlib.suppress(OSError):
                remove_cache(file)
    log.warning("%s cannot be written: this run reads the whole ledger", out / FILE)
    return memory_cache(out)


def memory_cache(out: StorePath) -> PartCache:
    """An empty cache that is kept nowhere."""
    return PartCache(out, open_to_write(":memory:"), None)


def _reader(out: StorePath, strict: bool, stack: contextlib.ExitStack) -> PartCache:
    listing = Listing.of(out)
    try:
        file = local_file(out)
        if not isinstance(out, Path):
            stack.callback(file.unlink, missing_ok=True)
        connection, current = open_to_read(file)
        stack.callback(connection.close)
        cache = PartCache(out, connection, None) if current else memory_cache(out)
        if cache.behind(listing):
            cache = memory_cache(out)
            if current:
                connection.backup(cache.connection)
    except (sqlite3.Error, OutputError):  # not there, or damaged
        cache = memory_cache(out)
    stack.callback(cache.close)
    cache.refresh(listing, strict)
    cache.commit()
    return cache


def _noted(row: LedgerRow) -> tuple[Any, ...]:
    facts = (
        row.metadata.pmcid,
        row.metadata.license,
        row.metadata.withdrawn,
        row.source_version,
        row.jats_sha256,
        row.error_kind,
        row.seconds,
    )
    finished = (row.finished_at - _EPOCH) // dt.timedelta(microseconds=1)
    return row.paper_id, row.status, finished, len(row.gaps), *facts
