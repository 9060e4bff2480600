"""Pictures that an export left out come back from the user's own papers, the very same bytes or not at all."""

import hashlib
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks.errors import InputError, OutputError
from tasks.export.card import restored_card
from tasks.export.choice import Choice
from tasks.export.exporting import open_export
from tasks.export.restoring import open_repository
from tasks.extraction.image_files import read_graphics
from tasks.records import Graphic, Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits
from tests.pmc_bucket import encode, jats
from tests.tasks.export.papers import draw, labelled, rows_of, rows_read
from tests.tasks.index.small import FIRST, SECOND


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An export without the pictures of one of two papers, which lie in `papers`."""
    (tmp_path / "papers").mkdir()
    out = tmp_path / "dataset"
    for number, (name, license_) in enumerate(((FIRST, "CC BY 4.0"), (SECOND, None))):
        pdf = tmp_path / "papers" / f"{number}.pdf"
        draw(pdf, seed=10 * number)
        labelled(out, name, rows_of(pdf, license=license_))
    choice = Choice(redistributable=True, null_unlicensed=True)
    open_export(out).choosing(choice).to_huggingface(tmp_path / "repository", lambda _: None)
    return tmp_path / "repository"


def _images(folder: Path, name: str = "data") -> list[bytes | None]:
    rows = pq.read_table(folder / name, columns=["image"])["image"].to_pylist()
    return [None if one is None else one["bytes"] for one in rows]


def test_who_has_the_paper_gets_the_very_same_picture(repository: Path, tmp_path: Path):
    assert [one is None for one in _images(repository)] == [False, False, True, True]
    found = open_repository(repository)
    done = found.restore((str(tmp_path / "papers"),), None, tmp_path / "restored")
    assert (done.pictures, done.missing, done.papers_missing, done.papers_failed) == (2, 0, 0, 0)
    assert _images(tmp_path / "restored") == _images(tmp_path / "dataset", "subfigures")
    card = (tmp_path / "restored" / "README.md").read_text()
    assert "have no picture" not in card
    assert "this copy is not to be handed on" in card
    assert sorted(path.name for path in (tmp_path / "restored").iterdir()) == sorted(
        path.name for path in repository.iterdir()
    )
    with pytest.raises(OutputError, match="has all its pictures"):
        open_repository(tmp_path / "restored")


def test_an_article_without_a_pdf_comes_back_from_its_jats_and_images(tmp_path: Path):
    papers = tmp_path / "papers"
    papers.mkdir()
    xml = jats(1, {"g1": "Cells."})
    (papers / "article.nxml").write_bytes(xml)
    (papers / "g1.png").write_bytes(encode(1, "PNG"))
    files = PaperFiles(
        Paper(hashlib.sha256(xml).hexdigest(), "https://x/article.nxml"),
        SourceFile(str(papers / "article.nxml")),
        graphics=(Graphic("g1.png", SourceFile("https://x/g1.png", str(papers / "g1.png"))),),
    )
    labelled(tmp_path / "dataset", FIRST, rows_read(read_graphics(files, ExtractionLimits()), license=None))
    choice = Choice(redistributable=True, null_unlicensed=True)
    open_export(tmp_path / "dataset").choosing(choice).to_huggingface(tmp_path / "repository", lambda _: None)
    found = open_repository(tmp_path / "repository")
    done = found.restore((str(papers),), None, tmp_path / "restored")
    assert (done.pictures, done.missing, done.papers_missing, done.papers_failed) == (1, 0, 0, 0)
    assert _images(tmp_path / "restored") == _images(tmp_path / "dataset", "subfigures")


def test_another_paper_of_the_same_name_gives_nothing(repository: Path, tmp_path: Path):
    draw(tmp_path / "papers" / "1.pdf", seed=77)
    done = open_repository(repository).restore((str(tmp_path / "papers"),), None, tmp_path / "restored")
    assert (done.pictures, done.missing, done.papers_missing) == (0, 2, 1)


def test_the_card_says_what_is_missing_still(repository: Path, tmp_path: Path):
    card = repository / "README.md"
    assert "2 rows have no picture" in card.read_text()
    draw(tmp_path / "papers" / "1.pdf", seed=77)
    card.write_bytes(card.read_bytes() + b"Mine: \xe9.\n")
    done = open_repository(repository).restore((str(tmp_path / "papers"),), None, tmp_path / "restored")
    assert (tmp_path / "restored" / "README.md").read_bytes() == card.read_bytes()
    text = restored_card(card.read_text(errors="replace"), 1, done.missing - 1)
    assert "this copy is not to be handed on. 1 rows have no picture" in text
    assert restored_card(text, 1, 0).count("not to be handed on") == 1


def test_a_picture_of_other_bytes_is_not_filled_in(repository: Path, tmp_path: Path):
    (file,) = (one for one in (repository / "data").iterdir() if one.name == SECOND)
    rows = pq.read_table(file)
    place = rows.schema.get_field_index("image_sha256")
    rows = rows.set_column(place, rows.schema.field(place), [["../../etc/passwd", "0" * 64]])
    pq.write_table(rows, file)
    done = open_repository(repository).restore((str(tmp_path / "papers"),), None, tmp_path / "restored")
    assert (done.pictures, done.missing, done.papers_missing) == (0, 2, 0)


def test_what_is_no_export_is_said(tmp_path: Path, repository: Path):
    with pytest.raises(OutputError, match="is no export for the Hugging Face Hub"):
        open_repository(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no PDF file"):
        open_repository(repository).restore((str(tmp_path / "empty"),), None, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_a_damaged_file_is_one_line(repository: Path):
    (repository / "data" / FIRST).write_bytes(b"torn")
    with pytest.raises(OutputError, match="cannot be read"):
        open_repository(repository)
    shutil.rmtree(repository)
