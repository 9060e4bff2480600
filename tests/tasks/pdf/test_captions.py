"""Captions told from sentences, with their labels normalised and their words whole."""

from collections import Counter

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.pdf.captions import CaptionBlock, body_style, find_captions, join_lines, parse_label
from tasks.pdf.pages import read_page
from tests.tasks.drawn import RIGHT, Drawing


def captions_of(paper: Drawing) -> list[CaptionBlock]:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    pages = [read_page(page) for page in document]
    return find_captions(pages, body_style(pages))


@pytest.mark.parametrize(
    ("printed", "label"),
    [
        ("Figure 3. Words", "Figure 3"),
        ("FIG. 12: Words", "Figure 12"),
        ("FI G U R E 2 Words", "Figure 2"),
        ("FIGURE\u00a01 | Words", "Figure 1"),
        ("Figure-1: Words", "Figure 1"),
        ("Fig.\u20034 Words", "Figure 4"),
        ("Supplementary Fig. 1. Words", "Supplementary Figure 1"),
        ("Supplemental Figure S2: Words", "Supplementary Figure S2"),
        ("Extended Data Fig. 5 | Words", "Extended Data Figure 5"),
        ("Figure S3. Words", "Figure S3"),
        ("Scheme 2. Words", "Scheme 2"),
        ("Table 1. Words", "Table 1"),
        ("Figura 7. Words", "Figure 7"),
        ("Figure 2A. Words", "Figure 2A"),
        ("Figure 1—figure supplement 2. Words", "Figure 1—figure supplement 2"),
        ("Fig. S4 Words", "Figure S4"),
        ("eFigure 2. Words", "eFigure 2"),
        ("eTable 1. Words", "eTable 1"),
        ("Abb. 3: Words", "Figure 3"),
        ("Рис. 2. Words", "Figure 2"),
    ],
)
def test_labels_as_printed_come_out_normalised(printed: str, label: str) -> None:
    assert parse_label(printed) == (label, "Words")


@pytest.mark.parametrize(
    "text", ["Figures show that", "Figment 2. Words", "Fig leaves", "In Figure 2 we", "Scheme"]
)
def test_other_words_are_no_labels(text: str) -> None:
    assert parse_label(text) is None


def test_caption_ends_where_the_body_goes_on() -> None:
    text = "Cells of the treated group. Arrows point at nuclei; scale bars, 20 µm. " * 3
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
    text = "Cells of the treated group. Arrows point at nuclei; scale bars, 20 µm. " * 3 + "Means of three."
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


def test_hyphens_at_line_ends_are_undone_unless_the_paper_spells_them() -> None:
    words = Counter({"well-known": 2, "microscopy": 3})
    assert join_lines(["micro-", "scopy of well-", "known 12-", "week old β-", "cells"], words) == (
        "microscopy of well-known 12-week old βcells"
    )
    assert join_lines(["soft\xad", "ly hyphen-\xad", "ated"], words) == "softly hyphenated"


@given(st.text(max_size=80))
def test_any_text_is_parsed_without_error(text: str) -> None:
    parsed = parse_label(text)
    assert parsed is None or (parsed[0] and isinstance(parsed[1], str))
