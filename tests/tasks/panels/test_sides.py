"""Panels named by where they stand."""

from __future__ import annotations

from tasks.panels.sides import bind_sides

ROW = [(0.0, 0.0, 100.0, 80.0), (110.0, 5.0, 200.0, 80.0)]
GRID = [*ROW, (0.0, 90.0, 100.0, 170.0), (110.0, 90.0, 200.0, 170.0)]


def test_two_panels_side_by_side() -> None:
    assert bind_sides(ROW, ["left", "right"]) == ["left", "right"]


def test_three_panels_one_above_the_other() -> None:
    column = [(0.0, 100.0 * i, 100.0, 100.0 * i + 90) for i in range(3)]
    assert bind_sides([(x, y, x + 90, y + 90) for x, y in ((0.0, 0.0), (0.0, 100.0))], ["bottom", "top"]) == [
        "top",
        "bottom",
    ]
    assert bind_sides(column, ["top", "bottom"]) == [None, None, None]
    assert bind_sides(column, ["left", "right"]) == [None, None, None]


def test_every_panel_of_a_column_or_of_a_grid() -> None:
    assert bind_sides(GRID, ["left", "right"]) == ["left", "right", "left", "right"]
    corners = ["top left", "top right", "bottom left", "bottom right"]
    assert bind_sides(GRID, corners) == corners


def test_unsure_is_none() -> None:
    assert bind_sides(ROW, ["top", "bottom"]) == [None, None]
    assert bind_sides(ROW, ["left", "middle", "right"]) == [None, None]
    assert bind_sides([(0.0, 0.0, 120.0, 80.0), (60.0, 0.0, 200.0, 80.0)], ["left", "right"]) == [None, None]
    assert bind_sides(ROW[:1], ["left", "right"]) == [None]
    assert bind_sides([], ["left", "right"]) == bind_sides(ROW[:0], []) == []
