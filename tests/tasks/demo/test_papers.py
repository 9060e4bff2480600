"""The demo's papers are real PDFs with the parts that Figmill is for, and the same bytes each time."""

from pathlib import Path

import numpy as np
import pymupdf
import pytest

from tasks.demo import images
from tasks.demo.papers import make_papers


@pytest.fixture(scope="module")
def papers(demo_papers: list[Path]) -> list[Path]:
    return demo_papers


def _page(paper: Path, number: int) -> pymupdf.Page:
    return pymupdf.open(paper)[number - 1]


def test_a_second_run_writes_the_same_bytes_so_that_it_finds_nothing_new(papers: list[Path], tmp_path: Path):
    again = make_papers(tmp_path / "not" / "yet" / "there")
    assert [path.name for path in again] == [path.name for path in papers]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in papers]
    assert not list(again[0].parent.glob("*.part"))


def test_there_are_two_papers_of_two_pages_with_title_author_and_doi(papers: list[Path]):
    for paper in papers:
        with pymupdf.open(paper) as document:
            assert document.page_count == 2
            assert document.metadata["title"]
            assert document.metadata["author"]
            assert "doi: 10.5555/figmill.demo." in document[0].get_text()
            assert "Abstract" in document[0].get_text()
        assert paper.stat().st_size < 1_000_000


def test_body_text_stands_in_two_columns_that_do_not_touch(papers: list[Path]):
    words = _page(papers[0], 1).get_text("words", clip=(0, 230, 595, 780))
    left = max(word[2] for word in words if word[0] < 290)
    right = min(word[0] for word in words if word[0] >= 290)
    assert right - left > 15


@pytest.mark.parametrize(
    ("paper", "page", "label"),
    [(0, 2, "Figure 1."), (0, 2, "Figure 2."), (1, 1, "Figure 1."), (1, 2, "Figure 2.")],
)
def test_each_caption_begins_its_own_block(papers: list[Path], paper: int, page: int, label: str):
    blocks = [block[4] for block in _page(papers[paper], page).get_text("blocks")]
    assert sum(block.startswith(label) for block in blocks) == 1


def test_the_compound_figure_is_one_raster_with_four_letters_in_the_white_above_its_panels(
    papers: list[Path],
):
    page = _page(papers[0], 2)
    (image,) = page.get_image_info()
    x0, y0, x1, y1 = image["bbox"]
    letters = {word[4]: word for word in page.get_text("words", clip=image["bbox"])}
    assert list(letters) == ["a", "b", "c", "d"]
    assert letters["a"][0] < x0 + 12
    assert letters["a"][1] > y0 - 6
    assert letters["b"][0] == letters["d"][0] > (x0 + x1) / 2
    assert letters["c"][1] == letters["d"][1] > (y0 + y1) / 2 - 15


@pytest.mark.parametrize(("paper", "title"), [(0, "Branch length"), (1, "Cristae per µm")])
def test_the_charts_are_vector_drawings_with_axes_and_titles(papers: list[Path], paper: int, title: str):
    page = _page(papers[paper], 2)
    assert len(page.get_drawings()) >= 6
    assert title in page.get_text()


def test_rasters_are_embedded_at_print_resolution(papers: list[Path]):
    for paper, page in ((0, 2), (1, 1), (1, 2)):
        (image,) = _page(papers[paper], page).get_image_info()
        inches = (image["bbox"][2] - image["bbox"][0]) / 72
        assert 150 < image["width"] / inches < 300


def test_pictures_differ_by_seed_and_only_by_seed():
    first, second = images.electron_micrograph(1), images.electron_micrograph(2)
    assert first.shape == (420, 560, 3)
    assert first.dtype == np.uint8
    assert not np.array_equal(first, second)
    assert np.array_equal(first, images.electron_micrograph(1))


def test_tile_keeps_every_pixel_of_the_panels_and_white_between_them():
    panels = [np.full((4, 6, 3), value, dtype=np.uint8) for value in (10, 20, 30)]
    sheet = images.tile(panels, columns=2, gutter=2)
    assert sheet.shape == (12, 14, 3)
    assert [(sheet == value).all(axis=2).sum() for value in (10, 20, 30)] == [24, 24, 24]
    assert (sheet[:2] == 255).all()
    assert (sheet[:, 6:8] == 255).all()
