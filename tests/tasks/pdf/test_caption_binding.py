"""Each piece of artwork goes to the caption that the shortest steps lead to."""

from __future__ import annotations

import pytest

from tasks.pdf.caption_binding import bind_seeds, direction_of, usual_way
from tests.tasks.drawn import RIGHT, Drawing, Rect
from tests.tasks.pdf.test_layout import layouts_of

WORDS = "Cells of the treated group under the microscope after two days of culture."


@pytest.mark.parametrize(
    ("seed", "way"),
    [((0, 0, 100, 80), "above"), ((0, 130, 100, 200), "below"), ((120, 90, 200, 140), "beside")],
)
def test_where_artwork_stands_seen_from_its_caption(seed: Rect, way: str) -> None:
    assert direction_of(seed, (0, 100, 100, 120)) == way


def bound(paper: Drawing, way: str = "above") -> dict[str, list[int]]:
    """The tops of the pieces that each label has, in points."""
    (layout,) = layouts_of(paper)
    assert way in ("above", "below")
    found = bind_seeds(layout, "below" if way == "below" else "above")
    return {caption.label: sorted(round(s.bbox[1]) for s in seeds) for caption, seeds in found.items()}


def test_tiles_hang_together_up_to_their_caption() -> None:
    paper = Drawing().add_page()
    for y in (70, 170, 270):
        paper.image((60, y, 160, y + 90)).image((170, y, 280, y + 90))
    paper.caption((50, 370, 290, 394), "Figure 1.", WORDS).body((50, 410, 290, 780)).body(RIGHT)
    assert bound(paper) == {"Figure 1": [70, 70, 170, 170, 270, 270]}


@pytest.mark.parametrize("way", ["above", "below"])
def test_between_two_captions_artwork_goes_the_papers_way(way: str) -> None:
    paper = Drawing().add_page().caption((50, 60, 290, 84), "Figure 1.", WORDS).image((60, 100, 280, 200))
    paper.caption((50, 216, 290, 240), "Figure 2.", WORDS)
    free: Rect = (60, 260, 280, 360)
    paper.image(free)
    top = {"above": ["Figure 2"], "below": ["Figure 1", "Figure 2"]}[way]
    found = bound(paper.body((50, 400, 290, 780)).body(RIGHT), way)
    assert set(top) <= set(found)
    assert found["Figure 2"] == ([100] if way == "above" and "Figure 1" not in found else [260])


def test_the_papers_way_is_that_of_its_plain_cases() -> None:
    below, above = Drawing(), Drawing()
    for _ in range(2):
        below.add_page().caption((50, 60, 290, 84), "Figure 1.", WORDS).image((60, 92, 280, 200))
        below.body((50, 240, 290, 780)).body(RIGHT)
        above.add_page().image((60, 60, 280, 200)).caption((50, 208, 290, 232), "Figure 1.", WORDS)
        above.body((50, 250, 290, 780)).body(RIGHT)
    assert usual_way(layouts_of(below)) == "below"
    assert usual_way(layouts_of(above)) == "above"


def test_a_figure_does_not_go_on_behind_its_caption() -> None:
    paper = Drawing().add_page().image((60, 60, 280, 200)).caption((50, 208, 290, 232), "Figure 1.", WORDS)
    paper.image((60, 250, 280, 330)).body((50, 360, 290, 780)).body(RIGHT)
    assert bound(paper) == {"Figure 1": [60]}


def test_a_table_does_not_take_the_picture_above_it() -> None:
    paper = Drawing().add_page().image((60, 70, 280, 200)).caption((50, 210, 290, 234), "Figure 1.", WORDS)
    paper.table((50, 260, 290, 400)).body((50, 420, 290, 780)).body(RIGHT)
    assert bound(paper)["Figure 1"] == [70]


def test_a_logo_at_the_pages_head_is_no_part_of_the_figure_below_it() -> None:
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    paper.image((50, 20, 120, 48)).image((50, 75, 545, 300)).caption((50, 310, 545, 324), "Figure 1.", WORDS)
    paper.body((50, 340, 545, 780))
    assert bound(paper) == {"Figure 1": [75]}


def test_a_legend_at_the_pages_head_is_part_of_the_chart_below_it() -> None:
    paper = Drawing()
    paper.document.new_page(width=595, height=842)
    paper.page.draw_rect((200, 45, 230, 57), color=None, fill=(0.2, 0.5, 0.3))
    paper.chart((50, 85, 545, 300)).caption((50, 310, 545, 324), "Figure 1.", WORDS)
    paper.body((50, 340, 545, 780))
    assert bound(paper)["Figure 1"][0] == 45
