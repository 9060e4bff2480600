"""Into a real PostgreSQL with pgvector, that `pgserver` brings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.errors import OutputError, SettingsError
from tasks.index.opening import open_target
from tasks.index.update import plan_update
from tests.tasks.index.small import FIRST, SECOND, dataset, part, row, updated
from tests.test_readme import BLOCKS

psycopg = pytest.importorskip("psycopg")
pgserver = pytest.importorskip("pgserver", reason="pgserver has no wheel for this Python")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server's URL; it listens on a socket in a folder of its own."""
    started = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield started.get_uri()
    started.cleanup()


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """The same, without tables."""
    yield server
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _ask(url: str, query: str, *values: object) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, values).fetchall()


def test_rows_arrive_with_text_arrays_vectors_and_thumbnails(url: str, tmp_path: Path):
    out = dataset(tmp_path)
    updated(out, url)
    (first,) = _ask(
        url,
        "SELECT subfigure_id, modality_path, confidence, embedding::text, length(thumbnail) > 100, published::text "
        "FROM figmill_subfigures WHERE texts @@ websearch_to_tsquery('english', 'liver crista')",
    )
    assert first[:2] == (f"{0:016x}/0/0", ["microscopy", "microscopy/transmission"])
    assert (first[2], first[3], first[4:]) == (pytest.approx(0.95), "[1,0]", (True, "2020-01-01"))
    nearest = _ask(
        url,
        "SELECT subfigure_id FROM figmill_subfigures WHERE 'microscopy' = ANY(modality_path) "
        "ORDER BY embedding <=> '[0,1]' LIMIT 2",
    )
    assert [one[0][:16] for one in nearest] == [f"{4:016x}", f"{1:016x}"]
    ((unscored,),) = _ask(
        url, "SELECT count(*) FROM figmill_subfigures WHERE embedding IS NULL AND modality IS NULL"
    )
    assert unscored == 1
    assert _ask(url, "SELECT 1 FROM pg_indexes WHERE indexname = 'figmill_nearest'")


def test_the_table_has_the_indexed_columns(url: str, tmp_path: Path):
    updated(dataset(tmp_path), url)
    rows = _ask(
        url,
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'figmill_subfigures' "
        "ORDER BY ordinal_position",
    )
    names = [column.name for column in INDEXED_COLUMNS]
    assert [name for name, _ in rows] == [*names, "embedding", "thumbnail", "part", "texts"]
    kinds = dict(rows)
    assert (kinds["published"], kinds["modality_path"], kinds["confidence"]) == ("date", "ARRAY", "real")


def test_only_what_changed_is_sent_and_what_is_gone_goes(url: str, tmp_path: Path):
    out = dataset(tmp_path)
    updated(out, url)
    assert updated(out, url).empty
    part(out, FIRST, [row(0), row(9)])
    (out / "papers" / SECOND).unlink()
    plan = updated(out, url)
    assert ([one.name for one in plan.changed], plan.gone) == ([FIRST], (SECOND,))
    assert len(_ask(url, "SELECT 1 FROM figmill_subfigures")) == 2
    assert _ask(url, "SELECT part FROM figmill_parts") == [(FIRST,)]


def test_a_dry_run_makes_no_table(url: str, tmp_path: Path):
    out = dataset(tmp_path)
    with open_target(out, url) as target:
        assert plan_update(out, target).documents == 6
    assert _ask(url, "SELECT to_regclass('figmill_about')") == [(None,)]


def test_another_dataset_wants_another_name_and_a_moved_one_does_not(url: str, tmp_path: Path):
    here = dataset(tmp_path / "here")
    part(tmp_path / "other", f"part-{9:016x}.parquet", [row(9)])
    updated(here, url)
    with pytest.raises(OutputError, match=r"holds another dataset, .*here: choose another --name"):
        updated(tmp_path / "other", url)
    updated(tmp_path / "other", url, name="other")
    assert len(_ask(url, "SELECT 1 FROM figmill_subfigures")) == 6
    here.rename(tmp_path / "there")
    assert updated(tmp_path / "there", url).empty


def test_texts_that_postgres_refuses_are_made_to_fit(url: str, tmp_path: Path):
    hostile = "a\x00b'; DROP TABLE figmill_subfigures; -- \\ \t\n \u202e😀 " + "word " * 300_000
    part(tmp_path, FIRST, [row(1, caption=hostile, title=hostile[:99])])
    updated(tmp_path, url)
    ((caption,),) = _ask(url, "SELECT caption FROM figmill_subfigures")
    assert caption == hostile.replace("\x00", "")


def test_a_database_that_does_not_answer_is_one_line_without_the_password(tmp_path: Path):
    out = dataset(tmp_path)
    for to in (
        "postgresql://me:hunter%32@127.0.0.1:1/x",
        "postgresql://me:hunter2@127.0.0.1:1/x?nosuch=hunter2",
    ):
        with pytest.raises(OutputError) as caught, open_target(out, to):
            pass
        assert "hunter" not in str(caught.value)
        assert "127.0.0.1/x, tables figmill_*" in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(SettingsError, match="no name"):
        open_target(out, "postgresql://127.0.0.1/x", 'x"; DROP TABLE')


def test_the_recipes_of_the_readme_run(url: str, tmp_path: Path):
    updated(dataset(tmp_path), url)
    (block,) = (block for block in BLOCKS if block.language == "sql")
    by_words, by_likeness = filter(str.strip, block.code.split(";"))
    assert [found[:2] for found in _ask(url, by_words)] == [(f"{0:016x}/0/0", "DMTR")]
    near = [found[0] for found in _ask(url, by_likeness)]
    assert near[:2] == [f"{1:016x}/0/0", f"{2:016x}/0/0"]
