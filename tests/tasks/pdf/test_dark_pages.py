"""Preprints, slides and posters of light words on a dark ground, each drawn small and read whole."""

from __future__ import annotations

import io
from collections.abc import Callable

import pymupdf
import pytest
from PIL import Image

from tests.tasks.drawn import Rect
from tests.tasks.pdf.test_printed import MORE, WIDE, WORDS, Sheet, assert_printed

BLACK, BLUE, GREY = (0.08, 0.08, 0.1), (0.05, 0.15, 0.45), (0.7, 0.7, 0.7)
WORDS_AND_MORE = f"{WORDS} {MORE}"


class Dark(Sheet):
    """A paper whose pages have a painted ground, with letters that stand out from it."""

    def __init__(
        self, ground: tuple[float, float, float] = BLACK, size: tuple[float, float] = (595, 842)
    ) -> None:
        self.ground, self.size = ground, size
        self.ink = (1, 1, 1) if max(ground) < 0.5 else (0, 0, 0)
        super().__init__()

    def new_page(self) -> pymupdf.Page:
        self.page = self.document.new_page(width=self.size[0], height=self.size[1])
        self.paint()
        return self.page

    def paint(self) -> None:
        self.page.draw_rect((0, 0, *self.size), color=None, fill=self.ground)

    def line(self, x: float, y: float, text: str, font: str, size: float) -> float:
        self.page.insert_text((x, y), text, fontname=font, fontsize=size, color=self.ink)
        return x + float(pymupdf.get_text_length(text, font, size))

    def light_curves(self, box: Rect) -> None:
        x0, y0, x1, y1 = box
        self.page.draw_rect(box, width=0.8, color=(1, 1, 1))
        for k in (1, 2, 3):
            steps = [(x0 + (x1 - x0) * i / 20, y1 - (y1 - y0) * i / (20 + k * 5)) for i in range(21)]
            self.page.draw_polyline(steps, color=(0.9, k / 4, 0.5))

    def white_card(self, box: Rect) -> None:
        self.page.draw_rect(box, color=None, fill=(1, 1, 1))
        self.curves((box[0] + 10, box[1] + 10, box[2] - 10, box[3] - 10))


class OnPicture(Dark):
    """The same with a picture for its ground."""

    def paint(self) -> None:
        data = io.BytesIO()
        Image.new("RGB", (60, 84), (20, 22, 40)).save(data, "PNG")
        self.page.insert_image((0, 0, *self.size), stream=data.getvalue(), keep_proportion=False)


def with_figures(sheet: Sheet, artwork: Callable[[Sheet, Rect], None], pages: int) -> None:
    for number in range(1, pages + 1):
        if number > 1:
            sheet.new_page()
        sheet.body(50, 60, 545, 310)
        artwork(sheet, WIDE)
        sheet.body(50, sheet.caption(50, 566, 495, number, WORDS_AND_MORE) + 16, 545, 780)


@pytest.mark.parametrize("pages", [1, 4])
@pytest.mark.parametrize("artwork", [Dark.image, Dark.light_curves, Dark.white_card])
@pytest.mark.parametrize("ground", [BLACK, BLUE])
def test_white_words_and_artwork_on_a_dark_ground(
    ground: tuple[float, float, float], artwork: Callable[[Sheet, Rect], None], pages: int
) -> None:
    sheet = Dark(ground)
    with_figures(sheet, artwork, pages)
    assert_printed(sheet, *((f"Figure {n}", WORDS_AND_MORE, WIDE) for n in range(1, pages + 1)))


@pytest.mark.parametrize("sheet", [Dark(GREY), OnPicture()])
def test_other_grounds_are_no_ink(sheet: Sheet) -> None:
    with_figures(sheet, Sheet.image, 4)
    assert_printed(sheet, *((f"Figure {n}", WORDS_AND_MORE, WIDE) for n in range(1, 5)))


def test_slides_with_few_words() -> None:
    sheet, box = Dark(size=(720, 405)), (330, 80, 690, 320)
    for number in (1, 2, 3):
        if number > 1:
            sheet.new_page()
        sheet.line(40, 50, f"Results of the study, part {number}", "hebo", 24)
        sheet.line(40, 100, "Cells grew fast in dishes", "helv", 14)
        sheet.image(box)
        sheet.caption(330, 336, 360, number, WORDS)
    assert_printed(sheet, *((f"Figure {number}", WORDS, box) for number in (1, 2, 3)))


def test_a_picture_that_nearly_fills_a_dark_page_ends_where_the_ground_begins() -> None:
    sheet, box = Dark(), (55, 60, 540, 770)
    sheet.body(50, 60, 545, 780)
    sheet.new_page()
    sheet.image(box)
    sheet.new_page()
    sheet.body(50, sheet.caption(50, 70, 495, 1, WORDS) + 16, 545, 780)
    assert_printed(sheet, ("Figure 1", WORDS, box))


def test_a_dark_page_that_is_cropped_and_turned() -> None:
    sheet = Dark()
    with_figures(sheet, Sheet.image, 1)
    sheet.page.set_cropbox(pymupdf.Rect(40, 40, 555, 800))
    sheet.page.set_rotation(90)
    assert_printed(sheet, ("Figure 1", WORDS_AND_MORE, (800 - 550, 110 - 40, 800 - 330, 490 - 40)))


def test_a_picture_alone_on_a_dark_page_is_found_without_the_page() -> None:
    sheet, box = Dark(), (60, 230, 300, 430)
    sheet.body(50, 60, 545, 200)
    sheet.image(box)
    sheet.body(50, 560, 545, 780)
    assert_printed(sheet, (None, None, box))


@pytest.mark.parametrize(("ground", "ink"), [((1, 1, 1), (1, 1, 1)), (BLACK, BLACK)])
def test_words_in_the_colour_of_the_ground_take_no_picture(
    ground: tuple[float, float, float], ink: tuple[float, float, float]
) -> None:
    sheet = Dark(ground)
    with_figures(sheet, Sheet.image, 1)
    sheet.page.insert_text(
        (50, 40), "Figure 9. Words that nobody sees.", fontname="hebo", fontsize=8, color=ink
    )
    found, _ = sheet.read()
    assert [figure.caption.label for figure in found if figure.caption] == ["Figure 1"]
