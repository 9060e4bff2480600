"""Which pieces of a page a figure starts from, how far it reaches, and what stands in its way."""

from __future__ import annotations

import pytest

from tasks import boxes
from tasks.pdf.artwork import artwork_box, corridor, crosses, is_blocked, seeds_of
from tests.tasks.drawn import RIGHT, Drawing, Rect
from tests.tasks.pdf.test_layout import layouts_of

WORDS = "Cells of the treated group under the microscope after two days of culture."


@pytest.mark.parametrize(
    ("a", "b", "between"),
    [
        ((0, 0, 10, 10), (2, 30, 8, 40), (2, 10, 8, 30)),
        ((0, 0, 10, 10), (30, 2, 40, 8), (10, 2, 30, 8)),
        ((0, 0, 10, 10), (20, 30, 40, 50), (10, 10, 20, 30)),
    ],
)
def test_a_corridor_is_what_lies_between(a: Rect, b: Rect, between: Rect) -> None:
    assert corridor(a, b) == corridor(b, a) == between


@pytest.mark.parametrize(
    ("barrier", "bars"), [((0, 40, 100, 50), True), ((98, 40, 200, 50), False), ((0, 99, 100, 150), False)]
)
def test_a_barrier_stands_in_a_corridor_and_not_at_its_edge(barrier: Rect, bars: bool) -> None:
    assert crosses((0, 0, 100, 100), barrier) == bars


def test_rules_and_specks_start_no_figure() -> None:
    paper = Drawing().add_page().image((60, 70, 280, 220)).body((50, 400, 290, 780)).body(RIGHT)
    paper.page.draw_line((60, 300), (280, 300))
    paper.page.draw_rect((60, 320, 68, 328), fill=(0, 0, 0))
    (layout,) = layouts_of(paper)
    (seed,) = seeds_of(layout)
    assert boxes.share_inside(seed.bbox, (59, 69, 281, 221)) == 1


def test_the_publishers_frame_about_picture_and_caption_starts_none() -> None:
    paper = Drawing().add_page().body((50, 420, 545, 780)).image((80, 90, 500, 300))
    paper.caption((80, 310, 500, 340), "Figure 1.", WORDS)
    paper.page.draw_rect((60, 70, 535, 360))
    (layout,) = layouts_of(paper)
    assert [round(seed.bbox[3]) for seed in seeds_of(layout)] == [300]


def test_labels_of_axes_belong_to_the_chart_and_the_body_does_not() -> None:
    paper = Drawing().add_page().chart((60, 100, 280, 250)).body((50, 290, 290, 780)).body(RIGHT)
    paper.text((140, 254, 260, 266), "Time in days", 7, "helv")
    (layout,) = layouts_of(paper)
    box = artwork_box(layout, seeds_of(layout))
    assert boxes.share_inside((140, 256, 170, 262), box) == 1
    assert box[3] < 270


def test_a_heading_above_a_picture_stays_out_where_it_is_named() -> None:
    paper = Drawing().add_page().text((60, 44, 280, 69), "Patient 3", 11, "hebo").image((60, 72, 280, 220))
    (layout,) = layouts_of(paper.body((50, 300, 290, 780)).body(RIGHT))
    seeds = seeds_of(layout)
    assert artwork_box(layout, seeds)[1] < 69
    assert artwork_box(layout, seeds, layout.headings)[1] > 70


def test_body_text_and_other_captions_block_the_way_to_a_caption() -> None:
    paper = Drawing().add_page().image((60, 70, 280, 220)).body((50, 240, 290, 420))
    paper.caption((50, 440, 290, 470), "Figure 1.", WORDS).body((50, 490, 290, 780)).body(RIGHT)
    (layout,) = layouts_of(paper)
    (caption,) = layout.captions
    (seed,) = seeds_of(layout)
    assert is_blocked(layout, seed.bbox, caption.bbox, caption)
    assert not is_blocked(layout, (60, 425, 280, 436), caption.bbox, caption)
