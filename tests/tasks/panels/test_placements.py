"""What a PDF places in a figure."""

from __future__ import annotations

from tasks.panels.placements import MOST, Placements, join_tiles

FIGURE = (0.0, 0.0, 400.0, 300.0)


def test_images_with_a_gap_are_pictures_of_their_own() -> None:
    images = [(0.0, 0.0, 195.0, 300.0), (197.0, 0.0, 400.0, 300.0)]
    assert sorted(join_tiles(images, FIGURE)) == images


def test_tiles_that_touch_are_one_picture_which_tells_nothing() -> None:
    strips = [(0.0, 50.0 * i, 400.0, 50.0 * (i + 1)) for i in range(6)]
    assert join_tiles(strips, FIGURE) == []
    left = [(0.0, 100.0 * i, 190.0, 100.0 * (i + 1) + 0.3) for i in range(3)]
    assert sorted(join_tiles([*left, (200.0, 0.0, 400.0, 300.0)], FIGURE)) == [
        (0.0, 0.0, 190.0, 300.0),
        (200.0, 0.0, 400.0, 300.0),
    ]


def test_icons_and_copies_are_no_pictures() -> None:
    assert join_tiles([FIGURE, FIGURE, (10.0, 10.0, 20.0, 20.0)], FIGURE) == []
    assert join_tiles([(0.0, 0.0, 20.0, 20.0), (100.0, 0.0, 120.0, 20.0)], FIGURE) == []


def test_very_many_images_are_not_compared() -> None:
    assert join_tiles([(30.0 * i, 0.0, 30.0 * i + 25, 25.0) for i in range(MOST + 1)], (0, 0, 1e6, 30)) == []


def test_pictures_count_only_where_they_make_up_most() -> None:
    placed = Placements(pictures=((0, 0, 100, 100), (120, 0, 220, 100)), pictures_are_panels=True)
    assert len(placed.pictures_in((0, 0, 220, 100))) == 2
    assert placed.pictures_in((0, 0, 220, 300)) == []
    assert placed.is_panel((0, 0, 100, 100))
    assert not placed.is_panel((0, 0, 220, 100))


def test_a_path_holds_both_sides_of_a_gap_together() -> None:
    box = (0, 0, 300, 100)
    assert Placements(drawings=((90, 40, 210, 41),)).is_drawn_across(box, 0, 140, 160)
    assert not Placements(drawings=((90, 40, 142, 41),)).is_drawn_across(box, 0, 140, 160)
    assert not Placements(drawings=((0, 0, 300, 100),)).is_drawn_across(box, 0, 140, 160)
    assert not Placements(drawings=((90, 140, 210, 141),)).is_drawn_across(box, 0, 140, 160)
