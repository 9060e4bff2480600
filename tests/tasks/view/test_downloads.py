"""What a filter shows is taken away as a table or as pictures: bounded, streamed, with no formula and no path."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tasks.index.search import SearchIndex
from tasks.view import downloads
from tasks.view.app import create_app
from tasks.view.downloads import Wanted, as_archive
from tests.tasks.index.small import FIRST, SECOND, dataset, part, row
from tests.tasks.index.test_search import indexed
from tests.tasks.small_datasets import png

HOSTILE = '=HYPERLINK("http://evil","x")'


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(
        create_app(indexed(dataset(tmp_path / "dataset"))), base_url="http://localhost"
    ) as client:
        yield client


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_table_of_what_is_shown_and_nothing_else(client: TestClient):
    answer = client.get("/download?modality=microscopy&form=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="figmill-3.csv"'
    rows = _table(answer.text)
    assert [one["modality"] for one in rows] == ["DMTR", "DMFL", "DMTR"]
    assert rows[0]["subcaption"] == "Loss of cristae. Liver."
    assert "/papers/" not in answer.text  # where papers lie is nobody's business


def test_pictures_with_their_table_and_those_that_cannot_be_shown_are_counted(client: TestClient):
    answer = client.get("/download?form=zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        rows = _table(archive.read("table.csv").decode())
        files = [one["file"] for one in rows]
        assert [name for name in archive.namelist() if name.startswith("pictures/")] == files[:5]
        assert files[5] == ""  # a torn one
        assert archive.read(files[2]) == png(2)
        told = archive.read("README.txt").decode()
    assert "6 subfigures of dataset" in told
    assert "1 row without the picture" in told


def test_only_what_anybody_may_pass_on(client: TestClient):
    rows = _table(client.get("/download?form=csv&redistributable=1").text)
    assert len(rows) == 5
    assert {one["license"] for one in rows} == {"CC BY 4.0", "CC0"}


def test_more_than_may_be_taken_at_a_time_is_refused_in_words(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(downloads.MOST, "zip", 3)
    answer = client.get("/download?form=zip")
    assert answer.status_code == 413
    assert "These are 6; 3 can be taken at a time: set a filter." in answer.text
    assert "<title>Too many to download" in answer.text
    assert client.get("/download?form=zip&modality=microscopy").status_code == 200


def test_pictures_beyond_the_bytes_of_a_download_are_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = indexed(dataset(tmp_path / "dataset"))
    monkeypatch.setattr(downloads, "_MOST_BYTES", len(png(0)) + 10)
    with SearchIndex(out) as index:
        names = tuple(f"{number:016x}/0/0" for number in range(4))
        data = b"".join(as_archive(out, index, Wanted(names)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 1
        assert "3 rows without the picture" in archive.read("README.txt").decode()


def test_an_archive_is_sent_while_it_is_made(tmp_path: Path):
    out = indexed(dataset(tmp_path / "dataset"))
    with SearchIndex(out) as index:
        chunks = as_archive(out, index, Wanted(tuple(f"{number:016x}/0/0" for number in range(4))))
        assert png(0) in next(chunks)
        chunks.close()


def test_hostile_rows_become_neither_formulas_nor_paths_nor_lines(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    part(
        out,
        FIRST,
        [row(7, "DMTR", caption="=1+1\n@x" + "y" * 10_000_000, title=HOSTILE, journal="\t=2", doi="+1")],
    )
    part(
        out,
        SECOND,
        [row(8, "DMFL", caption="<script>\x00\x1b[31m\u202e", subfigure_id="../../../etc/passwd")],
    )
    with TestClient(create_app(indexed(out)), base_url="http://localhost") as client:
        answer = client.get("/download?form=zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert all(".." not in name and not name.startswith("/") for name in archive.namelist())
        table = archive.read("table.csv").decode()
    rows = _table(table)
    assert len(rows) == 2
    assert not [
        cell for one in rows for cell in one.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    ]
    assert rows[0]["title"] == f"'{HOSTILE}"
    assert all(len(cell) < 32_767 for one in rows for cell in one.values())
    assert "\x1b" not in table
    assert "\u202e" not in table
