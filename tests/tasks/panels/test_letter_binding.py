"""Letters bound to panels."""

from __future__ import annotations

from tasks.panels.letter_binding import bind
from tasks.panels.letters import Letter

GRID = [(50, 50, 250, 200), (300, 50, 500, 200), (50, 250, 250, 400), (300, 250, 500, 400)]


def letter(text: str, x: int, y: int) -> Letter:
    return Letter(text, (x, y, x + 14, y + 16), 1.0)


def test_letters_at_the_upper_left() -> None:
    letters = [letter(text, box[0] - 20, box[1] - 15) for text, box in zip("ABCD", GRID, strict=True)]
    assert bind(GRID, letters) == ["A", "B", "C", "D"]


def test_letters_typeset_below() -> None:
    letters = [
        letter(text, (box[0] + box[2]) // 2 - 7, box[3] + 8) for text, box in zip("abcd", GRID, strict=True)
    ]
    assert bind(GRID, letters) == ["a", "b", "c", "d"]


def test_letters_at_the_lower_left() -> None:
    letters = [letter(text, box[0] - 25, box[3] - 10) for text, box in zip("ABCD", GRID, strict=True)]
    assert bind(GRID, letters) == ["A", "B", "C", "D"]


def test_a_row_shares_the_letter_before_it() -> None:
    assert bind(GRID, [letter("A", 30, 40), letter("B", 30, 240)]) == ["A", "A", "B", "B"]


def test_a_column_shares_the_letter_above_it() -> None:
    assert bind(GRID, [letter("a", 30, 40), letter("b", 280, 40)]) == ["a", "b", "a", "b"]


def test_the_letter_that_was_not_read_follows_from_the_caption() -> None:
    letters = [
        letter(text, box[0] - 20, box[1] - 15)
        for text, box in zip("ABD", [GRID[0], GRID[1], GRID[3]], strict=True)
    ]
    assert bind(GRID, letters, ("A", "B", "C", "D")) == ["A", "B", "C", "D"]


def test_a_group_letter_is_not_given_where_its_panels_have_their_own() -> None:
    assert bind(GRID, [letter("A", 30, 40), letter("B", 30, 240)], ("A", "B", "a", "b")) == [
        "A",
        None,
        "B",
        None,
    ]


def test_letters_of_curves_name_no_panel() -> None:
    assert bind(GRID[:1], [letter("a", 100, 100), letter("b", 100, 120)]) == [None]


def test_small_letters_name_the_panels_of_a_group() -> None:
    letters = [letter("A", 30, 40), letter("B", 280, 40)]
    small = [letter("a", 55, 55), letter("b", 55, 255)]
    assert bind(GRID, [*letters, *small], ("A", "B", "a", "b")) == ["a", "B", "b", "B"]


def test_panels_belong_to_the_letter_below_them() -> None:
    rows = [(x, y, x + 100, y + 80) for y in (0, 100, 300, 400) for x in (0, 120, 240)]
    found = bind(rows, [letter("c", 163, 190), letter("d", 163, 490)], ("a", "b", "c", "d"))
    assert found == ["c"] * 6 + ["d"] * 6


def test_a_letter_above_all_panels_heads_them_all() -> None:
    assert bind(GRID, [letter("A", 270, 10)], ("A", "B")) == ["A"] * 4
