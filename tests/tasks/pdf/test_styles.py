"""The type of a paper's body, by which captions and headings are told from running text."""

from __future__ import annotations

import pymupdf
import pytest

from tasks.pdf.pages import read_page
from tasks.pdf.styles import Style, body_style, family
from tests.tasks.drawn import LEFT, RIGHT, Drawing


def style_of(paper: Drawing) -> Style:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    return body_style([read_page(page) for page in document])


def test_the_body_is_what_most_letters_are_set_in() -> None:
    paper = Drawing().add_page().text((50, 30, 545, 58), "A Title in Large Type", 16, "hebo")
    style = style_of(
        paper.caption((50, 60, 290, 84), "Figure 1.", "Few words.").body((50, 100, 290, 780)).body(RIGHT)
    )
    assert (style.font, style.size) == ("Times-Roman", 9)
    assert 225 <= style.column <= 245


def test_sideways_text_has_no_say() -> None:
    paper = Drawing().add_page().body((50, 60, 290, 300))
    for y in range(320, 780, 12):
        paper.page.insert_text((50, y), "words of another kind " * 2, fontsize=8, fontname="hebo")
    for x in range(310, 540, 10):
        paper.page.insert_text(
            (x, 780), "sideways words of a table " * 3, fontsize=7, fontname="helv", rotate=90
        )
    assert style_of(paper).font != "Helvetica"


def test_a_paper_without_text_has_the_usual_style() -> None:
    paper = Drawing()
    paper.document.new_page()
    assert style_of(paper.image((100, 100, 400, 400))) == Style("", 10.0, 240.0)


@pytest.mark.parametrize(("size", "set_so"), [(9.0, True), (9.2, True), (8.5, False)])
def test_lines_of_the_bodys_size_are_set_as_it(size: float, set_so: bool) -> None:
    paper = Drawing().add_page().body(LEFT)
    style = style_of(paper)
    paper.page.insert_text((310, 100), "A line beside the column", fontsize=size, fontname="tiro")
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    (line,) = [line for line in read_page(document[0]).lines if line.text == "A line beside the column"]
    assert style.sets(line) == set_so


@pytest.mark.parametrize("font", ["HelveticaNeueLTStd-Hv", "HelveticaNeueLTStd,Bold", "HelveticaNeueLTStd"])
def test_the_faces_of_a_family_have_its_name_in_common(font: str) -> None:
    assert family(font) == "HelveticaNeueLTStd"


@pytest.mark.parametrize(("lead", "spaced"), [(11.0, False), (18.0, True)])
def test_a_manuscript_is_told_by_the_distance_of_its_lines(lead: float, spaced: bool) -> None:
    paper = Drawing().add_page()
    for i in range(20):
        paper.page.insert_text((50, 100 + i * lead), f"line {i} of the text of a paper", fontsize=9)
    style = style_of(paper)
    assert style.lead == pytest.approx(lead, abs=0.2)
    assert style.spaced == spaced
