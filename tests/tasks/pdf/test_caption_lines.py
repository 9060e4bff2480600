"""Which lines of a page a caption takes up."""

from __future__ import annotations

import pymupdf
import pytest

from tasks.pdf.captions import CaptionBlock
from tests.tasks.drawn import RIGHT, Drawing
from tests.tasks.pdf.test_captions import captions_of


def set_lines(paper: Drawing, *lines: tuple[float, float, str, str, float]) -> Drawing:
    """Lines by x, y of the baseline, text, font and size."""
    for x, y, text, font, size in lines:
        paper.page.insert_text((x, y), text, fontname=font, fontsize=size)
    return paper


def the_caption(paper: Drawing) -> CaptionBlock:
    (caption,) = captions_of(paper)
    return caption


def under_picture() -> Drawing:
    return Drawing().add_page().image((60, 70, 280, 220)).body((50, 330, 290, 780)).body(RIGHT)


def test_words_in_plain_type_follow_a_title_in_bold() -> None:
    paper = set_lines(
        under_picture(),
        (50, 240, "Figure 3. Effect of the drug on growth", "hebo", 8),
        (50, 252, "A, first stage; B, second stage.", "tiro", 7.5),
    )
    assert the_caption(paper).text == "Effect of the drug on growth A, first stage; B, second stage."


@pytest.mark.parametrize(("gap", "taken"), [(11, True), (26, False)])
def test_lines_follow_as_far_as_they_stand_close(gap: float, taken: bool) -> None:
    paper = set_lines(
        under_picture(),
        (50, 240, "Figure 3. Effect of the drug on growth,", "helv", 8),
        (50, 240 + gap, "as it was seen in the second stage.", "helv", 8),
    )
    assert ("second stage" in the_caption(paper).text) == taken


def test_pieces_of_a_formula_do_not_end_a_caption() -> None:
    paper = set_lines(
        under_picture(),
        (50, 240, "Figure 3. Values of the rate over ten days", "helv", 8),
        (50, 253, "in the dishes, with the ratio of", "helv", 8),
        (176, 249, "a+b", "tiit", 6),
        (178, 258, "2c", "tiit", 6),
        (50, 268, "as the mean. Bars show three runs.", "helv", 8),
    )
    assert the_caption(paper).text.endswith("Bars show three runs.")


def test_a_second_column_of_a_caption_belongs_to_it() -> None:
    paper = (
        Drawing().add_page().image((60, 70, 535, 300)).body((50, 360, 290, 780)).body((305, 360, 545, 780))
    )
    for x, words in (
        (50, ("Figure 1. Growth of the cells in the first dish over", "ten days of culture in the dark and")),
        (
            240,
            ("after ten days in the light of a lamp, which stood", "over the shelves. Bars show three runs."),
        ),
    ):
        for row, line in enumerate(words):
            set_lines(paper, (x, 318 + 10 * row, line, "helv", 8))
    assert the_caption(paper).text.endswith("Bars show three runs.")


def test_an_address_under_a_caption_is_no_word_of_it() -> None:
    paper = set_lines(
        under_picture(),
        (50, 240, "Figure 3. Effect of the drug on growth.", "helv", 8),
        (50, 251, "https://doi.org/10.1371/journal.pone.0012345.g003", "helv", 8),
    )
    caption = the_caption(paper)
    assert caption.text == "Effect of the drug on growth."
    assert len(caption.lines) == 2


@pytest.mark.parametrize("end", ["and the third", "of the third dish."])
def test_only_a_sentence_that_is_cut_off_goes_on_on_the_next_page(end: str) -> None:
    paper = Drawing().add_page().image((50, 60, 545, 740))
    first = (
        "Fig. 4 Growth of the colonies in the dishes that were kept in the dark for ten days in all and the"
    )
    second = f"spread of the values in the dishes that were kept in the light of the lamps {end}"
    set_lines(paper, (50, 756, first, "helv", 8), (50, 766, second.ljust(90), "helv", 8))
    paper.document.new_page()
    set_lines(paper, (50, 70, "run of the assay, in which no growth was seen.", "helv", 8))
    paper.body((50, 100, 290, 780)).body((305, 100, 545, 780))
    caption = captions_of(paper)[0]
    assert caption.text.endswith("no growth was seen.") == (not end.endswith("."))
    assert bool(caption.next_lines) == (not end.endswith("."))


def test_words_of_the_bodys_type_under_a_picture_count_where_the_label_above_begins() -> None:
    paper = (
        Drawing().add_page().body((50, 60, 545, 150)).body((50, 480, 545, 780)).image((110, 200, 490, 420))
    )
    set_lines(
        paper,
        (110, 192, "Figure 1", "tibo", 9),
        (110, 440, "Growth of the colonies in three dishes.", "tiro", 9),
    )
    assert the_caption(paper).text == "Growth of the colonies in three dishes."


def test_the_reading_of_a_page_without_lines_ends() -> None:
    paper = Drawing()
    paper.document.new_page()
    assert isinstance(paper.document, pymupdf.Document)
    assert captions_of(paper) == []
