"""The words of an index: what was dropped is gone, what was not committed does not count, torn files are said."""

from pathlib import Path

import pytest

from tasks.errors import OutputError
from tasks.index.documents import Document, read_documents
from tasks.index.queries import Query
from tasks.index.search import SearchIndex
from tasks.index.source import list_parts
from tasks.index.texts import fields
from tasks.index.texts.reading import Texts
from tasks.index.texts.writing import TextWriter
from tests.tasks.index.small import FIRST, dataset, part, row
from tests.tasks.index.test_search import indexed


@pytest.fixture
def rows(tmp_path: Path) -> list[Document]:
    return next(read_documents(list_parts(dataset(tmp_path / "dataset"))[0]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fields.create(tmp_path / "index" / "texts")
    return tmp_path / "index" / "texts"


def _write(folder: Path, rows: list[Document], part: int = 1) -> TextWriter:
    writer = TextWriter(folder, 1)
    for number, one in enumerate(rows, 10 * part):
        writer.add(part, 1, number, one)
    return writer


def _close(writer: TextWriter) -> None:
    writer.commit()
    writer.close()


def test_what_was_not_committed_does_not_count(folder: Path, rows: list[Document]):
    writer = _write(folder, rows)
    found_in = Texts(folder)
    assert found_in.snapshot().count(Query(), [], {}) == 0
    _close(writer)
    assert found_in.snapshot().count(Query(), [], {}) == 0
    found_in.reload()
    assert found_in.snapshot().count(Query(), [], {}) == len(rows)


def test_parts_and_rows_that_go_leave_nothing(folder: Path, rows: list[Document]):
    _close(_write(folder, rows))
    writer = _write(folder, rows, part=2)
    writer.remove_part(2)
    writer.add(3, 1, 30, rows[0])
    writer.remove([10, 12])
    _close(writer)
    assert Texts(folder).snapshot().numbers(Query(), [], {}).tolist() == [11, 13, 30]


def test_another_that_writes_is_waited_for_and_then_named(folder: Path, rows: list[Document]):
    writer = _write(folder, rows)
    with pytest.raises(OutputError, match="another process writes to the index"):
        TextWriter(folder, 0.2)
    _close(writer)
    TextWriter(folder, 0.2).close()


def test_a_folder_that_cannot_be_locked_is_read_all_the_same(folder: Path, rows: list[Document]):
    _close(_write(folder, rows))
    for lock in folder.glob(".tantivy*.lock"):
        lock.unlink()
        lock.mkdir()  # opened for writing by nobody, not even by root
    found_in = Texts(folder)
    assert found_in.snapshot().count(Query(), [("liver",)], {}) == 1
    found_in.close()


def test_such_a_folder_is_followed_when_another_writes(folder: Path, rows: list[Document]):
    _close(_write(folder, rows))
    locks = {lock.name for lock in folder.glob(".tantivy*.lock")}
    for name in locks:
        (folder / name).unlink()
        (folder / name).mkdir()
    found_in = Texts(folder)
    before = found_in.snapshot()
    for name in locks:
        (folder / name).rmdir()
    writer = _write(folder, rows, part=2)
    writer.remove_part(1)
    _close(writer)
    for name in locks:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()
    found_in.reload()
    assert found_in.snapshot().numbers(Query(), [], {}).tolist() == [20, 21, 22, 23]
    assert before.numbers(Query(), [], {}).tolist() == [10, 11, 12, 13]
    found_in.close()


def test_what_is_asked_at_once_is_answered_of_one_state(folder: Path, rows: list[Document]):
    """As by another thread that reloads between two questions of one search."""
    _close(_write(folder, rows))
    found_in = Texts(folder)
    one = found_in.snapshot()
    writer = _write(folder, rows[:1], part=2)
    writer.remove_part(1)
    _close(writer)
    found_in.reload()
    assert one.candidates(Query(), [("liver",)], {}, 5, 0) == [10]
    assert one.scores(("liver",), False, [10]).keys() == {10}
    assert one.numbers(Query(), [], {}).tolist() == [10, 11, 12, 13]
    assert found_in.snapshot().numbers(Query(), [], {}).tolist() == [20]


def test_a_torn_file_is_said_in_one_line(folder: Path):
    (folder / "meta.json").write_text("{")
    with (
        pytest.raises(OutputError, match=r"delete .* and run `figmill index` again"),
        fields.told_in_one_line(folder),
    ):
        Texts(folder)


def test_a_term_of_many_names_counts_by_the_best(folder: Path, rows: list[Document]):
    _close(_write(folder, rows))
    found_in = Texts(folder).snapshot()
    one = found_in.scores(("liver",), False, [10])
    assert found_in.scores(("liver", "cristae"), False, [10])[10] <= 2 * one[10]
    assert found_in.scores(("nosuchword",), False, [10]) == {}


HOSTILE = {
    "caption": "\x1b[31m<script>alert(1)</script>\x00\u202e AND NEAR( whisker " + "long" * 2_500_000,
    "title": "../../../etc/passwd",
    "journal": "j" * 100_000,
    "license": "'; DROP TABLE papers; --",
    "figure_text": "w" * 70_000,
    "figure_label": "\x00",
}


def test_hostile_rows_are_indexed_found_and_counted(tmp_path: Path):
    out = tmp_path / "hostile"
    part(out, FIRST, [row(1, **HOSTILE), row(2, caption="Whiskers.")])
    with SearchIndex(indexed(out)) as index:
        query = Query(text="whisker")
        hits = index.search(query, 5)
        assert {int(hit.subfigure_id[:16], 16) for hit in hits} == {1, 2}
        assert all(sum(len(text) for text, _ in one) < 2_000 for one in index.contexts(query, hits).values())
        assert index.count(Query(license=HOSTILE["license"])) == 1
        assert index.count(Query(journal=HOSTILE["journal"])) == 1
        assert sorted(count for _, count in index.facet(Query(), "journal")) == [1, 1]


@pytest.mark.parametrize("text", ["\udcff", "whisker\udcff", "\x00"])
def test_what_is_no_text_is_asked_without_harm(text: str, tmp_path: Path):
    with SearchIndex(indexed(dataset(tmp_path))) as index:
        assert index.count(Query(text=f"liver {text}")) == 1
        for asked in (Query(paper=text), Query(license=text), Query(modality=text), Query(among=(text,))):
            assert index.search(asked, 5) == []
