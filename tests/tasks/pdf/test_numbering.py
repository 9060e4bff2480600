"""Line numbers of manuscripts told from the ticks of charts and the numbers of lists."""

import time

import pymupdf
import pytest

from tasks.pdf.captions import find_captions
from tasks.pdf.lines import Line
from tasks.pdf.numbering import find_line_numbers
from tasks.pdf.pages import read_page
from tasks.pdf.styles import body_style
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


WORDS = (
    "Survival of the mice that were kept",
    "for ten days in the dark, and of those",
    "that had light in two rooms.",
)


def manuscript(lines: list[tuple[str, str]], gap: float, *, number: float = 11) -> Drawing:
    """A number before each line, in one text object with it where `gap` is 0, else so many points from it."""
    paper = Drawing()
    for place, (value, words) in enumerate(lines):
        if not place % 24:
            paper.document.new_page(width=595, height=842)
        y = 80 + place % 24 * 24
        font = "tibo" if words.startswith("Figure 2") else "tiro"
        if not gap:
            paper.page.insert_text((60, y), f"{value}  {words}".strip(), fontsize=11, fontname=font)
            continue
        left = 80 - pymupdf.get_text_length(value, fontsize=number)
        paper.page.insert_text((left, y), value, fontsize=number)
        paper.page.insert_text((80 + gap, y), words, fontsize=11, fontname=font)
    return paper


def counted(rows: int, *, start: int = 1, restart: int = 10_000, step: int = 1) -> list[tuple[str, str]]:
    values = [start + row % restart for row in range(rows)]
    special = {12: "Figure 2. Growth of the colonies over", 20: "12 mice had light in one room."}
    return [
        ("" if value % step else str(value), special.get(row, WORDS[row % 3]))
        for row, value in enumerate(values)
    ]


def read(paper: Drawing) -> tuple[list[str], list[Line]]:
    """The line numbers of a paper and its other lines."""
    pages = find_line_numbers([read_page(page) for page in paper.document])
    numbers = [page.lines[i].text for page in pages for i in sorted(page.numbers)]
    return numbers, [line for page in pages for i, line in enumerate(page.lines) if i not in page.numbers]


@pytest.mark.parametrize("gap", [0, 3, 6, 12])
@pytest.mark.parametrize(
    "lines",
    [counted(60), counted(60, start=970), counted(72, restart=24), counted(72, step=5)],
    ids=["whole", "four digits", "anew on each page", "each fifth"],
)
def test_numbers_that_lines_begin_with_are_put_apart(lines: list[tuple[str, str]], gap: float) -> None:
    numbers, words = read(manuscript(lines, gap))
    assert numbers == [value for value, _ in lines if value]
    assert [line.text for line in words] == [said for _, said in lines]
    assert words[12].bold
    assert words[12].bbox[0] == pytest.approx(words[13].bbox[0], abs=6 if not gap else 0.5)


def test_numbers_that_stand_partly_apart_are_all_found() -> None:
    lines = counted(48)
    paper = manuscript(lines, 9)  # so near that the larger type of a heading takes its number in
    paper.document[0].insert_text((89, 800), "Results of all the experiments", fontsize=16)
    paper.document[0].insert_text((73, 800), "49", fontsize=7)
    numbers, words = read(paper)
    assert len(numbers) == 49
    assert [line.text for line in words if line.size == 16] == ["Results of all the experiments"]


def test_numbers_of_lists_stay_with_their_words() -> None:
    entries = [(str(1 + i), f"Smith J et al. Growth of cells in dish {i}.") for i in range(20)]
    prose = [("", WORDS[i % 2]) for i in range(60)]
    small = [(value, f"cells of the mice that grew in dish {value}.") for value, _ in entries]
    assert read(manuscript(prose + small, 0))[0] == []  # they count few of the paper's lines
    for lines in (entries, prose + entries):
        numbers, words = read(manuscript(lines, 0))
        assert numbers == []
        assert words[-1].text == "20 Smith J et al. Growth of cells in dish 19."


def beside(lines: list[tuple[str, str]], gap: float, *, left: bool) -> Drawing:
    """Line numbers that stand so near to their words that no blank parts them, or at the right edge of the text."""
    paper = Drawing()
    edge = 80 + max(pymupdf.get_text_length(words, "tiro", 11) for _, words in lines)
    for place, (value, words) in enumerate(lines):
        if not place % 24:
            paper.document.new_page(width=595, height=842)
        y = 80 + place % 24 * 24
        paper.page.insert_text((80, y), value + words if left else words, fontsize=11, fontname="tiro")
        if not left:
            paper.page.insert_text((edge + gap, y), value, fontsize=11, fontname="tiro")
    return paper


@pytest.mark.parametrize(
    "lines", [counted(60), counted(60, start=970), counted(72, step=5)], ids=["whole", "four digits", "fifth"]
)
@pytest.mark.parametrize(("gap", "left"), [(0, True), (0.5, False), (6, False)])
def test_numbers_glued_to_words_at_either_side_are_put_apart(
    lines: list[tuple[str, str]], gap: float, left: bool
) -> None:
    numbers, words = read(beside(lines, gap, left=left))
    assert sorted(map(int, numbers)) == [int(value) for value, _ in lines if value]
    assert [line.text for line in words] == [said for _, said in lines]


def test_the_steps_of_a_protocol_keep_their_numbers() -> None:
    ends = [
        "in cold buffer",
        "on ice for ten minutes",
        "and wait",
        "in ethanol of the best kind that is sold",
    ]
    verbs = ["wash", "keep", "stain"]
    ended = [
        (str(i + 1), f"{verbs[i % 3]} the cells of dish {i} in cold buffer for ten minutes.")
        for i in range(50)
    ]
    ragged = [(str(i + 1), f"{verbs[i % 3]} the dish {i} {ends[i % 4]}") for i in range(50)]
    amounts = [("", f"{i + 1}ml of the buffer were put into the dish of the mice") for i in range(40)]
    for lines in (ended, ragged, amounts):
        numbers, words = read(manuscript(lines, 0))
        assert numbers == []
        assert [line.text for line in words] == [f"{value} {said}".strip() for value, said in lines]


@pytest.mark.parametrize("gap", [0, 4])
def test_a_caption_is_found_behind_its_lines_numbers(gap: float) -> None:
    said = ["Figure 3. Growth of the colonies", "over ten days in three dishes,", "with bars for the spread."]
    lines = counted(48)
    lines[30:33] = [(number, words) for (number, _), words in zip(lines[30:33], said, strict=True)]
    pages = find_line_numbers([read_page(page) for page in manuscript(lines, gap).document])
    captions = {caption.label: caption.text for caption in find_captions(pages, body_style(pages))}
    assert captions["Figure 3"].startswith(" ".join(said).removeprefix("Figure 3. "))


def test_numbers_without_end_on_one_height_take_no_time() -> None:
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    paper.page.insert_text((50, 400), "x", fontname="helv")
    (xref,) = paper.page.get_contents()
    one = "BT /helv 8 Tf 50 400 Td ({0} the cells of mice that were kept {0}) Tj ET\n"
    paper.document.update_stream(xref, "".join(one.format(value) for value in range(1, 4_001)).encode())
    pages = [read_page(paper.page)]
    start = time.process_time()
    assert [page.numbers for page in find_line_numbers(pages)] == [frozenset()]
    assert time.process_time() - start < 1  # each held against each, they took four seconds
