"""The parts of a page told apart: body, captions, tables, furniture, and the rest as components."""

import pymupdf
import pytest

from tasks import boxes
from tasks.pdf.captions import find_captions
from tasks.pdf.furniture import find_furniture
from tasks.pdf.layout import Component, PageLayout, read_layout
from tasks.pdf.pages import read_page
from tasks.pdf.styles import body_style
from tasks.records import Box
from tests.tasks.drawn import LEFT, RIGHT, Drawing, picture


def layouts_of(paper: Drawing) -> list[PageLayout]:
    document = pymupdf.open(stream=paper.document.tobytes(), filetype="pdf")
    pages = [read_page(page) for page in document]
    style = body_style(pages)
    captions = find_captions(pages, style)
    furniture = find_furniture(pages)
    return [read_layout(p, [c for c in captions if c.page == p.number], style, furniture) for p in pages]


def at(layout: PageLayout, box: Box) -> list[Component]:
    return [c for c in layout.components if boxes.overlaps(c.bbox, box)]


def test_body_text_is_a_barrier_and_no_component() -> None:
    (layout,) = layouts_of(Drawing().add_page().body((50, 60, 290, 780)).body(RIGHT))
    assert len(layout.barriers) > 60
    assert at(layout, (50, 60, 545, 780)) == []


def test_an_image_is_one_graphic_component_however_white_it_is_inside() -> None:
    art = pymupdf.open()
    art.new_page(width=200, height=150)
    for x in (20, 160):
        art[0].draw_rect((x, 20, x + 20, 130), fill=(0, 0, 0))
    png = art[0].get_pixmap(dpi=150).tobytes("png")
    paper = Drawing().add_page().image((60, 70, 280, 220), png).body((50, 260, 290, 780)).body(RIGHT)
    (component,) = at(layouts_of(paper)[0], (60, 70, 280, 220))
    assert component.graphic
    assert boxes.width(component.bbox) > 150


def test_loose_text_is_a_component_but_no_graphic() -> None:
    paper = Drawing().add_page().body((50, 260, 290, 780)).body(RIGHT)
    paper.page.insert_text((100, 150), "Axis title", fontsize=12, fontname="helv")
    found = at(layouts_of(paper)[0], (90, 130, 200, 160))
    assert found
    assert not any(c.graphic for c in found)


def test_a_hollow_outline_is_a_frame() -> None:
    paper = Drawing().add_page().body(RIGHT)
    paper.page.draw_rect((60, 70, 280, 220), width=1)
    paper.page.draw_rect((60, 300, 280, 450), fill=(0.5, 0.5, 0.5))
    layout = layouts_of(paper)[0]
    assert [c.frame for c in at(layout, (60, 70, 280, 220))] == [True]
    assert [c.frame for c in at(layout, (60, 300, 280, 450))] == [False]


def test_a_table_is_a_barrier_as_a_whole() -> None:
    paper = Drawing().add_page().table((50, 70, 290, 200)).body((50, 260, 290, 780)).body(RIGHT)
    layout = layouts_of(paper)[0]
    assert any(boxes.share_inside((60, 90, 280, 170), barrier) > 0.95 for barrier in layout.barriers)
    assert at(layout, (50, 85, 290, 175)) == []


def test_what_repeats_in_the_margin_is_furniture() -> None:
    paper = Drawing()
    for _ in range(3):
        paper.add_page().image((450, 25, 545, 50), picture(200, 60, 99)).body((50, 60, 290, 780)).body(RIGHT)
    assert [at(layout, (0, 0, 595, 58)) for layout in layouts_of(paper)] == [[], [], []]


@pytest.mark.parametrize(
    "bar", [(0, 0, 595, 45), (0, 800, 595, 842), (570, 300, 595, 560), (0, 100, 22, 400)]
)
def test_a_bar_that_runs_off_the_page_beside_text_is_no_component(bar: Box) -> None:
    paper = Drawing().add_page().body(LEFT).image((310, 70, 545, 220))
    paper.page.draw_rect(bar, color=None, fill=(0.2, 0.5, 0.3))
    (layout,) = layouts_of(paper)
    assert [c for c in layout.components if boxes.overlaps(c.bbox, bar, -2)] == []
    assert at(layout, (310, 70, 545, 220))


@pytest.mark.parametrize(("ground", "square"), [(0.95, 0.5), (0.7, 0.1), (0.3, 0.0), (0.05, 1.0)])
def test_what_differs_from_the_ground_is_a_component_and_nothing_else(ground: float, square: float) -> None:
    paper = Drawing()
    paper.document.new_page(width=401.3, height=600.7)
    paper.page.draw_rect(paper.page.rect, color=None, fill=(ground,) * 3)
    paper.page.draw_rect((100, 100, 200, 200), color=None, fill=(square,) * 3)
    (layout,) = layouts_of(paper)
    (component,) = layout.components
    assert component.graphic
    assert component.bbox == pytest.approx((100, 100, 200, 200), abs=1)
