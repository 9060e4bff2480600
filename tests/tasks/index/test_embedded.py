"""The embedded index keeps the dataset's columns as the dataset has them."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.errors import OutputError
from tasks.index import codes, embedded, tables
from tasks.index.documents import read_documents
from tasks.index.embedded import FILE, EmbeddedIndex, connect, in_one_line
from tasks.index.opening import open_target
from tasks.index.queries import Query
from tasks.index.search import SearchIndex
from tasks.index.source import FOLDER, list_parts, origin
from tasks.index.update import plan_update, update
from tests.tasks.index.small import FIRST, SECOND, THIRD, dataset, part, row
from tests.tasks.index.test_search import indexed


def columns(connection: sqlite3.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """Type of each column, and whether it may be null."""
    rows = connection.execute('SELECT name, type, "notnull" FROM pragma_table_info(?)', (table,))
    return {name: (kind, not required) for name, kind, required in rows}


def test_papers_have_the_columns_of_an_article(tmp_path: Path):
    out = dataset(tmp_path)
    with open_target(out, None) as target:
        update(out, target, plan_update(out, target))
    with contextlib.closing(sqlite3.connect(out / FOLDER / FILE)) as connection:
        papers, subfigures = (columns(connection, table) for table in ("papers", "subfigures"))
        published = connection.execute("SELECT DISTINCT typeof(published) FROM papers").fetchall()
    indexed = [column.name for column in INDEXED_COLUMNS if column.of_article]
    assert list(papers)[2:] == ["paper_id", "source_uri", *indexed]
    assert papers["published"] == ("TEXT", True)
    assert published == [("text",)]
    assert (subfigures["subfigure_id"], subfigures["page"]) == (("TEXT", False), ("INTEGER", True))
    assert subfigures["confidence"] == ("REAL", True)


def test_a_revision_that_fails_leaves_every_row_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = indexed(dataset(tmp_path))
    parts = list_parts(out)
    (first,) = (one for one in parts if one.name == FIRST)
    document = next(one for one in next(read_documents(first)) if one.row == 0)

    def fails(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with EmbeddedIndex(out) as target:
        target.prepare(origin(out, parts))
        with monkeypatch.context() as patched:
            patched.setattr(tables, "revise_row", fails)
            with pytest.raises(OutputError, match="disk I/O error"):
                target.revise(first, 0, [document])
        target.revise(first, 1, [])  # what was told of row 0 is not committed by the next either
    with SearchIndex(out) as index:
        hits = index.search(Query(), 10)
        assert index.count(Query()) == len(hits) == 5
        assert document.subfigure_id in {hit.subfigure_id for hit in hits}


def test_an_index_of_another_layout_is_replaced_file_and_all(tmp_path: Path):
    out = indexed(dataset(tmp_path))
    with contextlib.closing(sqlite3.connect(out / FOLDER / FILE)) as connection:
        connection.execute("UPDATE about SET value = '1' WHERE key = 'layout'")
        connection.execute("CREATE TABLE texts (of_an_earlier_layout)")
        connection.commit()
    indexed(out)
    with contextlib.closing(sqlite3.connect(out / FOLDER / FILE)) as connection:
        assert not columns(connection, "texts")
    with SearchIndex(out) as index:
        assert index.count(Query()) == 6


def _middle(out: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The middle that the index keeps, that of all its embeddings, and whether the bits are told from the former."""
    with contextlib.closing(sqlite3.connect(out / FOLDER / FILE)) as connection:
        centre = tables.read_centre(connection)
        rows = connection.execute("SELECT id, vector FROM embeddings ORDER BY id").fetchall()
        coded = connection.execute("SELECT ids, bits FROM codes").fetchall()
    assert centre is not None
    vectors = {number: np.frombuffer(vector, np.float16).astype(np.float32) for number, vector in rows}
    bits = np.concatenate([np.frombuffer(bits, np.uint64) for _, bits in coded])
    numbers = np.concatenate([np.frombuffer(ids, np.int64) for ids, _ in coded])
    told = codes.signs(np.stack([vectors[number] for number in numbers.tolist()]), centre)[:, 0]
    return centre, np.mean(list(vectors.values()), axis=0), bits == told


def test_a_small_first_part_does_not_say_where_the_middle_of_all_embeddings_lies(tmp_path: Path):
    part(tmp_path, FIRST, [row(0)])
    alone, _, _ = _middle(indexed(tmp_path))
    part(tmp_path, SECOND, [row(number) for number in range(8, 13)])
    centre, mean, told = _middle(indexed(tmp_path))
    assert np.allclose(centre, mean, atol=1e-3)
    assert not np.allclose(centre, alone, atol=0.1)
    assert told.all()
    part(tmp_path, THIRD, [row(13)])  # one more moves it little: all the bits need not be told again
    again, _, told = _middle(indexed(tmp_path))
    assert (again == centre).all()
    assert told.all()


def test_an_index_that_may_only_be_read_is_not_called_damaged(tmp_path: Path):
    path = indexed(dataset(tmp_path)) / FOLDER / FILE
    with (
        contextlib.closing(connect(path)) as connection,
        pytest.raises(OutputError, match="may only be read here"),
        in_one_line(path),
    ):
        connection.execute("DELETE FROM parts")


KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("CREATE TABLE begun (what)")
connection.execute("BEGIN IMMEDIATE")
for _ in range(300):
    connection.execute("INSERT INTO begun VALUES (?)", ("x" * 1000,))
os._exit(0)
"""
"""A process that ends in the middle of a transaction, before the file keeps a log."""


def test_what_a_killed_process_began_is_taken_back_by_who_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = dataset(tmp_path)
    path = out / FOLDER / FILE
    path.parent.mkdir()
    subprocess.run([sys.executable, "-c", KILLED, path], check=True)
    journal = path.with_name(f"{FILE}-journal")
    assert journal.exists()
    with monkeypatch.context() as patched, open_target(out, None) as target:
        patched.setattr(embedded, "_roll_back", lambda _: None)  # as where the folder may only be read
        with pytest.raises(
            OutputError, match="left unfinished by a process that was killed: run `figmill index`"
        ):
            plan_update(out, target)
    with open_target(out, None) as target:
        update(out, target, plan_update(out, target))
    assert not journal.exists()
    with SearchIndex(out) as index:
        assert index.search(Query(), 100)
