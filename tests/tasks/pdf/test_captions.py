"""Captions told from sentences, with their labels normalised and their words whole."""

import pymupdf
import pytest

from tasks.pdf.captions import CaptionBlock, find_captions
from tasks.pdf.documents import read_pages
from tasks.pdf.styles import body_style
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import RIGHT, Drawing


def captions_of(paper: Drawing) -> list[CaptionBlock]:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    pages = read_pages(document, ExtractionLimits(), [])
    return find_captions(pages, body_style(pages))


def test_caption_ends_where_the_body_goes_on() -> None:
    text = "Cells of the treated group. Arrows point at nuclei; scale bars, 20 μm. " * 3
    paper = Drawing().add_page().caption((50, 300, 290, 360), "Figure 1.", text)
    paper.body((50, 361, 290, 780)).body(RIGHT)
    (caption,) = captions_of(paper)
    assert caption.text == text.strip()


def test_captions_in_neighbouring_columns_stay_apart() -> None:
    paper = Drawing().add_page().body((50, 60, 290, 280)).body((305, 60, 545, 280))
    paper.caption((50, 300, 290, 340), "Figure 1.", "Words at the left. " * 4)
    paper.caption((305, 300, 545, 340), "Figure 2.", "Words at the right. " * 4)
    texts = {c.label: c.text for c in captions_of(paper)}
    assert texts == {
        "Figure 1": ("Words at the left. " * 4).strip(),
        "Figure 2": ("Words at the right. " * 4).strip(),
    }


def test_sentences_that_begin_with_a_figure_are_left_alone() -> None:
    paper = Drawing().add_page()
    paper.text((50, 60, 290, 100), "Figure 3 shows survival of the mice, and figure 4 their weight.")
    paper.text((50, 110, 290, 150), "Fig. 5, in contrast, gives the weights of the organs.")
    paper.body((50, 160, 290, 780)).body(RIGHT)
    assert captions_of(paper) == []


def test_a_caption_in_two_columns_goes_on_beside() -> None:
    paper = Drawing().add_page()
    paper.caption((50, 300, 290, 340), "Fig. 1 | Growth.", "Words in the left column that goes on " * 3)
    paper.caption((305, 300, 545, 340), "", "in the right column and ends there. " * 3)
    paper.body((50, 360, 290, 780)).body((305, 360, 545, 780))
    (caption,) = captions_of(paper)
    assert caption.text.startswith("Growth. Words in the left")
    assert caption.text.endswith("ends there.")
    assert caption.bbox[2] > 400


def test_a_label_on_a_line_of_its_own_takes_the_words_below_it() -> None:
    paper = Drawing().add_page().caption((50, 300, 290, 312), "Figure 4", "")
    paper.text((50, 312, 290, 336), "The words stand below the label in other type.", size=8, font="helv")
    paper.body((50, 350, 290, 780)).body(RIGHT)
    (caption,) = captions_of(paper)
    assert (caption.label, caption.text) == ("Figure 4", "The words stand below the label in other type.")


def test_a_plain_label_before_a_title_is_a_caption() -> None:
    paper = Drawing().add_page().text((50, 300, 290, 314), "Fig. 2 Growth of cells in the medium.", size=8)
    paper.body((50, 330, 290, 780)).body(RIGHT)
    (caption,) = captions_of(paper)
    assert caption.label == "Figure 2"


def test_an_address_under_a_caption_is_not_part_of_it() -> None:
    paper = Drawing().add_page().caption((50, 300, 290, 312), "Fig 1.", "Few words.")
    paper.text((50, 312, 290, 326), "https://doi.org/10.1371/journal.drawn.g001", size=8)
    paper.body((50, 340, 290, 780)).body(RIGHT)
    (caption,) = captions_of(paper)
    assert caption.text == "Few words."


def test_centred_lines_are_one_caption() -> None:
    text = "Cells of the treated group. Arrows point at nuclei; scale bars, 20 μm. " * 3 + "Means of three."
    paper = Drawing().add_page().image((150, 70, 445, 290))
    html = (
        f'<p style="font-family:serif;font-size:8pt;margin:0;text-align:center"><b>Figure 1.</b> {text}</p>'
    )
    paper.page.insert_htmlbox((100, 300, 495, 350), html)
    paper.body((50, 370, 290, 780)).body((305, 370, 545, 780))
    (caption,) = captions_of(paper)
    assert caption.text == text


def test_words_in_plain_type_under_a_bold_title_belong_to_the_caption() -> None:
    title, words = "Survival of the mice.", "(a) The first group. (b) The second group, after two days. " * 2
    paper = Drawing().add_page().image((60, 70, 535, 290))
    paper.caption((50, 300, 545, 312), f"Figure 1. {title}", "")
    paper.caption((50, 314, 545, 340), "", words)
    paper.body((50, 370, 290, 780)).body((305, 370, 545, 780))
    (caption,) = captions_of(paper)
    assert caption.text == f"{title} {words}".strip()


def at_size(
    paper: Drawing, place: tuple[float, float], lines: list[str], font: str = "helv", size: float = 8
) -> Drawing:
    """Lines at a place, each on its own below the one before."""
    for i, text in enumerate(lines):
        paper.page.insert_text((place[0], place[1] + i * 1.22 * size), text, fontsize=size, fontname=font)
    return paper


@pytest.mark.parametrize("offset", [-18.0, -9.0, 0.0, 9.0, 20.0])
def test_captions_side_by_side_keep_their_lines_however_high_they_begin(offset: float) -> None:
    paper = Drawing().add_page().body((50, 420, 545, 780))
    left = [
        "Figure 1: Cells kept in the cold for two weeks, which",
        "grew slowly in all of the three groups.",
    ]
    right = [
        "Figure 2: Cells kept in the warm for two weeks,",
        "which grew fast in two of the three",
        "groups, as the arrows show.",
    ]
    at_size(paper, (60, 300), left)
    at_size(paper, (300, 300 + offset), right)
    texts = {c.label: c.text for c in captions_of(paper)}
    assert texts["Figure 1"] == " ".join(left).removeprefix("Figure 1: ")
    assert texts["Figure 2"] == " ".join(right).removeprefix("Figure 2: ")


def test_hidden_words_join_no_captions() -> None:
    paper = Drawing().add_page().body((50, 420, 545, 780))
    at_size(paper, (60, 300), ["Figure 1. Cells of the first group."])
    paper.page.insert_text(
        (60, 310), "Cells of the first group in a hidden line,", fontsize=8, color=(1, 1, 1)
    )
    at_size(paper, (60, 320), ["Figure 2. Cells of the second group."])
    assert {c.label: c.text for c in captions_of(paper)} == {
        "Figure 1": "Cells of the first group.",
        "Figure 2": "Cells of the second group.",
    }


@pytest.mark.parametrize("reference", ["Fig. 4).", "Supplementary Figure 2),", "Figs. 3 and 4;"])
def test_a_bold_reference_at_the_start_of_a_line_is_no_caption(reference: str) -> None:
    paper = Drawing().add_page().body((50, 60, 545, 300))
    words = f"<b>{reference}</b> We then counted the cells again."
    html = f'<p style="font-family:serif;font-size:9pt;margin:0">{words}</p>'
    paper.page.insert_htmlbox((50, 320, 290, 360), html)
    assert captions_of(paper) == []


def test_a_bold_label_that_a_verb_follows_in_the_body_is_no_caption() -> None:
    paper = Drawing().add_page().body((50, 60, 545, 300)).body((50, 400, 545, 780))
    paper.page.insert_text((50, 340), "Figure 3", fontsize=9, fontname="tibo")
    at = 50 + pymupdf.get_text_length("Figure 3 ", fontname="tibo", fontsize=9)
    paper.page.insert_text((at, 340), "shows the counts of all groups and", fontsize=9, fontname="tiro")
    assert captions_of(paper) == []


@pytest.mark.parametrize(
    "words", ["Figure 2 (continued). (C) After a week.", "Fig. 2 cont. (C) After a week."]
)
def test_a_continued_part_keeps_its_own_words(words: str) -> None:
    paper = (
        Drawing().add_page().caption((50, 300, 290, 324), "Figure 2.", "Both. (A) At once. (B) After a day.")
    )
    paper.body((50, 340, 545, 780)).add_page().text((50, 300, 290, 324), words, size=8, font="helv")
    paper.body((50, 340, 545, 780))
    first, second = captions_of(paper)
    assert (first.continued, second.continued) == (False, True)
    assert (second.page, second.label, second.text) == (2, "Figure 2", "(C) After a week.")


def test_a_label_above_a_picture_takes_the_words_below_it() -> None:
    paper = Drawing().add_page()
    paper.page.draw_rect((50, 60, 545, 76), color=None, fill=(0.85, 0.85, 0.9))
    paper.page.insert_text((56, 72), "Figure 5", fontsize=9, fontname="hebo")
    paper.image((80, 90, 500, 300))
    at_size(
        paper,
        (50, 316),
        ["Sections of the liver. The arrows point at the fat that was", "lost in the second group."],
    )
    paper.body((50, 360, 290, 780)).body((305, 360, 545, 780))
    (caption,) = captions_of(paper)
    assert (
        caption.text
        == "Sections of the liver. The arrows point at the fat that was lost in the second group."
    )
    assert caption.bbox[1] > 300


def test_a_caption_goes_on_at_the_head_of_the_next_page() -> None:
    paper = Drawing().add_page().body((50, 60, 545, 300)).image((60, 320, 530, 735))
    first = (
        "Figure 6. Paths of the protein through the cell, with arrows from each part to the next, and bars of"
    )
    second = (
        "the mean of four runs in the first two groups and the spread of the runs that were counted in the"
    )
    at_size(paper, (50, 750), [first, second])
    paper.document.new_page(width=595, height=842)
    at_size(paper, (50, 60), ["third group, which was not treated."])
    paper.body((50, 90, 290, 780)).body((305, 90, 545, 780))
    (caption,) = captions_of(paper)
    assert caption.text.endswith("counted in the third group, which was not treated.")


def test_a_caption_that_ends_its_sentence_stays_on_its_page() -> None:
    paper = Drawing().add_page().body((50, 60, 545, 600))
    at_size(
        paper,
        (50, 750),
        [
            "Figure 6. Paths of the protein through the cell, with arrows from each part to the next, and bars."
        ],
    )
    paper.document.new_page(width=595, height=842)
    at_size(paper, (50, 60), ["Notes of the journal in the same type."])
    paper.body((50, 90, 545, 780))
    (caption,) = captions_of(paper)
    assert caption.text.endswith("and bars.")


def test_numbers_of_lines_are_no_words_of_a_caption() -> None:
    paper = Drawing()
    number = 0
    for page in range(2):
        paper.document.new_page(width=595, height=842)
        for row in range(20):
            number += 1
            y = 80 + row * 24
            words = (
                "Figure 1. Cells after two weeks in the medium that"
                if page and row == 18
                else "The cells were counted by two of us and then"
            )
            paper.page.insert_text((90, y), words, fontsize=11, fontname="tiro")
            paper.page.insert_text((60, y), str(number), fontsize=11, fontname="tiro")
    (caption,) = captions_of(paper)
    assert caption.text.startswith("Cells after two weeks in the medium that")
    assert not any(letter.isdigit() for letter in caption.text)


def test_a_caption_goes_on_behind_a_formula() -> None:
    paper = Drawing().add_page()
    at_size(paper, (60, 300), ["Figure 3. Share of both phases as"])
    paper.page.insert_text((190, 303), "C", fontsize=5, fontname="tiit")
    paper.page.insert_text((195, 296), "n", fontsize=5, fontname="tiit")
    at_size(paper, (60, 311), ["the melt is cooled, with the mean of three."])
    paper.body((50, 340, 545, 780))
    (caption,) = captions_of(paper)
    assert caption.text.endswith("the melt is cooled, with the mean of three.")


@pytest.mark.parametrize("spacing", [1, 2, 3])
def test_a_letterspaced_caption_has_its_words(spacing: int) -> None:
    words = "Western blot of the cells that were kept for ten days in three dishes, by age of the mice."
    paper = Drawing().add_page().body(RIGHT).body((50, 450, 290, 780))
    style = f"font-family:serif;font-size:8pt;margin:0;letter-spacing:{spacing}pt"
    paper.page.insert_htmlbox((50, 300, 290, 400), f'<p style="{style}"><b>Figure 1.</b> {words}</p>')
    (caption,) = captions_of(paper)
    assert (caption.label, caption.text) == ("Figure 1", words)


def manuscript(lines: list[str], bold: set[int]) -> Drawing:
    """A double-spaced manuscript, 24 lines to a page, some of them in bold."""
    paper = Drawing()
    for place, text in enumerate(lines):
        if not place % 24:
            paper.document.new_page(width=595, height=842)
        font = "tibo" if place in bold else "tiro"
        paper.page.insert_text((80, 80 + place % 24 * 24), text, fontsize=11, fontname=font)
    return paper


PROSE = ["Survival of the mice that were kept", "for ten days in the dark, and of those", "that had light."]
REST = ["with bars for the spread and points", "for the means."]


@pytest.mark.parametrize(
    ("first", "second", "bold"),
    [
        ("Figure 3. Growth of the colonies that", "grew over ten days in three dishes,", {24}),
        ("Figure 3. Growth of the colonies that", "grew over ten days in three dishes.", {24, 25}),
        ("Figure 3. Growth of the cells.", "Cells grew over ten days in dishes,", {24}),
    ],
    ids=["within a sentence", "two lines", "title"],
)
def test_words_follow_a_bold_first_line_in_a_manuscript(first: str, second: str, bold: set[int]) -> None:
    lines = PROSE * 16
    lines[24:28] = [first, second, *REST]
    lines[40:42] = ["Figure 4. Survival of the mice.", "Mice were counted on each of the days,"]
    captions = {c.label: c.text for c in captions_of(manuscript(lines, bold | {40}))}
    said = " ".join([first, second, *REST]).removeprefix("Figure 3. ")
    assert captions["Figure 3"].startswith(said)


def test_a_bold_title_as_wide_as_the_text_goes_on_in_plain_type() -> None:
    lines = PROSE * 16
    lines[24:28] = ["Figure 3. Growth of the colonies that", "grew over ten days in three dishes,", *REST]
    (caption,) = captions_of(manuscript(lines, {24}))
    assert caption.text.startswith(
        "Growth of the colonies that grew over ten days in three dishes, with bars"
    )


def test_bold_titles_under_their_pictures_take_no_prose_below_them() -> None:
    lines = PROSE * 16
    for first in (28, 38):
        lines[first - 4 : first + 2] = [
            "",
            "",
            "",
            "",
            f"Figure {first}. Growth of cells.",
            "We found that the cells grew in the dark",
        ]
    paper = manuscript(lines, {28, 38})
    for place in (4, 14):
        paper.image((80, 62 + (place - 3) * 24, 400, 64 + place * 24))
    assert [c.text for c in captions_of(paper)] == ["Growth of cells."] * 2


@pytest.mark.parametrize("bold", [{24}, {24, 25}], ids=["prose", "heading"])
def test_a_bold_title_alone_takes_no_prose_below_it(bold: set[int]) -> None:
    lines = PROSE * 16
    lines[24:27] = ["Figure 3. Growth of cells.", "We found that the cells grew in the dark", "for ten days."]
    (caption,) = captions_of(manuscript(lines, bold))
    assert caption.text == "Growth of cells."
