"""Captions whose artwork stands on another page: in a manuscript's order, or on the page that faces them."""

from __future__ import annotations

import pytest

from tests.tasks.drawn import Drawing
from tests.tasks.pdf.test_figures import CAPTION, assert_found, found_in

PICTURE = (100, 100, 500, 500)


def text_page() -> Drawing:
    return Drawing().add_page().body((70, 70, 525, 770))


def legends(paper: Drawing, labels: tuple[str, ...] = ("Figure 1.", "Figure 2.", "Figure 3.")) -> Drawing:
    paper.add_page().body((70, 70, 525, 500))
    for number, label in enumerate(labels):
        paper.caption((70, 520 + 40 * number, 525, 544 + 40 * number), label, CAPTION)
    return paper


def pictures(paper: Drawing, count: int) -> Drawing:
    for _ in range(count):
        paper.add_page().image(PICTURE)
    return paper


def labels_of(paper: Drawing) -> list[str | None]:
    return [figure.caption.label if figure.caption else None for figure in found_in(paper)]


def test_pictures_before_the_list_of_captions() -> None:
    assert labels_of(legends(pictures(text_page(), 3))) == ["Figure 1", "Figure 2", "Figure 3"]


def test_a_figure_in_two_parts_on_its_page_is_one() -> None:
    paper = pictures(legends(text_page()), 1)
    paper.add_page().image((100, 80, 500, 280)).image((100, 360, 500, 600))
    figures = found_in(pictures(paper, 1))
    assert len(figures) == 3
    for figure, box, number in zip(figures, (PICTURE, (100, 80, 500, 600), PICTURE), (1, 2, 3), strict=True):
        assert_found(figure, box, f"Figure {number}", page=2 + number)


def test_captions_of_a_supplement_without_artwork_do_not_disturb_the_order() -> None:
    paper = legends(text_page(), ("Figure 1.", "Figure 2.", "Supplementary Figure 1."))
    assert labels_of(pictures(paper, 2)) == ["Figure 1", "Figure 2"]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_no_caption_is_guessed_where_the_numbers_differ(count: int) -> None:
    assert labels_of(pictures(legends(text_page()), count)) == [None] * count


def test_each_caption_on_the_page_before_its_picture() -> None:
    paper = text_page()
    for number in (1, 2):
        paper.add_page().caption((70, 100, 525, 124), f"Figure {number}.", CAPTION)
        pictures(paper, 1)
    assert labels_of(paper) == ["Figure 1", "Figure 2"]
