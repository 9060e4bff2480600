"""The file that the cache is: its tables, and how it is opened, fetched from a store and removed."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.stores import paths
from tasks.stores.scratch import scratch

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = ".parts.sqlite"
_LAYOUT = 3
"""Changes with the tables below: a cache of another layout is made anew."""
_PATIENCE = 5.0
"""Seconds to wait for another process that writes to the cache."""

_TABLES = """
CREATE TABLE parts (
    part INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, ledger TEXT, rows TEXT, counted INTEGER NOT NULL
);
CREATE TABLE papers (
    id INTEGER PRIMARY KEY, paper_id TEXT NOT NULL, status TEXT NOT NULL, finished_at INTEGER NOT NULL,
    gaps INTEGER NOT NULL, pmcid TEXT, license TEXT, withdrawn TEXT, source_version TEXT, jats_sha256 TEXT,
    error_kind TEXT, seconds REAL
);
CREATE INDEX papers_by_id ON papers (paper_id);
CREATE INDEX failed_papers ON papers (id) WHERE status = 'failed';
CREATE INDEX papers_with_gaps ON papers (id) WHERE gaps > 0;
CREATE TABLE counts (part INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (part, name))
    WITHOUT ROWID;
CREATE TABLE totals (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER counted AFTER INSERT ON counts BEGIN
    INSERT INTO totals VALUES (new.name, new.number) ON CONFLICT DO UPDATE SET number = number + new.number;
END;
CREATE TRIGGER discounted AFTER DELETE ON counts BEGIN
    UPDATE totals SET number = number - old.number WHERE name = old.name;
END;
"""


def local_file(out: StorePath) -> Path:
    """The cache as a file of this machine; of a store's it is a copy, if there is one."""
    if isinstance(out, Path):
        return out / FILE
    file = scratch() / f"{secrets.token_hex(8)}{FILE}"
    with contextlib.suppress(OSError):
        file.write_bytes(paths.read(out / FILE))
    return file


def open_to_write(name: str) -> sqlite3.Connection:
    """A cache to be written, with its tables. Raises sqlite3.Error."""
    connection = sqlite3.connect(name, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout not in (0, _LAYOUT):
            raise sqlite3.DatabaseError("it is of another version")
        if layout == 0:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_LAYOUT}; COMMIT;")
        connection.execute("BEGIN IMMEDIATE")  # whether it can be written
        connection.execute("ROLLBACK")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def open_to_read(file: Path) -> tuple[sqlite3.Connection, bool]:
    """A cache that is there, and whether it has the tables of today. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE, isolation_level=None
    )
    try:
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection, layout == _LAYOUT


def remove_cache(file: StorePath) -> None:
    """Removes a cache with what SQLite may have left beside it."""
    for name in (file.name, f"{file.name}-journal"):
        paths.remove(file.with_name(name))
