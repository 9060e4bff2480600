"""The embedded index keeps the dataset's columns as the dataset has them."""

import contextlib
import sqlite3
from pathlib import Path

from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.index.embedded import FILE, FOLDER
from tasks.index.opening import open_target
from tasks.index.update import plan_update, update
from tests.tasks.index.small import dataset


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
