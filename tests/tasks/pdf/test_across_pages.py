"""Captions whose artwork stands on another page: in a manuscript's order, or on the page that faces them."""

from __future__ import annotations

import pytest

from tests.tasks.drawn import Drawing, Rect
from tests.tasks.pdf.test_figures import CAPTION, assert_found, found_in

UP, DOWN = (110, 60, 490, 300), (110, 400, 490, 640)

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


def in_twos(before: bool, places: tuple[Rect, Rect] = (UP, DOWN)) -> Drawing:
    """Two pages of two pictures each, with both captions on the page `before` or behind; text before and between."""
    paper = text_page()
    for number in (1, 3):
        labels = (f"Figure {number}.", f"Figure {number + 1}.")
        if before:
            legends(paper, labels)
        paper.add_page()
        for place in places:
            paper.image(place)
        if not before:
            legends(paper, labels)
        text_page_in(paper)
    return paper


def text_page_in(paper: Drawing) -> None:
    paper.add_page().body((70, 70, 525, 770))


@pytest.mark.parametrize(
    "places",
    [
        (UP, DOWN),
        ((50, 60, 270, 330), (325, 60, 545, 330)),
        ((50, 110.5, 270, 330), (325, 109, 545, 330)),
        ((50, 200, 270, 400), (325, 60, 545, 330)),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_both_captions_of_two_pictures_on_the_page_beside_them(
    before: bool, places: tuple[Rect, Rect]
) -> None:
    figures = sorted(found_in(in_twos(before, places)), key=lambda figure: figure.caption.label)
    pages = (3, 6) if before else (2, 5)
    expected = [(place, page) for page in pages for place in places]
    assert len(figures) == 4
    for number, (figure, (place, page)) in enumerate(zip(figures, expected, strict=True), 1):
        assert_found(figure, place, f"Figure {number}", page=page)


@pytest.mark.parametrize("before", [True, False])
def test_captions_and_pictures_that_follow_each_other_without_a_break(before: bool) -> None:
    paper = Drawing()
    for number in (1, 3, 5):
        if before:
            legends(paper, (f"Figure {number}.", f"Figure {number + 1}."))
        paper.add_page().image(UP).image(DOWN)
        if not before:
            legends(paper, (f"Figure {number}.", f"Figure {number + 1}."))
    text_page_in(paper)
    legends(paper, ("Figure 9.",))  # whose artwork is missing
    assert [label for label in labels_of(paper) if label] == [f"Figure {n}" for n in range(1, 7)]


def test_no_order_is_guessed_of_pictures_at_opposite_corners() -> None:
    assert labels_of(in_twos(False, ((310, 60, 545, 250), (50, 500, 285, 700)))) == [None] * 4


def test_no_page_is_chosen_where_the_one_before_and_the_one_behind_would_do() -> None:
    paper = text_page().add_page().image(UP).image(DOWN)
    legends(paper, ("Figure 1.", "Figure 2.")).add_page().image(UP).image(DOWN)
    text_page_in(paper)
    legends(paper, ("Figure 9.",))  # whose artwork is missing
    assert labels_of(paper) == [None] * 4


@pytest.mark.parametrize(("body", "label"), [(False, "Figure 1"), (True, None)])
def test_a_caption_far_below_the_only_picture_of_its_page(body: bool, label: str | None) -> None:
    paper = (
        text_page().add_page().image((200, 80, 360, 190)).caption((60, 700, 535, 724), "Figure 1.", CAPTION)
    )
    if body:
        paper.body((60, 300, 535, 600))
    assert labels_of(paper) == [label]


def test_a_long_caption_far_below_its_picture_is_no_prose() -> None:
    paper = text_page().add_page().image((200, 80, 360, 190))
    paper.caption((60, 620, 535, 780), "Figure 1.", " ".join([CAPTION] * 9))
    assert labels_of(paper) == ["Figure 1"]
