"""Papers as publishers print them: labels, captions and artwork in many styles, each drawn small and read whole."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pymupdf
import pytest

from tasks import boxes
from tasks.extraction.article_words import words_of_figures
from tasks.pdf.documents import read_pages
from tasks.pdf.figures import find_figures
from tasks.pdf.found_figure import FoundFigure
from tasks.settings import ExtractionLimits
from tests.tasks.drawn import Rect, picture, sentences

WORDS = "Growth of the colonies over ten days in three dishes, with bars for the spread."
MORE = "Survival of the mice after the second dose of the drug, by age of the animals."
WIDE: Rect = (110, 330, 490, 550)


@dataclass(frozen=True)
class Style:
    """How a publisher sets body and captions: fonts and sizes in points, and what stands before a caption's words."""

    body: str = "tiro"
    size: float = 10
    lead: float = 12
    caption: str = "helv"
    bold: str = "hebo"
    caption_size: float = 8
    caption_lead: float = 9.5
    label: str = "Fig. {}"


STYLES = {
    "bold label without a stop": Style(),
    "small roman": Style(
        size=8, lead=10, caption="tiro", bold="tibo", caption_size=6.5, caption_lead=8, label="Fig. {}."
    ),
    "bar": Style(size=9, lead=10.5, caption_size=7, caption_lead=8.5, label="Fig. {} |"),
    "manuscript": Style(
        size=12, lead=24, caption="tiro", bold="tibo", caption_size=12, caption_lead=14, label="Figure {}."
    ),
    "as the body": Style(caption="tiro", bold="tiro", caption_size=10, caption_lead=12, label="Figure {}:"),
    "capitals": Style(size=9.5, lead=11.5, caption_size=7.5, label="FIGURE {} |"),
}


@cache
def drawn_picture(seed: int) -> bytes:
    return picture(90, 60, seed)


class Sheet:
    """A paper in the making whose lines stand where one says; boxes in points."""

    def __init__(self, style: Style | None = None) -> None:
        self.document, self.style, self.seed = pymupdf.open(), style or Style(), 0
        self.page = self.new_page()

    def new_page(self) -> pymupdf.Page:
        self.page = self.document.new_page(width=595, height=842)
        return self.page

    def line(self, x: float, y: float, text: str, font: str, size: float) -> float:
        self.page.insert_text((x, y), text, fontname=font, fontsize=size)
        return x + float(pymupdf.get_text_length(text, font, size))

    def lines(
        self, x: float, y: float, width: float, runs: list[tuple[str, str]], size: float, lead: float
    ) -> float:
        """Words in their fonts, wrapped at `width`; the next line's y."""
        at = x
        for text, font in runs:
            for word in text.split():
                if at > x and at + pymupdf.get_text_length(word, font, size) > x + width:
                    at, y = x, y + lead
                at = self.line(at, y, f"{word} ", font, size)
        return y + lead

    def body(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Running text, in the style's own font."""
        self.seed += 1
        style, y = self.style, y0 + self.style.size
        letters = int((x1 - x0) / (0.45 * style.size))
        for line in textwrap.wrap(sentences(int((y1 - y0) / style.lead * letters / 5), self.seed), letters):
            if y < y1:
                self.line(x0, y, line, style.body, style.size)
            y += style.lead

    def caption(self, x: float, y: float, width: float, number: int, text: str, label: str = "") -> float:
        style = self.style
        label = label or style.label.format(number)
        return self.lines(
            x,
            y,
            width,
            [(label, style.bold), (text, style.caption)],
            style.caption_size,
            style.caption_lead,
        )

    def image(self, box: Rect) -> None:
        self.seed += 1
        self.page.insert_image(box, stream=drawn_picture(self.seed % 4), keep_proportion=False)

    def curves(self, box: Rect) -> None:
        x0, y0, x1, y1 = box
        self.page.draw_rect(box, width=0.8)
        for k in (1, 2, 3):
            steps = [
                (x0 + 5 + i * (x1 - x0 - 10) / 20, y1 - 5 - (y1 - y0 - 10) * i / (i + k)) for i in range(21)
            ]
            self.page.draw_polyline(steps, color=(k == 1, k == 2, k == 3))

    def read(self) -> tuple[list[FoundFigure], list[str]]:
        """The figures, and a sentence for each caption without artwork."""
        document = pymupdf.open(stream=self.document.tobytes(), filetype="pdf")
        found, waiting = find_figures(read_pages(document, ExtractionLimits(), []))
        return found, [f"{caption.label} on page {caption.page}" for caption in waiting]


def assert_printed(sheet: Sheet, *expected: tuple[str | None, str | None, Rect]) -> None:
    """All figures of a paper, by label, caption and place, and no caption without its artwork."""
    found, waiting = sheet.read()
    words = words_of_figures(found, None)
    assert [(own.label, own.caption) for own in words] == [(label, caption) for label, caption, _ in expected]
    for figure, (_, _, box) in zip(found, expected, strict=True):
        place = figure.page.to_page(figure.bbox)
        common = boxes.area(boxes.intersection(place, box))
        assert common / (boxes.area(place) + boxes.area(box) - common) > 0.8, place
    assert waiting == []


@pytest.fixture(params=list(STYLES))
def sheet(request: pytest.FixtureRequest) -> Sheet:
    return Sheet(STYLES[request.param])


@pytest.mark.parametrize("artwork", [Sheet.image, Sheet.curves])
def test_artwork_between_text_has_the_caption_below_it(
    sheet: Sheet, artwork: Callable[[Sheet, Rect], None]
) -> None:
    sheet.body(50, 60, 545, 300)
    artwork(sheet, WIDE)
    sheet.body(50, sheet.caption(110, 568, 380, 1, WORDS) + 18, 545, 780)
    assert_printed(sheet, ("Figure 1", WORDS, WIDE))


def test_captions_above_their_artwork(sheet: Sheet) -> None:
    expected: list[tuple[str, str, Rect]] = []
    for number, words in ((1, WORDS), (2, MORE)):
        if number > 1:
            sheet.new_page()
        sheet.body(50, 60, 545, 280)
        top = sheet.caption(80, 310, 430, number, words)
        box = (110, top, 490, top + 200)
        sheet.image(box)
        sheet.body(50, top + 225, 545, 780)
        expected.append((f"Figure {number}", words, box))
    assert_printed(sheet, *expected)


@pytest.mark.parametrize(("gutter", "lower"), [(12, 0), (16, 5), (50, 8)])
def test_captions_side_by_side_keep_their_own_lines(sheet: Sheet, gutter: float, lower: float) -> None:
    width = (495 - gutter) / 2
    left: Rect = (50, 70, 50 + width, 200)
    right: Rect = (50 + width + gutter, 70, 545, 200 + lower)
    sheet.image(left)
    sheet.curves(right)
    first, second = f"{WORDS} {MORE}", f"{MORE} {WORDS}"
    end = max(
        sheet.caption(left[0], 218, width, 1, first), sheet.caption(right[0], 218 + lower, width, 2, second)
    )
    sheet.body(50, end + 16, left[2], 780)
    sheet.body(right[0], end + 16, 545, 780)
    assert_printed(sheet, ("Figure 1", first, left), ("Figure 2", second, right))


@pytest.mark.parametrize("above", [False, True])
def test_figures_stacked_tightly(sheet: Sheet, above: bool) -> None:
    expected, y = [], 70.0
    for number, words in ((1, WORDS), (2, MORE), (3, f"{WORDS} {MORE}")):
        if above:
            y = sheet.caption(60, y + 14, 470, number, words)
        box: Rect = (60, y, 530, y + 120)
        sheet.image(box) if number % 2 else sheet.curves(box)
        y = box[3] + 6 if above else sheet.caption(60, box[3] + 14, 470, number, words) + 4
        expected.append((f"Figure {number}", words, box))
    sheet.body(50, y + 20, 545, 790)
    assert_printed(sheet, *expected)


@pytest.mark.parametrize("left", [False, True])
def test_a_caption_beside_its_artwork(sheet: Sheet, left: bool) -> None:
    box: Rect = (235, 70, 545, 300) if left else (50, 70, 360, 300)
    sheet.image(box)
    sheet.caption(50 if left else 375, 84, 165, 1, WORDS)
    sheet.body(50, 340, 545, 780)
    assert_printed(sheet, ("Figure 1", WORDS, box))


def test_a_label_above_and_words_below(sheet: Sheet) -> None:
    style = sheet.style
    sheet.body(50, 60, 545, 160)
    sheet.line(110, 188, style.label.format(1), style.bold, style.caption_size)
    box = (110, 196, 490, 420)
    sheet.image(box)
    end = sheet.lines(110, 440, 380, [(WORDS, style.caption)], style.caption_size, style.caption_lead)
    sheet.body(50, end + 20, 545, 780)
    assert_printed(sheet, ("Figure 1", WORDS, box))


def test_a_caption_that_goes_on_on_the_next_page() -> None:
    sheet = Sheet()
    style = sheet.style
    box = (60, 60, 535, 700)
    sheet.image(box)
    lines = [
        "Growth of the colonies in the dishes that were kept in the dark and in those which were kept in the light"
    ]
    lines += [
        "of the lamps over the shelves of the incubator for all of the ten days, with the bars for the spread"
    ]
    lines += ["of three runs of the assay."]
    at = sheet.line(60, 718, "Fig. 4 ", style.bold, style.caption_size)
    sheet.line(at, 718, lines[0], style.caption, style.caption_size)
    sheet.line(60, 728, lines[1], style.caption, style.caption_size)
    sheet.new_page()
    sheet.line(60, 70, lines[2], style.caption, style.caption_size)
    sheet.body(50, 90, 545, 780)
    assert_printed(sheet, ("Figure 4", " ".join(lines), box))


@pytest.mark.parametrize(
    "printed",
    [
        "Figure 3. (Continued)",
        "FIGURE 3 (Cont.)",
        "Figure 3. Continued from previous page.",
        "Fig. 3 cont.",
        "Figure 3, continued",
        "(Figure 3 continued)",
        "Figure 3 Contd.",
    ],
)
@pytest.mark.parametrize("bold", [False, True])
def test_a_figure_that_goes_on_has_the_words_of_its_first_part(printed: str, bold: bool) -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 780)
    box = (80, 70, 515, 400)
    for number in (0, 1):
        sheet.new_page()
        sheet.image(box)
        font = "hebo" if bold else "helv"
        end = (
            sheet.lines(60, 418, 475, [(printed, font)], 8, 9.5)
            if number
            else sheet.caption(60, 418, 475, 3, WORDS)
        )
        sheet.body(50, end + 15, 545, 780)
    assert_printed(sheet, ("Figure 3", WORDS, box), ("Figure 3", WORDS, box))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Figura 5. Crecimiento de las colonias en tres placas.", "Figure 5. Growth of the colonies."),
        ("Abb. 5: Wachstum der Kolonien in drei Schalen", "Fig. 5: Growth of the colonies in dishes"),
        ("Fig. 5 Growth of the colonies in three dishes", "Figura 5 Crecimiento de las colonias"),
    ],
)
def test_a_caption_in_two_languages_is_of_one_figure(first: str, second: str) -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 300)
    sheet.curves(WIDE)
    for y, printed in ((568, first), (579, second)):
        label = " ".join(printed.split()[:2])
        sheet.caption(110, y, 380, 5, printed.removeprefix(label), label)
    sheet.body(50, 610, 545, 780)
    found, waiting = sheet.read()
    assert [figure.caption.label for figure in found if figure.caption] == ["Figure 5"]
    assert boxes.share_inside(found[0].bbox, boxes.grown(WIDE, 3)) > 0.99
    assert waiting == []


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize(
    "sentence",
    [
        "Figure 2 shows that the growth of the colonies was slower in the third dish.",
        "Fig. 3), and the growth of the colonies was slower in the third dish.",
        "Figure 4A and in the supplement the values are given for all of the dishes.",
        "Supplementary Fig. 5). The other dishes were not measured at that time again.",
        "Figures 2 and 3 compare the values of the dishes with each other over the days.",
        "Plate 3 was incubated for ten days at room temperature and then read again.",
        "Map 1 and map 2 were merged before the dishes were read again by an observer.",
    ],
)
def test_a_sentence_that_begins_with_a_figure_takes_no_artwork(sentence: str, bold: bool) -> None:
    sheet = Sheet()
    box = (315, 60, 540, 240)
    sheet.image(box)
    sheet.body(310, sheet.caption(310, 256, 235, 9, WORDS) + 20, 545, 780)
    sheet.body(50, 60, 285, 240)
    words = sentence.split()
    head = 3 if words[0] == "Supplementary" else 2
    runs = [(" ".join(words[:head]), "tibo" if bold else "tiro"), (" ".join(words[head:]), "tiro")]
    sheet.body(50, sheet.lines(50, 260, 235, runs, 10, 12) - 10, 285, 780)
    assert_printed(sheet, ("Figure 9", WORDS, box))


def test_a_picture_in_a_tinted_box_with_its_caption_is_found_without_the_box(sheet: Sheet) -> None:
    sheet.body(50, 60, 545, 200)
    sheet.page.draw_rect((60, 220, 535, 560), color=None, fill=(0.9, 0.95, 1))
    box = (80, 235, 515, 490)
    sheet.image(box)
    sheet.caption(80, 508, 430, 1, WORDS)
    sheet.body(50, 590, 545, 780)
    assert_printed(sheet, ("Figure 1", WORDS, box))


def test_curves_under_a_watermark_in_large_type_are_found() -> None:
    sheet = Sheet()
    for number in (1, 2, 3):
        if number > 1:
            sheet.new_page()
        sheet.body(50, 60, 545, 300 if number == 1 else 780)
        if number == 1:
            sheet.curves(WIDE)
            sheet.body(50, sheet.caption(110, 568, 380, 1, WORDS) + 18, 545, 780)
        at = pymupdf.Point(120, 600)
        turned = (at, pymupdf.Matrix(55))
        sheet.page.insert_text(at, "In press", fontsize=90, color=(0.8, 0.8, 0.8), morph=turned)
    assert_printed(sheet, ("Figure 1", WORDS, WIDE))


def test_a_list_of_captions_under_its_heading_is_no_figure_of_words() -> None:
    sheet = Sheet()
    sheet.line(50, 34, "Annals of Drawn Pictures", "helv", 7)
    sheet.line(50, 60, "Figure captions", "hebo", 12)
    for number, y in ((1, 80), (2, 96), (3, 112)):
        sheet.line(50, y, f"Figure S{number}. Growth of the cells in dishes.", "tiro", 10)
    sheet.body(50, 140, 545, 780)
    assert sheet.read()[0] == []


def test_the_still_of_a_video_is_a_figure_and_a_video_without_one_is_not_missed() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 300)
    sheet.image(WIDE)
    sheet.body(50, sheet.caption(110, 568, 380, 1, WORDS, "Video 1.") + 18, 545, 780)
    assert_printed(sheet, ("Video 1", WORDS, WIDE))
    alone = Sheet()
    alone.body(50, 60, 545, 300)
    alone.body(50, alone.caption(50, 340, 380, 1, WORDS, "Video 1.") + 30, 545, 780)
    assert alone.read() == ([], [])


def test_a_stencil_is_a_picture() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 300)
    sheet.page.insert_image(WIDE, stream=drawn_picture(3), keep_proportion=False)
    xref = sheet.page.get_images()[0][0]
    sheet.document.update_object(xref, "<</Type/XObject/Subtype/Image/Width 16/Height 8/ImageMask true>>")
    sheet.document.update_stream(xref, bytes([0x0F, 0xF0] * 4 + [0xF0, 0x0F] * 4))
    sheet.body(50, sheet.caption(110, 568, 380, 1, WORDS) + 18, 545, 780)
    (figure,), _ = sheet.read()
    assert figure.page.paints[0].image
    assert boxes.share_inside(WIDE, boxes.grown(figure.bbox, 2)) > 0.95


MANUSCRIPT = Style(
    size=12, lead=27.6, caption="tiro", bold="tibo", caption_size=12, caption_lead=27.6, label="Figure {}."
)


def test_a_caption_of_a_double_spaced_manuscript_ends_where_the_next_paragraph_begins() -> None:
    sheet = Sheet(MANUSCRIPT)
    sheet.body(72, 60, 523, 250)
    box = (110, 270, 490, 470)
    sheet.image(box)
    end = sheet.caption(72, 495, 450, 1, f"{WORDS} {MORE}")
    sheet.line(100, end, "The mice lived for more than ten days after the dose was", "tiro", 12)
    sheet.body(72, end + 16, 523, 780)
    assert_printed(sheet, ("Figure 1", f"{WORDS} {MORE}", box))


def test_a_double_spaced_list_of_captions_before_the_pictures() -> None:
    sheet = Sheet(MANUSCRIPT)
    sheet.body(72, 60, 523, 780)
    sheet.new_page()
    sheet.line(72, 80, "Figure legends", "tibo", 12)
    first, second = f"{WORDS} {MORE}", f"{MORE} {WORDS}"
    sheet.caption(72, sheet.caption(72, 110, 450, 1, first), 450, 2, second)
    box = (80, 90, 515, 420)
    for _ in (1, 2):
        sheet.new_page()
        sheet.image(box)
    assert_printed(sheet, ("Figure 1", first, box), ("Figure 2", second, box))


def test_a_caption_spaced_wider_than_the_body_goes_on_in_its_own_type() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 300)
    box = (250, 330, 345, 430)
    sheet.curves(box)
    lines = [
        "Growth of the colonies over ten days in three dishes, with bars for the spread and the values of",
        "dishes that were read again by an observer after the tenth day of incubation at",
        "room temperature.",
    ]
    for i, text in enumerate([f"Figure 1. {lines[0]}", *lines[1:]]):
        sheet.line(297 - pymupdf.get_text_length(text, "helv", 8) / 2, 448 + i * 18, text, "helv", 8)
    sheet.body(50, 520, 545, 780)
    assert_printed(sheet, ("Figure 1", " ".join(lines), box))


def test_a_short_title_without_a_stop_does_not_go_on_in_the_body() -> None:
    sheet = Sheet(STYLES["as the body"])
    sheet.body(50, 60, 545, 300)
    sheet.image(WIDE)
    end = sheet.caption(50, 568, 380, 1, "Growth of the colonies in three dishes")
    sheet.body(50, end, 545, 780)
    assert_printed(sheet, ("Figure 1", "Growth of the colonies in three dishes", WIDE))


def test_a_caption_that_hangs_from_its_label() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 300)
    sheet.image(WIDE)
    sheet.line(110, 568, "Figure 1.", "hebo", 8)
    end = sheet.lines(150, 568, 340, [(f"{WORDS} {MORE} {WORDS}", "helv")], 8, 9.5)
    sheet.body(50, end + 18, 545, 780)
    assert_printed(sheet, ("Figure 1", f"{WORDS} {MORE} {WORDS}", WIDE))


@pytest.mark.parametrize("beside", [False, True])
def test_a_caption_set_flush_right(beside: bool) -> None:
    sheet = Sheet()
    box = (200, 70, 545, 300)
    sheet.image(box)
    lines = ["Growth of", "the colonies over ten days", "in three dishes,", "with bars for the spread."]
    edge, top = (190, 80) if beside else (545, 318)
    for i, text in enumerate([f"Figure 1. {lines[0]}", *lines[1:]]):
        sheet.line(edge - pymupdf.get_text_length(text, "helv", 8), top + i * 9.5, text, "helv", 8)
    sheet.body(50, 380, 545, 780)
    assert_printed(sheet, ("Figure 1", " ".join(lines), box))


@pytest.mark.parametrize("bold", [False, True])
def test_a_label_drawn_after_all_other_type_belongs_to_its_words(bold: bool) -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 300)
    sheet.image(WIDE)
    font = "hebo" if bold else "helv"
    words = "Growth of the colonies over ten days in three dishes, with bars"
    sheet.line(112 + pymupdf.get_text_length("Figure 1.", font, 8), 568, words, "helv", 8)
    sheet.line(110, 577.5, "for the spread.", "helv", 8)
    sheet.body(50, 610, 545, 780)
    sheet.line(110, 568, "Figure 1.", font, 8)
    assert_printed(sheet, ("Figure 1", WORDS, WIDE))


TALL: Rect = (60, 60, 535, 690)


@pytest.mark.parametrize(
    "note",
    ["See next page for caption.", "(Legend on next page)", "(caption on the following page.)"],
)
def test_a_caption_that_is_said_to_stand_on_the_next_page(note: str) -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 780)
    sheet.new_page()
    sheet.image(TALL)
    sheet.caption(60, 708, 475, 1, note)
    sheet.new_page()
    end = sheet.caption(60, 70, 475, 1, f"{WORDS} {MORE}")
    sheet.body(50, end + 20, 545, 780)
    assert_printed(sheet, ("Figure 1", f"{WORDS} {MORE}", TALL))


def test_a_title_under_the_picture_and_the_whole_legend_on_the_next_page() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 780)
    title = "Growth of the colonies in dishes"
    for words in ("", WORDS):
        sheet.new_page()
        if not words:
            sheet.image(TALL)
        y = 70.0 if words else 708.0
        y = sheet.lines(60, y, 475, [(f"Figure 2. {title}", "hebo"), (words, "helv")], 8, 9.5)
        if not words:
            sheet.line(60, y + 2, "(legend on next page)", "heit", 8)
    sheet.body(50, 120, 545, 780)
    assert_printed(sheet, ("Figure 2", f"{title} {WORDS}", TALL))


def test_a_legend_said_to_be_continued_goes_on_at_the_head_of_the_next_page() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 545, 780)
    sheet.new_page()
    sheet.image(TALL)
    end = sheet.caption(60, 708, 475, 3, f"(A) {WORDS} (B) {MORE}")
    sheet.line(400, end + 2, "(legend continued on next page)", "heit", 7)
    sheet.new_page()
    sheet.lines(60, 70, 475, [(f"(C) {WORDS}", "helv")], 8, 9.5)
    sheet.body(50, 100, 545, 780)
    assert_printed(sheet, ("Figure 3", f"(A) {WORDS} (B) {MORE} (C) {WORDS}", TALL))


def test_a_caption_at_the_head_of_the_column_after_its_picture() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 285, 540)
    box = (50, 560, 285, 780)
    sheet.image(box)
    sheet.body(310, sheet.caption(310, 68, 235, 1, f"{WORDS} {MORE}") + 16, 545, 780)
    assert_printed(sheet, ("Figure 1", f"{WORDS} {MORE}", box))


def test_captions_at_the_head_of_the_page_after_their_pictures() -> None:
    sheet = Sheet()
    box = (110, 520, 490, 770)
    first, second = f"{WORDS} {MORE}", f"{MORE} {WORDS}"
    sheet.body(50, 60, 545, 500)
    sheet.image(box)
    sheet.new_page()
    sheet.body(50, sheet.caption(110, 70, 380, 1, first) + 16, 545, 500)
    sheet.curves(box)
    sheet.new_page()
    sheet.body(50, sheet.caption(110, 70, 380, 2, second) + 16, 545, 780)
    assert_printed(sheet, ("Figure 1", first, box), ("Figure 2", second, box))


def test_a_supplement_whose_pages_are_label_picture_and_words() -> None:
    sheet = Sheet()
    expected = []
    for number, words in ((1, f"{WORDS} {MORE}"), (2, f"{MORE} {WORDS}")):
        if number > 1:
            sheet.new_page()
        box = (72, 110, 523, 440)
        sheet.image(box)
        sheet.line(72, 90, f"Supplementary Figure {number}", "tiro", 12)
        sheet.lines(72, 464, 450, [(words, "tiro")], 12, 14)
        expected.append((f"Supplementary Figure {number}", words, box))
    assert_printed(sheet, *expected)


def test_a_caption_that_goes_on_at_the_head_of_the_next_column() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 285, 500)
    box = (50, 520, 285, 750)
    sheet.image(box)
    words = f"{WORDS} {MORE} {WORDS} {MORE}"
    lines = textwrap.wrap(f"Figure 1. {words}", 58)
    for i, text in enumerate(lines):
        sheet.line(50 if i < 2 else 310, 766 + i * 9.5 if i < 2 else 68 + (i - 2) * 9.5, text, "helv", 8)
    sheet.body(310, 68 + (len(lines) - 2) * 9.5 + 14, 545, 780)
    assert_printed(sheet, ("Figure 1", words, box))


def test_a_table_at_the_head_of_the_next_column_is_no_part_of_a_caption() -> None:
    sheet = Sheet()
    sheet.body(50, 60, 285, 500)
    box = (50, 520, 285, 750)
    sheet.image(box)
    words = "Growth of the colonies over ten days in three dishes that were kept in the dark for all of the ten days"
    for i, text in enumerate(textwrap.wrap(f"Figure 1. {words}", 58)):
        sheet.line(50, 766 + i * 9.5, text, "helv", 8)
    for row in range(6):
        sheet.line(310, 68 + row * 9.5, "Random effect", "helv", 8)
        sheet.line(450, 68 + row * 9.5, f"{row}.5", "helv", 8)
    sheet.body(310, 150, 545, 780)
    ((figure,), _) = sheet.read()
    assert figure.caption is not None
    assert figure.caption.text == words


@pytest.mark.parametrize("told", [False, True])
def test_running_text_that_ends_under_a_labelled_picture_is_no_caption_of_it(told: bool) -> None:
    sheet, box = Sheet(), (50, 80, 545, 560)
    sheet.body(50, 60, 545, 500)
    if told:
        sheet.caption(50, 520, 480, 1, f"{WORDS} {MORE}")
    sheet.new_page()
    sheet.line(50, 70, "Figure 1", "hebo", 8)
    sheet.image(box)
    rest = "The mice were well." if told else "mice that were kept in the dark. All were well."
    sheet.lines(50, 590, 480, [(f"{rest} {MORE}", "tiro")], 10, 12)
    assert_printed(sheet, ("Figure 1", f"{WORDS} {MORE}" if told else None, box))


def test_a_note_at_the_right_edge_under_a_caption_is_no_word_of_it() -> None:
    sheet, note = Sheet(), "Journal of Mice 2012"
    sheet.body(50, 60, 545, 300)
    sheet.image(WIDE)
    end = sheet.caption(50, 568, 495, 1, f"{WORDS} {MORE}")
    sheet.line(545 - pymupdf.get_text_length(note, "helv", 8), end, note, "helv", 8)
    sheet.body(50, end + 30, 545, 780)
    assert_printed(sheet, ("Figure 1", f"{WORDS} {MORE}", WIDE))


def test_a_paragraph_with_its_heading_run_in_ends_a_double_spaced_caption() -> None:
    sheet, box = Sheet(MANUSCRIPT), (110, 270, 490, 470)
    sheet.body(72, 60, 523, 250)
    sheet.image(box)
    end = sheet.caption(72, 495, 450, 1, WORDS)
    sheet.line(72, end, "Survival.", "tibo", 12)
    sheet.line(130, end, "The mice lived for more than ten days after the dose", "tiro", 12)
    sheet.body(72, end + 16, 523, 780)
    assert_printed(sheet, ("Figure 1", WORDS, box))
