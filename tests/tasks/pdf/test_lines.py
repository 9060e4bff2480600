"""Lines of text as a reader sees them: once each, whole, without what is hidden."""

import pymupdf
import pytest

from tasks.pdf import lines as reading
from tasks.pdf.lines import OBLIQUE, Line, is_bold
from tasks.pdf.pages import read_page
from tests.tasks.drawn import Drawing


def lines_of(paper: Drawing) -> list[Line]:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    return read_page(document[-1]).lines


def texts_of(paper: Drawing) -> list[str]:
    return [line.text for line in lines_of(paper)]


def blank() -> Drawing:
    paper = Drawing()
    paper.document.new_page(width=400, height=600)
    return paper


def test_bold_is_seen_in_flags_and_in_font_names() -> None:
    assert is_bold("Any", pymupdf.TEXT_FONT_BOLD)
    assert all(
        is_bold(name, 0)
        for name in (
            "MinionPro-Bold",
            "HelveticaNeueLTStd-Bd",
            "AdvTTaf7f9f4f.B",
            "Lato-Black",
            "UniversLTStd-Hv",
        )
    )
    assert not any(is_bold(name, 0) for name in ("MinionPro-Regular", "Lato-Regular", "AdvPSA88A"))


@pytest.mark.parametrize("hidden", [{"color": (1, 1, 1)}, {"render_mode": 3}, {"fill_opacity": 0}])
def test_words_that_nobody_sees_are_left_out(hidden: dict[str, object]) -> None:
    paper = blank()
    paper.page.insert_text((60, 100), "These words are read")
    paper.page.insert_text((60, 113), "These words are hidden", **hidden)
    assert [line.text for line in lines_of(paper)] == ["These words are read"]


@pytest.mark.parametrize("hidden", [{"color": (1, 1, 1)}, {"render_mode": 3}])
def test_white_and_recognised_words_on_a_picture_are_read(hidden: dict[str, object]) -> None:
    paper = blank().image((50, 80, 350, 300))
    paper.page.insert_text((60, 113), "Words on the picture", **hidden)
    assert [line.text for line in lines_of(paper)] == ["Words on the picture"]


@pytest.mark.parametrize("offset", [0.0, 0.3])
def test_a_line_printed_twice_for_boldness_is_read_once(offset: float) -> None:
    paper = blank()
    for x in (60, 60 + offset):
        paper.page.insert_text((x, 100), "Figure 4. Means of all groups", fontsize=8)
    assert [line.text for line in lines_of(paper)] == ["Figure 4. Means of all groups"]


def test_equal_words_in_two_places_are_two_lines() -> None:
    paper = blank()
    for x in (60, 260):
        paper.page.insert_text((x, 100), "Control", fontsize=8)
    assert len(lines_of(paper)) == 2


def test_blanks_that_take_no_room_are_no_spaces() -> None:
    paper = blank()
    x = 60.0
    for piece in ("low le", "v", "els of the dr", "ug"):
        paper.page.insert_text((x, 100), piece, fontsize=9, fontname="helv")
        x += pymupdf.get_text_length(piece, fontname="helv", fontsize=9)
        paper.page.insert_text((x, 100), " ", fontsize=7, fontname="cour")
    assert [line.text for line in lines_of(paper)] == ["low levels of the drug"]


def test_a_number_far_behind_a_line_does_not_belong_to_it() -> None:
    paper = blank()
    paper.page.insert_text((60, 100), "The dishes were kept", fontsize=10)
    paper.page.insert_text(
        (60 + pymupdf.get_text_length("The dishes were kept", fontsize=10) + 22, 100), "17", fontsize=10
    )
    assert [line.text for line in lines_of(paper)] == ["The dishes were kept", "17"]


def test_pieces_of_a_sideways_line_are_joined() -> None:
    paper = blank()
    paper.text((50, 50, 90, 560), "Upright words that are many, so that they tell how the page is read, " * 2)
    paper.page.insert_text((300, 500), "Figure 2.", fontname="hebo", fontsize=9, rotate=90)
    paper.page.insert_text((300, 445), "Growth of cells", fontname="helv", fontsize=9, rotate=90)
    (line,) = [line for line in lines_of(paper) if not line.upright]
    assert (line.text, line.turn) == ("Figure 2. Growth of cells", 270)


def test_an_oblique_line_has_no_turn() -> None:
    paper = blank()
    paper.page.insert_text((60, 60), "Upright", fontsize=9)
    paper.page.insert_text(
        (100, 300), "DRAFT", fontsize=40, morph=(pymupdf.Point(100, 300), pymupdf.Matrix(45))
    )
    assert [line.turn for line in lines_of(paper)] == [0, OBLIQUE]


def test_raised_letters_stand_as_asterisks_beside_the_text() -> None:
    paper = blank()
    for x, y, words, size in (
        (50, 100, "Ada Lovelace", 11),
        (116, 96, "a,2", 7),
        (126, 100, ", Alan Turing", 11),
    ):
        paper.page.insert_text((x, y), words, fontsize=size)
    paper.page.insert_text(
        (
            50,
            150,
        ),
        "H",
        fontsize=11,
    )
    paper.page.insert_text((58, 152), "x", fontsize=7)
    marked, lowered = lines_of(paper)
    assert marked.text == "Ada Lovelacea,2, Alan Turing"
    assert marked.unmarked == "Ada Lovelace*,2, Alan Turing"
    assert lowered.unmarked is None


def test_lines_drawn_from_the_bottom_come_in_the_order_of_reading() -> None:
    paper = blank()
    said = ["Figure 1. Growth of the", "colonies over ten days", "in three dishes."]
    for i, text in reversed(list(enumerate(said))):
        paper.page.insert_text((60, 100 + 10 * i), text, fontsize=8)
    assert [line.text for line in lines_of(paper)] == said


@pytest.mark.parametrize(("label", "joined"), [("Figure 2.", True), ("Results", False)])
def test_a_label_drawn_behind_its_words_is_put_before_them(label: str, joined: bool) -> None:
    paper = blank()
    paper.page.insert_text((104, 100), "Growth of the colonies", fontsize=8)
    paper.page.insert_text((60, 110), "over ten days.", fontsize=8)
    paper.page.insert_text((60, 300), "Elsewhere", fontsize=8)
    paper.page.insert_text((60, 100), label, fontsize=8, fontname="hebo")
    lines = lines_of(paper)
    assert (lines[0].text == f"{label} Growth of the colonies") == joined
    assert lines[0].bold == joined


def test_a_label_drawn_apart_from_words_behind_it_stays_apart() -> None:
    paper = blank()
    paper.page.insert_text((60, 100), "Figure 2.", fontsize=8, fontname="hebo")
    paper.page.insert_text((60, 300), "Elsewhere", fontsize=8)
    paper.page.insert_text((104, 100), "Growth of the colonies", fontsize=8)
    assert texts_of(paper) == ["Figure 2.", "Elsewhere", "Growth of the colonies"]


def test_labels_drawn_behind_all_words_go_to_their_own() -> None:
    paper = blank()
    for row in range(20):
        paper.page.insert_text((104, 60 + 20 * row), f"Growth in dish {row}", fontsize=8)
    for row in reversed(range(0, 20, 2)):
        paper.page.insert_text((60, 60 + 20 * row), f"Figure {row}.", fontsize=8, fontname="hebo")
    words = [f"Growth in dish {row}" for row in range(20)]
    assert texts_of(paper) == [line if row % 2 else f"Figure {row}. {line}" for row, line in enumerate(words)]


def test_a_line_of_hebrew_goes_on_to_the_left() -> None:
    paper = blank()
    for left, text in ((200, "<bdi>איור 1</bdi>"), (100, "<bdi>: גידול המושבות</bdi>")):
        box = pymupdf.Rect(left, 100, left + 100, 120)
        paper.page.insert_htmlbox(box, f'<p dir="rtl" style="margin:0;text-align:right">{text}</p>')
    (line,) = lines_of(paper)
    assert line.text == "איור 1 : גידול המושבות"  # apart as its pieces are


CAPTION = ["Figure 1. Western blot of the", "cells kept for ten days in", "dishes."]


def tracked(lines: list[str], spacing: float) -> Drawing:
    """Lines with so many points between letters, by the operator of PDF for it."""
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    for row, line in enumerate(lines):
        paper.page.insert_text((50, 500 + row * 12), line, fontsize=10, fontname="tiro")
    for xref in paper.page.get_contents():
        stream = paper.document.xref_stream(xref)
        paper.document.update_stream(xref, stream.replace(b"BT\n", f"BT\n{spacing} Tc\n".encode()))
    return paper


def placed(line: str, spacing: float) -> Drawing:
    """A line of which each letter has its own place, and blanks are none."""
    paper, x = Drawing(), 50.0
    paper.document.new_page(width=595, height=842)
    for letter in line:
        if letter != " ":
            paper.page.insert_text((x, 500), letter, fontsize=10, fontname="helv")
        x += pymupdf.get_text_length(letter, "helv", 10) + spacing
    return paper


def typed(line: str) -> Drawing:
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    paper.page.insert_text((50, 500), line, fontsize=10, fontname="tiro")
    return paper


@pytest.mark.parametrize("spacing", [0, 1, 1.5, 2, 3, 5, 8])
def test_tracked_lines_are_words(spacing: float) -> None:
    assert texts_of(tracked(CAPTION, spacing)) == CAPTION


@pytest.mark.parametrize("spacing", [1, 2, 3, 4])
def test_letters_set_one_by_one_are_words(spacing: float) -> None:
    assert texts_of(placed(CAPTION[0], spacing)) == CAPTION[:1]


@pytest.mark.parametrize("blanks", [2, 3])
def test_letters_typed_with_blanks_between_them_are_words(blanks: int) -> None:
    line = (" " * blanks).join(" ".join(word) for word in CAPTION[0].split())
    assert texts_of(typed(line)) == CAPTION[:1]


def test_a_label_in_capitals_has_its_words_in_capitals_with_it() -> None:
    assert texts_of(tracked(["FIGURE 2. WESTERN BLOT"], 3)) == ["FIGURE 2. WESTERN BLOT"]


@pytest.mark.parametrize(
    "line",
    [
        "A C G T A C G T T A   A C G T A C",
        "A B C D   E F G H   I J",
        "a b c d e f g h i",
        "1 2 3 4 5 6   7 8 9 10 11",
        " ".join("Westernblotofthecellskept"),
        "p < 0 . 0 5   a n = 3 0",
    ],
)
def test_rows_of_letters_and_numbers_stay_apart(line: str) -> None:
    assert texts_of(typed(line)) == [" ".join(line.split())]


def test_letters_whose_places_tell_no_words_stay_apart() -> None:
    paper, x = Drawing(), 50.0
    paper.document.new_page(width=595, height=842)
    for place, letter in enumerate("westernblotofcells"):
        paper.page.insert_text((x, 500), letter, fontsize=10, fontname="cour")
        x += 8 + place % 5
    assert texts_of(paper) == [" ".join("westernblotofcells")]


def test_of_a_page_of_too_many_letters_none_is_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LETTERS", 20)
    assert texts_of(tracked(CAPTION, 3)) != CAPTION
