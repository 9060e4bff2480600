"""Artwork that no caption names: figures are kept, and logos, banners, covers and portraits are not."""

from __future__ import annotations

import pytest

from tests.tasks.drawn import Drawing, Rect
from tests.tasks.pdf.test_figures import CAPTION, found_in


def unlabelled(paper: Drawing) -> list[tuple[int, ...]]:
    return [tuple(map(round, f.bbox)) for f in found_in(paper) if f.caption is None]


def with_captioned(paper: Drawing) -> Drawing:
    paper.add_page().image((110, 100, 490, 300)).caption((110, 310, 490, 334), "Figure 1.", CAPTION)
    return paper.body((50, 360, 290, 780)).body((305, 360, 545, 780))


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        ((60, 300, 300, 480), True),
        ((60, 300, 170, 480), False),  # too narrow
        ((60, 300, 300, 380), False),  # too low
        ((50, 300, 545, 400), False),  # a banner
    ],
)
def test_in_a_paper_without_captions_large_pictures_are_figures(box: Rect, kept: bool) -> None:
    paper = Drawing().add_page().body((50, 60, 545, 270)).image(box).body((50, 520, 545, 780))
    assert bool(unlabelled(paper)) == kept


@pytest.mark.parametrize("box", [(60, 520, 230, 680), (60, 520, 260, 660)])
def test_beside_captioned_figures_a_portrait_is_none(box: Rect) -> None:
    paper = with_captioned(Drawing())
    paper.add_page().body((50, 60, 545, 480)).image(box).text((280, 560, 540, 600), "Jane Doe draws papers.")
    assert unlabelled(paper) == []


def test_a_cover_is_no_figure_and_the_same_picture_inside_is() -> None:
    cover = Drawing().add_page().image((50, 60, 545, 700))
    assert unlabelled(with_captioned(cover)) == []
    inside = with_captioned(Drawing()).add_page().image((50, 60, 545, 700))
    assert len(unlabelled(inside)) == 1


@pytest.mark.parametrize(
    ("name", "kept"), [("Graphical abstract", True), ("Visual Abstract", True), ("Welcome", False)]
)
def test_a_small_picture_counts_where_its_name_says_so(name: str, kept: bool) -> None:
    paper = Drawing().add_page().text((60, 56, 300, 76), name, 11, "hebo").image((60, 80, 280, 230))
    assert bool(unlabelled(with_captioned(paper.body((50, 270, 545, 780))))) == kept


def test_pieces_that_stand_together_are_one() -> None:
    paper = (
        Drawing().add_page().body((50, 60, 545, 250)).image((60, 270, 290, 470)).image((300, 270, 530, 470))
    )
    ((x0, _, x1, _),) = unlabelled(paper.body((50, 520, 545, 780)))
    assert abs(x0 - 60) <= 1 >= abs(x1 - 530)
