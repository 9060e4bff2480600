"""Line numbers of manuscripts told from the ticks of charts and the numbers of lists."""

import pytest

from tasks.pdf.numbering import find_line_numbers
from tasks.pdf.pages import read_page
from tests.tasks.drawn import Drawing


def numbers_of(paper: Drawing) -> list[list[str]]:
    pages = find_line_numbers([read_page(page) for page in paper.document])
    return [[page.lines[i].text for i in sorted(page.numbers)] for page in pages]


def numbered(x: float, step: int, pages: int = 2) -> Drawing:
    paper = Drawing()
    for page in range(pages):
        paper.document.new_page(width=595, height=842)
        for row in range(20):
            paper.page.insert_text((100, 80 + row * 24), "The cells were counted by two of us", fontsize=11)
            if not row % step:
                paper.page.insert_text((x, 80 + row * 24), str(page * 20 + row + 1), fontsize=11)
    return paper


@pytest.mark.parametrize(("x", "step"), [(60, 1), (60, 5), (520, 1)])
def test_columns_of_numbers_beside_the_text_are_line_numbers(x: float, step: int) -> None:
    assert [len(found) for found in numbers_of(numbered(x, step))] == [20 // step, 20 // step]


def test_a_page_with_three_of_them_is_numbered_by_the_others() -> None:
    paper = numbered(60, 1)
    paper.document.new_page(width=595, height=842)
    for row in range(3):
        paper.page.insert_text((60, 700 + row * 24), str(41 + row), fontsize=11)
    assert numbers_of(paper)[2] == ["41", "42", "43"]


def test_a_few_numbers_and_those_that_count_down_are_none() -> None:
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    for row in range(12):
        paper.page.insert_text((100, 80 + row * 24), "The cells were counted by two of us", fontsize=11)
        paper.page.insert_text((60, 80 + row * 24), str(120 - 10 * row), fontsize=7)
    assert numbers_of(paper) == [[]]
