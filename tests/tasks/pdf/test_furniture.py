"""What repeats from page to page, and is no part of a figure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pymupdf
import pytest

from tasks.pdf.furniture import find_furniture, find_watermark, in_margin, numberless, running_texts
from tasks.pdf.pages import PageContent, read_page
from tests.tasks.drawn import WIDE, Drawing, Rect, picture

LOGO: Rect = (480, 20, 545, 60)


def pages_of(
    count: int, draw: Callable[[Drawing, int], object] = lambda paper, number: None
) -> list[PageContent]:
    paper = Drawing()
    for number in range(count):
        paper.add_page().body((50, 300, 545, 400))
        draw(paper, number)
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    return [read_page(page) for page in document]


def test_heads_with_their_page_numbers_are_one_text() -> None:
    furniture = find_furniture(pages_of(3))
    assert furniture.texts == {"journal of drawn papers", "# of #"}


def test_heads_of_two_pages_run_but_do_not_repeat() -> None:
    pages = pages_of(2)
    assert find_furniture(pages).texts == frozenset()
    assert running_texts(pages) == {"Journal of Drawn Papers", "1 of 9", "2 of 9"}


def test_a_logo_on_three_pages_is_furniture_and_one_on_two_is_not() -> None:
    data = picture(60, 40, 1)
    for count, paints in ((3, 1), (2, 0)):
        pages = pages_of(count, lambda paper, number: paper.image(LOGO, data))
        assert len(find_furniture(pages).paints) == paints


def test_the_body_is_not_in_the_margin() -> None:
    (page,) = pages_of(1)
    assert in_margin((50, 30, 400, 44), page)
    assert in_margin((2, 300, 30, 500), page)
    assert not in_margin(WIDE, page)


@pytest.mark.parametrize("text", ["Page 12 of 30", "page iv of 30"])
def test_numbers_and_roman_ones_are_left_out(text: str) -> None:
    assert numberless(text) == "page # of #"


def stamp(paper: Drawing, text: str) -> None:
    at = pymupdf.Point(120, 700)
    paper.page.insert_text(at, text, fontsize=60, color=(0.7, 0.7, 0.7), morph=(at, pymupdf.Matrix(50)))


def test_oblique_words_on_every_page_are_a_watermark_whose_ink_is_taken_away() -> None:
    pages = pages_of(3, lambda paper, number: stamp(paper, "PREPRINT"))
    watermark = find_watermark(pages)
    assert watermark is not None
    assert watermark.texts == {"PREPRINT"}
    ink = pages[0].ink < 200
    marked = ink.copy()
    watermark.erase(pages[0], ink, [])
    assert ink.sum() < marked.sum()
    kept = marked.copy()
    watermark.erase(pages[0], kept, [pages[0].bounds])
    assert np.array_equal(kept, marked), "under a picture it stays"


def test_oblique_words_that_change_from_page_to_page_are_none() -> None:
    assert find_watermark(pages_of(3, lambda paper, number: stamp(paper, "ABC"[number] * 4))) is None
