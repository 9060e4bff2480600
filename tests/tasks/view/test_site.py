"""The view as files: every link leads to a file, and nothing of this machine is told."""

import html
import re
from pathlib import Path

import pytest

from tasks.errors import FigmillError, OutputError
from tasks.view.site import write_site
from tests.tasks.index.small import FIRST, part, row
from tests.tasks.index.test_search import indexed
from tests.tasks.view.papers import with_pdf
from tests.tasks.view.test_app import HOSTILE


def test_every_link_of_every_page_leads_to_a_file(tmp_path: Path):
    out, paper_id = with_pdf(tmp_path)
    files = write_site(indexed(out), tmp_path / "site")
    site = tmp_path / "site"
    assert files == sum(file.is_file() for file in site.rglob("*"))
    pages = list(site.rglob("*.html"))
    assert len(pages) > 74 * 2
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<form" not in text
        assert str(tmp_path) not in text
        for link in re.findall(r'(?:href|src)="([^"]*)"', text):
            target = html.unescape(link).partition("#")[0]
            is_torn = target.endswith(f"{5:016x}-0-0.png")  # its bytes are no picture, and the page says so
            if target and not target.startswith("https://") and not is_torn:
                assert (page.parent / target).resolve().is_file(), f"{page.name}: {link}"
    assert "74 subfigures" in (site / "index.html").read_text(encoding="utf-8")
    assert "3 subfigures" in (site / "list" / "microscopy-1.html").read_text(encoding="utf-8")
    assert (site / "list" / "all-2.html").exists()
    assert (site / "picture" / f"{paper_id[:16]}-0-0.png").read_bytes().startswith(b"\x89PNG")
    assert not (site / "page").exists()


def test_hostile_names_lead_nowhere_else(tmp_path: Path):
    out = tmp_path / "dataset"
    part(
        out,
        FIRST,
        [row(1, HOSTILE, modality_path=["../../../etc", f"../../../etc/{HOSTILE}"]), row(2, title=HOSTILE)],
    )
    write_site(indexed(out), tmp_path / "site")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "site"]
    for page in (tmp_path / "site").rglob("*.html"):
        assert "<script>alert" not in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_made_is_said_and_nothing_is_written(tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    indexed(out)
    (out / "subfigures" / FIRST).write_bytes(b"torn")
    with pytest.raises(FigmillError, match="figmill check"):
        write_site(out, tmp_path / "site")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "paper.pdf"]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").touch()
    with pytest.raises(OutputError, match="holds something already"):
        write_site(indexed(out), tmp_path / "site")
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["mine.txt"]
