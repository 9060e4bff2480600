"""Every case in which figures are lost, torn or misbound elsewhere, drawn as a small paper of its own."""

from __future__ import annotations

import time

import pymupdf
import pytest

from tasks import boxes
from tasks.pdf.figures import find_figures, in_reading_order
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import read_page
from tests.tasks.drawn import LEFT, RIGHT, Drawing, Rect, picture, sentences

CAPTION = "Cells of the treated group under the microscope after two days of culture."


def found_in(paper: Drawing) -> list[FoundFigure]:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    return find_figures([read_page(page) for page in document])[0]


def iou(a: Rect, b: Rect) -> float:
    both = boxes.area(boxes.intersection(a, b))
    return both / (boxes.area(a) + boxes.area(b) - both)


def assert_found(
    figure: FoundFigure, box: Rect, label: str | None, page: int = 1, text: str = CAPTION
) -> None:
    assert figure.page.number == page
    assert iou(figure.page.to_page(figure.bbox), box) > 0.9, figure.page.to_page(figure.bbox)
    assert (figure.caption.label if figure.caption else None) == label
    if label is not None:
        assert figure.caption is not None
        assert figure.caption.text == text


def two_columns() -> Drawing:
    return Drawing().add_page()


def test_raster_figure_in_a_column() -> None:
    paper = two_columns().image((60, 70, 280, 220)).caption((50, 226, 290, 250), "Figure 1.", CAPTION)
    paper.body((50, 270, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 280, 220), "Figure 1")


def test_vector_chart_with_its_tick_labels() -> None:
    paper = two_columns().body((50, 60, 290, 300)).chart((60, 320, 280, 480))
    paper.caption((50, 490, 290, 514), "Fig. 2", CAPTION).body((50, 530, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (60, 320, 280, 480), "Figure 2")


def test_raster_with_vector_parts_around_it() -> None:
    paper = two_columns().image((90, 70, 280, 220)).body((50, 290, 290, 780)).body(RIGHT)
    paper.page.draw_line((70, 75), (70, 215), width=2)
    paper.page.insert_text((55, 145), "20 h", fontsize=7, fontname="helv")
    paper.caption((50, 240, 290, 264), "Figure 1.", CAPTION)
    (figure,) = found_in(paper)
    assert_found(figure, (55, 70, 280, 220), "Figure 1")


def test_many_tiles_are_one_figure() -> None:
    paper = two_columns()
    for row in range(4):
        for column in range(6):
            x, y = 60 + column * 80, 70 + row * 60
            paper.image((x, y, x + 72, y + 52))
    paper.caption((50, 310, 545, 324), "Figure 3.", CAPTION).body((50, 340, 290, 780)).body(
        (305, 340, 545, 780)
    )
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 532, 302), "Figure 3")


def test_form_xobjects_are_one_figure() -> None:
    art = pymupdf.open()
    Drawing(art).add_page(200, 150)
    art.delete_page(0)
    art.new_page(width=200, height=150)
    Drawing(art).chart((5, 5, 195, 145))
    paper = two_columns()
    for left in (60, 310):
        paper.page.show_pdf_page(pymupdf.Rect(left, 70, left + 220, 220), art, 0, keep_proportion=False)
    paper.caption((50, 230, 545, 244), "Figure 1.", CAPTION).body((50, 260, 290, 780)).body(
        (305, 260, 545, 780)
    )
    (figure,) = found_in(paper)
    assert_found(figure, (65, 75, 525, 215), "Figure 1")


def test_figure_across_both_columns_with_a_short_caption_at_the_left() -> None:
    paper = two_columns().image((60, 70, 535, 300)).caption((50, 310, 200, 324), "Figure 1.", "Short text.")
    paper.body((50, 340, 290, 780)).body((305, 340, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 535, 300), "Figure 1", text="Short text.")


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated_page(rotation: int) -> None:
    paper = two_columns().image((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", CAPTION)
    paper.body((50, 270, 290, 780)).body(RIGHT)
    paper.page.set_rotation(rotation)
    shown = pymupdf.Rect(60, 70, 280, 220) * paper.page.rotation_matrix
    (figure,) = found_in(paper)
    assert_found(figure, tuple(shown), "Figure 1")


def test_landscape_figure_set_sideways_on_a_portrait_page() -> None:
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    paper.image((80, 100, 420, 740), rotate=90)
    paper.caption((440, 100, 500, 740), "Figure 1.", CAPTION, rotate=90)
    (figure,) = found_in(paper)
    assert_found(figure, (80, 100, 420, 740), "Figure 1")


def test_caption_above() -> None:
    paper = two_columns()
    for column, left in enumerate((50, 305)):
        paper.caption((left, 60, left + 240, 84), f"Figure {column + 1}.", CAPTION)
        paper.image((left + 10, 90, left + 230, 240))
        paper.body((left, 260, left + 240, 780))
    first, second = found_in(paper)
    assert_found(first, (60, 90, 280, 240), "Figure 1")
    assert_found(second, (315, 90, 535, 240), "Figure 2")


def test_caption_beside() -> None:
    paper = two_columns().caption((50, 70, 180, 130), "Figure 1.", CAPTION).image((195, 70, 540, 300))
    paper.body((50, 320, 290, 780)).body((305, 320, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (195, 70, 540, 300), "Figure 1")


def test_captions_beside_stacked_figures_keep_to_their_own() -> None:
    paper = two_columns()
    for number, top in enumerate((60, 280)):
        paper.image((50, top, 330, top + 200))
        paper.caption((340, top, 545, top + 200), f"Figure {number + 1}.", CAPTION)
    paper.body((50, 500, 290, 780)).body((305, 500, 545, 780))
    first, second = found_in(paper)
    assert_found(first, (50, 60, 330, 260), "Figure 1")
    assert_found(second, (50, 280, 330, 480), "Figure 2")


def test_a_portrait_and_a_logo_far_from_a_figure_stay_out_of_it() -> None:
    paper = two_columns().image((450, 30, 545, 50)).image((50, 100, 90, 150)).body((100, 100, 545, 300))
    paper.image((60, 320, 280, 480)).caption((50, 485, 290, 510), "Figure 1.", CAPTION)
    paper.body((50, 520, 290, 780)).body((305, 320, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (60, 320, 280, 480), "Figure 1")


def test_the_columns_of_print_beside_a_forest_plot_belong_to_it() -> None:
    paper = two_columns()
    for row in range(12):
        y = 80 + row * 16
        paper.page.insert_text((60, y + 8), f"Smith {1990 + row}", fontsize=8, fontname="helv")
        paper.page.insert_text((450, y + 8), "1.2 [0.8, 1.7]", fontsize=8, fontname="helv")
        paper.page.draw_line((300 + row * 5, y + 6), (380 + row * 5, y + 6), width=0.8)
    paper.page.draw_line((360, 75), (360, 275), width=0.5)
    paper.page.draw_line((290, 275), (440, 275), width=0.7)
    paper.caption((50, 290, 545, 315), "Figure 1.", CAPTION).body((50, 330, 290, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (60, 75, 500, 276), "Figure 1")


def test_titles_of_panels_in_the_type_of_the_body_do_not_cut_a_figure() -> None:
    paper = two_columns()
    for row, top in enumerate((78, 228, 378)):
        paper.page.insert_text(
            (60, top - 7), f"Panel {row + 1}. Growth of the cells", fontsize=9, fontname="tiro"
        )
        paper.chart((60, top, 535, top + 117))
    paper.caption((50, 510, 545, 535), "Figure 1.", CAPTION).body((50, 550, 290, 780)).body(
        (305, 550, 545, 780)
    )
    (figure,) = found_in(paper)
    assert_found(figure, (60, 65, 535, 495), "Figure 1")


def test_two_figures_side_by_side_keep_their_captions() -> None:
    paper = two_columns()
    paper.image((55, 70, 290, 220)).caption((50, 228, 290, 252), "Figure 1.", CAPTION)
    paper.image((300, 70, 540, 220)).caption((305, 228, 545, 252), "Figure 2.", CAPTION)
    paper.body((50, 270, 290, 780)).body((305, 270, 545, 780))
    first, second = found_in(paper)
    assert_found(first, (55, 70, 290, 220), "Figure 1")
    assert_found(second, (300, 70, 540, 220), "Figure 2")


@pytest.mark.parametrize(
    ("left", "right"),
    [((111, 261), (96, 246)), ((96, 246), (111, 261)), ((90.5, 240), (89.5, 240)), ((150, 300), (80, 300))],
    ids=["higher at the right", "higher at the left", "by a point", "feet level"],
)
def test_figures_side_by_side_are_counted_from_the_left(
    left: tuple[float, float], right: tuple[float, float]
) -> None:
    paper = two_columns()
    for label, x, (top, foot) in (("Figure 1.", 50, left), ("Figure 2.", 305, right)):
        paper.image((x, top, x + 240, foot)).caption((x, foot + 5, x + 240, foot + 29), label, CAPTION)
    figures = found_in(paper.body((50, 420, 290, 780)).body((305, 420, 545, 780)))
    assert [f.caption.label for f in figures if f.caption] == ["Figure 1", "Figure 2"]


@pytest.mark.parametrize(
    ("tops", "order"),
    [
        ([(0, 300), (100, 195)], [0, 1]),  # a small one beside the middle of a tall one
        ([(0, 200), (90, 290), (180, 380)], [1, 0, 2]),  # the last one is in no row with the first
    ],
)
def test_rows_are_of_figures_that_all_stand_side_by_side(
    tops: list[tuple[float, float]], order: list[int]
) -> None:
    page = read_page(two_columns().page)
    places = [(500.0 - 110 * i, y0, 600.0 - 110 * i, y1) for i, (y0, y1) in enumerate(tops)]
    figures = [FoundFigure(page, box, None) for box in places]
    assert [places.index(figure.bbox) for figure in in_reading_order(figures)] == order


def test_stacked_figures_keep_their_captions() -> None:
    paper = two_columns()
    for i, top in enumerate((60, 240, 420)):
        paper.image((60, top, 280, top + 130)).caption(
            (50, top + 135, 290, top + 158), f"Figure {i + 1}.", CAPTION
        )
    paper.body((50, 600, 290, 780)).body(RIGHT)
    figures = found_in(paper)
    assert [f.caption.label for f in figures if f.caption] == ["Figure 1", "Figure 2", "Figure 3"]
    for figure, top in zip(figures, (60, 240, 420), strict=True):
        assert_found(figure, (60, top, 280, top + 130), figure.caption.label if figure.caption else None)


def test_frame_about_figure_and_caption_is_the_publishers() -> None:
    paper = two_columns().image((100, 80, 240, 220)).caption((60, 230, 280, 254), "Figure 1.", CAPTION)
    paper.page.draw_rect((50, 66, 290, 262), width=0.7)
    paper.body((50, 280, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (100, 80, 240, 220), "Figure 1")


def test_tinted_box_about_figure_and_caption_is_the_publishers() -> None:
    paper = two_columns()
    paper.page.draw_rect((50, 66, 290, 262), color=None, fill=(0.9, 0.93, 0.97))
    paper.image((100, 80, 240, 220)).caption((60, 230, 280, 254), "Figure 1.", CAPTION)
    paper.body((50, 280, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (100, 80, 240, 220), "Figure 1")


def test_caption_on_the_facing_page() -> None:
    paper = two_columns().image((55, 60, 540, 770)).add_page()
    paper.caption((50, 60, 545, 76), "Figure 1.", CAPTION).body((50, 90, 290, 780)).body((305, 90, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (55, 60, 540, 770), "Figure 1")


def test_manuscript_with_all_captions_at_the_end() -> None:
    paper = Drawing().add_page().body((70, 70, 525, 770)).add_page().body((70, 70, 525, 500))
    for i, top in enumerate((520, 560, 600)):
        paper.caption((70, top, 525, top + 24), f"Figure {i + 1}.", CAPTION)
    for _ in range(3):
        paper.add_page().image((100, 100, 500, 500))
    figures = found_in(paper)
    assert [f.caption.label if f.caption else None for f in figures] == ["Figure 1", "Figure 2", "Figure 3"]
    assert [f.page.number for f in figures] == [3, 4, 5]


def test_figure_that_runs_over_pages() -> None:
    paper = two_columns().image((60, 70, 535, 600)).caption((50, 610, 545, 624), "Figure 1.", CAPTION)
    paper.add_page().image((60, 70, 535, 400)).caption((50, 410, 545, 424), "Figure 1.", "(Continued)")
    paper.body((50, 440, 290, 780)).body((305, 440, 545, 780))
    first, second = found_in(paper)
    assert_found(first, (60, 70, 535, 600), "Figure 1")
    assert_found(second, (60, 70, 535, 400), "Figure 1", page=2)


def test_sentence_about_a_figure_is_no_caption() -> None:
    paper = two_columns().image((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", CAPTION)
    paper.text((50, 270, 290, 320), "Figure 2 shows that cells grew faster in the medium. " + sentences(10))
    paper.body((50, 330, 290, 780)).body(RIGHT)
    figures = found_in(paper)
    assert [f.caption.label for f in figures if f.caption] == ["Figure 1"]


def test_large_picture_without_a_caption_is_kept_without_a_label() -> None:
    paper = two_columns().body((50, 60, 290, 780)).image((310, 70, 540, 300)).body((305, 320, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (310, 70, 540, 300), None)


def test_logos_portraits_furniture_tables_and_text_boxes_are_no_figures() -> None:
    paper = Drawing()
    for _ in range(4):
        paper.add_page()
        paper.image((450, 25, 545, 50), picture(200, 60, 99))
        paper.body(LEFT)
    paper.table((305, 60, 545, 200)).body((305, 220, 545, 500))
    paper.image((305, 520, 375, 610)).body((385, 520, 545, 610))
    paper.page.draw_rect((305, 620, 545, 780), width=0.8)
    paper.body((312, 626, 538, 775))
    assert found_in(paper) == []


def test_table_between_two_figures_is_left_out() -> None:
    paper = two_columns().image((60, 60, 280, 180)).caption((50, 186, 290, 210), "Figure 1.", CAPTION)
    paper.table((50, 225, 290, 360)).chart((60, 380, 280, 500))
    paper.caption((50, 506, 290, 530), "Figure 2.", CAPTION).body((50, 545, 290, 780)).body(RIGHT)
    first, second = found_in(paper)
    assert_found(first, (60, 60, 280, 180), "Figure 1")
    assert_found(second, (60, 380, 280, 500), "Figure 2")


def test_hidden_and_off_page_copies_are_not_seen() -> None:
    paper = two_columns()
    paper.image((60, 70, 280, 220), picture(seed=5)).image((700, 70, 900, 220), picture(seed=5))
    paper.image((60, 400, 280, 550), picture(seed=6))
    paper.page.draw_rect((55, 395, 285, 555), color=None, fill=(1, 1, 1))
    paper.caption((50, 230, 290, 254), "Figure 1.", CAPTION).body((50, 270, 290, 390)).body(
        (50, 400, 290, 780)
    )
    paper.body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 280, 220), "Figure 1")


def test_chart_of_words_alone_in_a_frame() -> None:
    paper = two_columns()
    for i in range(6):
        paper.text(
            (70, 80 + i * 25, 270, 100 + i * 25),
            f"{i} extraction of the sample with ethanol and water",
            7,
            "helv",
        )
    paper.page.draw_rect((60, 70, 280, 235), width=0.8)
    paper.caption((50, 244, 290, 268), "Figure 1.", CAPTION).body((50, 285, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 280, 235), "Figure 1")


def test_line_numbers_and_upright_margin_marks_of_manuscripts_stay_out() -> None:
    paper = Drawing()
    for _ in range(3):
        paper.add_page()
        for line in range(30):
            paper.page.insert_text((40, 70 + line * 22), str(line + 1), fontsize=8, fontname="tiro")
        paper.page.insert_text((22, 500), "Author Manuscript", fontsize=12, fontname="helv", rotate=90)
        paper.body((60, 400, 525, 780))
    paper.image((62, 70, 525, 300)).caption((60, 310, 525, 324), "Figure 1.", CAPTION)
    (figure,) = found_in(paper)
    assert_found(figure, (62, 70, 525, 300), "Figure 1", page=3)


def test_tinted_paper_is_no_ink() -> None:
    paper = two_columns()
    paper.page.draw_rect((0, 0, 595, 842), color=None, fill=(0.96, 0.95, 0.9))
    paper.image((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", CAPTION)
    paper.body((50, 270, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 280, 220), "Figure 1")


def test_a_plot_of_many_points_is_read_in_reasonable_time() -> None:
    paper = two_columns()
    points = "".join(
        f"{70 + i * 7 % 200 + i / 9973:.3f} {560 + i * 13 % 140 + i / 9973:.3f} 1 1 re f\n"
        for i in range(60000)
    )
    xref = paper.document.get_new_xref()
    paper.document.update_object(xref, "<<>>")
    paper.document.update_stream(xref, points.encode())
    paper.document.xref_set_key(paper.page.xref, "Contents", f"[{xref} 0 R]")
    paper.caption((50, 300, 290, 324), "Figure 1.", CAPTION).body((50, 340, 290, 780)).body(RIGHT)
    start = time.process_time()
    (figure,) = found_in(paper)
    assert_found(figure, (70, 141, 271, 283), "Figure 1")
    assert time.process_time() - start < 10


def test_a_plot_whose_points_are_letters_keeps_its_frame() -> None:
    paper = two_columns()
    paper.page.draw_rect((80, 70, 280, 220), width=0.8)
    for i in range(12):
        paper.page.insert_text((90 + i * 15, 90 + i * 53 % 120), "o", fontsize=7, fontname="helv")
    paper.page.insert_text((62, 150), "10", fontsize=7, fontname="helv")
    paper.caption((50, 230, 290, 254), "Figure 1.", CAPTION).body((50, 270, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (62, 70, 280, 220), "Figure 1")


def test_a_figure_of_words_alone() -> None:
    paper = two_columns()
    for i in range(8):
        paper.page.insert_text(
            (70, 90 + i * 14), f"seq{i}  ACGTTGCAACGTTGCAACGT", fontsize=9, fontname="cour"
        )
    paper.caption((50, 210, 290, 234), "Figure 1.", CAPTION).body((50, 250, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (70, 84, 216, 190), "Figure 1")


def test_a_legend_beside_a_chart_belongs_to_it() -> None:
    paper = two_columns().chart((60, 70, 220, 220)).body((50, 270, 290, 780)).body(RIGHT)
    for i in range(3):
        paper.page.insert_text((240, 100 + i * 12), f"group {i}", fontsize=7, fontname="helv")
    paper.caption((50, 230, 290, 254), "Figure 1.", CAPTION)
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 264, 220), "Figure 1")


@pytest.mark.parametrize("colour", [(1, 1, 1), (0.96, 0.95, 0.9)])
def test_a_ground_drawn_on_every_page_hides_nothing(colour: tuple[float, float, float]) -> None:
    paper = Drawing()
    for number in range(4):
        paper.document.new_page(width=595, height=842)
        paper.page.draw_rect((0, 0, 595, 842), color=None, fill=colour)
        paper.image((60, 70, 280, 220)).caption((50, 230, 290, 254), f"Figure {number + 1}.", CAPTION)
        paper.body((50, 270, 290, 780)).body(RIGHT)
    figures = found_in(paper)
    assert [f.caption.label for f in figures if f.caption] == [f"Figure {i}" for i in range(1, 5)]


def test_scanned_pages_with_recognised_text_show_their_figures() -> None:
    printed = two_columns().image((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", CAPTION)
    printed.text((50, 270, 290, 780), sentences(300)).text(RIGHT, sentences(400, seed=1))
    scan = printed.page.get_pixmap(dpi=110).tobytes("png")
    paper = Drawing()
    for _ in range(4):
        paper.document.new_page(width=595, height=842)
        paper.image((0, 0, 595, 842), scan)
        for block in printed.page.get_text("dict")["blocks"]:
            for line in block.get("lines", []):
                for span in line["spans"]:
                    at = {"fontsize": span["size"], "fontname": "tiro", "render_mode": 3}
                    paper.page.insert_text(span["origin"], span["text"], **at)
    figures = found_in(paper)
    assert [f.page.number for f in figures] == [1, 2, 3, 4]
    for figure in figures:
        assert iou(figure.page.to_page(figure.bbox), (60, 70, 280, 220)) > 0.9


def test_two_articles_in_one_file_keep_both_their_first_figures() -> None:
    paper = Drawing()
    for words in ("Cells of the first article.", "Mice of the second article."):
        paper.add_page().chart((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", words)
        paper.body((50, 270, 290, 780)).body(RIGHT)
    texts = [f.caption.text for f in found_in(paper) if f.caption]
    assert texts == ["Cells of the first article.", "Mice of the second article."]


def test_a_banner_set_sideways_in_the_margin_does_not_turn_the_page() -> None:
    paper = Drawing()
    banner = (
        "Downloaded from https://journal.example/article by guest on 12 March 2026, for personal use only"
    )
    for page in range(2):
        paper.document.new_page(width=595, height=842)
        paper.page.insert_text((585, 760), banner, fontsize=7, fontname="helv", rotate=90)
        if page:
            paper.image((60, 70, 535, 300)).caption((50, 310, 545, 324), "Figure 1.", "Few words.")
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 535, 300), "Figure 1", page=2, text="Few words.")


def test_a_sideways_figure_beside_an_upright_column_is_read_in_its_own_direction() -> None:
    paper = two_columns().image((60, 80, 230, 720), rotate=90)
    paper.page.insert_text((250, 718), f"Figure 4. {CAPTION}", fontsize=8, fontname="helv", rotate=90)
    paper.body((305, 60, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (60, 80, 230, 720), "Figure 4")


def test_a_sideways_page_with_an_upright_head_is_read_sideways() -> None:
    paper = two_columns()
    paper.image((80, 100, 420, 740), rotate=90).caption((440, 100, 500, 740), "Figure 1.", CAPTION, rotate=90)
    (figure,) = found_in(paper)
    assert_found(figure, (80, 100, 420, 740), "Figure 1")
    assert figure.page.turn in (0, 270)
    assert figure.page.size[0] > figure.page.size[1]


def test_a_watermark_across_all_pages_is_no_part_of_a_figure() -> None:
    paper = Drawing()
    for page in range(4):
        paper.add_page().body((50, 60, 290, 300)).body((305, 60, 545, 300))
        if page == 2:
            paper.image((150, 320, 440, 480)).caption((50, 490, 545, 504), "Figure 1.", CAPTION)
        paper.body((50, 520, 290, 780)).body((305, 520, 545, 780))
        point = pymupdf.Point(140, 620)
        paper.page.insert_text(
            point,
            "UNCORRECTED PROOF",
            fontsize=38,
            fontname="hebo",
            color=(0.8, 0.8, 0.8),
            morph=(point, pymupdf.Matrix(50)),
        )
    (figure,) = found_in(paper)
    assert_found(figure, (150, 320, 440, 480), "Figure 1", page=3)


def test_two_parts_of_a_continued_figure_have_their_artwork_each() -> None:
    paper = (
        two_columns().image((60, 70, 535, 300)).caption((50, 310, 545, 324), "Figure 2.", "Both. (A) One.")
    )
    paper.body((50, 340, 545, 780)).add_page().image((60, 70, 535, 300))
    paper.caption((50, 310, 545, 324), "Figure 2 (continued).", "(B) Two.").body((50, 340, 545, 780))
    first, second = found_in(paper)
    assert_found(first, (60, 70, 535, 300), "Figure 2", text="Both. (A) One.")
    assert_found(second, (60, 70, 535, 300), "Figure 2", page=2, text="(B) Two.")


def test_captions_one_a_line_higher_keep_their_pictures() -> None:
    paper = two_columns().image((60, 70, 280, 240)).image((315, 70, 535, 228))
    paper.caption((60, 246, 290, 280), "Figure 1.", CAPTION).caption(
        (315, 235, 545, 270), "Figure 2.", CAPTION
    )
    paper.body((50, 300, 290, 780)).body((305, 300, 545, 780))
    first, second = found_in(paper)
    assert_found(first, (60, 70, 280, 240), "Figure 1")
    assert_found(second, (315, 70, 535, 228), "Figure 2")


def test_a_heading_over_a_picture_without_caption_is_no_part_of_it() -> None:
    paper = two_columns()
    paper.page.insert_text((60, 80), "Visual abstract", fontsize=12, fontname="hebo")
    paper.image((60, 88, 400, 260)).body((50, 300, 290, 780)).body((305, 300, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (60, 88, 400, 260), None)


def test_covers_portraits_and_banners_are_no_figures_of_a_paper_with_captions() -> None:
    paper = Drawing().add_page().image((40, 60, 555, 780)).add_page().body((50, 60, 545, 160))
    paper.image((60, 180, 280, 330)).caption((50, 338, 290, 362), "Figure 1.", CAPTION)
    paper.body((50, 380, 290, 780)).body((305, 180, 545, 780))
    paper.add_page().body((50, 60, 545, 300)).image((60, 320, 215, 520)).body((230, 320, 545, 520))
    paper.image((50, 600, 545, 700))
    (figure,) = found_in(paper)
    assert_found(figure, (60, 180, 280, 330), "Figure 1", page=2)


def test_a_tinted_box_of_notes_under_a_caption_is_no_part_of_the_figure() -> None:
    paper = two_columns().image((60, 70, 280, 220)).caption((50, 230, 290, 254), "Figure 1.", CAPTION)
    paper.page.draw_rect((50, 275, 545, 310), color=None, fill=(0.85, 0.85, 0.85))
    paper.page.insert_text((60, 290), "Received 3 March; accepted 9 May", fontsize=8, fontname="hebo")
    paper.body((50, 330, 290, 780)).body((305, 330, 545, 780))
    (figure,) = found_in(paper)
    assert_found(figure, (60, 70, 280, 220), "Figure 1")


def test_a_table_above_a_figure_is_no_part_of_it() -> None:
    paper = two_columns().table((50, 60, 290, 180)).image((60, 184, 280, 330))
    paper.caption((50, 338, 290, 362), "Figure 1.", CAPTION).body((50, 380, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert_found(figure, (60, 184, 280, 330), "Figure 1")


def test_a_table_beside_a_framed_figure_does_not_take_its_plots() -> None:
    paper = two_columns()
    for top in (70, 230, 390, 550):
        paper.chart((70, top, 270, top + 140))
    paper.page.draw_rect((50, 60, 290, 740), width=0.6)
    paper.caption((60, 705, 280, 730), "Figure 1.", CAPTION).table((305, 300, 545, 420)).body(
        (305, 450, 545, 780)
    )
    (figure,) = found_in(paper)
    assert_found(figure, (70, 70, 270, 690), "Figure 1")


@pytest.mark.parametrize("label", ["Kép 3.", "Bild 3:", "Joonis 3."])
def test_what_stands_where_a_caption_stands_is_no_part_of_the_picture(label: str) -> None:
    paper = two_columns().image((60, 70, 280, 220))
    paper.page.insert_text(
        (60, 232), f"{label} Cells of the group after two days", fontsize=8, fontname="helv"
    )
    paper.body((50, 260, 290, 780)).body(RIGHT)
    (figure,) = found_in(paper)
    assert iou(figure.page.to_page(figure.bbox), (60, 70, 280, 220)) > 0.98
