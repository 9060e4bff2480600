"""Panel letters read from text and from pixels."""

from __future__ import annotations

import string

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.letters import CLASSES, class_of, read_letters
from tasks.panels.glyphs import find_glyphs
from tasks.panels.letters import Letter, choose_letters, find_panel_letters


def page(letters: dict[str, tuple[int, int]], ground: int = 255, size: int = 26) -> np.ndarray:
    image = Image.new("L", (600, 400), ground)
    draw = ImageDraw.Draw(image)
    for text, place in letters.items():
        draw.text(place, text, fill=0 if ground > 128 else 255, font=ImageFont.load_default(size))
    return np.asarray(image.convert("RGB"))


def blank() -> np.ndarray:
    return np.full((400, 600, 3), 255, np.uint8)


@pytest.mark.parametrize("letter", string.ascii_uppercase[:16])
def test_single_letters_are_read(letter: str) -> None:
    (glyph,) = [g for g in find_glyphs(page({letter: (50, 50)}, size=32)[..., 0], 2) if g.height > 16][:1]
    assert CLASSES[int(read_letters(glyph.picture[None])[0].argmax())] == class_of(letter)


@pytest.mark.parametrize("ground", [255, 0, 30, 220])
def test_letters_on_any_ground(ground: int) -> None:
    places = {"A": (10, 10), "B": (310, 10), "C": (10, 210), "D": (310, 210)}
    found = find_panel_letters([], page(places, ground), 2, ("A", "B", "C", "D"))
    assert {letter.text: (letter.box[0] // 300, letter.box[1] // 200) for letter in found} == {
        "A": (0, 0),
        "B": (1, 0),
        "C": (0, 1),
        "D": (1, 1),
    }


def test_letters_in_brackets() -> None:
    found = find_panel_letters([], page({"(a)": (10, 10), "(b)": (310, 10)}, size=24), 2, ("a", "b"))
    assert [letter.text for letter in found] == ["a", "b"]
    assert all(letter.bracketed for letter in found)


def test_the_letters_of_words_are_no_panel_letters() -> None:
    assert find_panel_letters([], page({"ABACUS": (10, 10), "CABBAGE": (310, 10)}), 2, ("A", "B", "C")) == []


def test_text_that_runs_from_a_is_believed_without_a_caption() -> None:
    words = [("(a)", (0, 0, 20, 20)), ("(b)", (100, 0, 120, 20)), ("nm", (50, 50, 70, 70))]
    assert [letter.text for letter in find_panel_letters(words, blank(), 2, ())] == ["a", "b"]
    assert find_panel_letters([("O", (0, 0, 9, 9)), ("H", (30, 0, 39, 9))], blank(), 2, ()) == []


def test_letters_strewn_over_bars_are_none_of_a_caption_without_letters() -> None:
    over_bars = [("a", (80, 210, 90, 220)), ("b", (180, 60, 190, 70)), ("c", (280, 140, 290, 150))]
    assert find_panel_letters(over_bars, blank(), 2, ()) == []
    in_lines = [("a", (0, 0, 10, 10)), ("b", (180, 0, 190, 10)), ("c", (90, 140, 100, 150))]
    assert len(find_panel_letters(in_lines, blank(), 2, ())) == 3


def test_the_set_wins_over_a_single_reading() -> None:
    row = [
        Letter("A", (0, 0, 20, 20), 0.9),
        Letter("B", (200, 0, 220, 20), 0.8),
        Letter("C", (400, 0, 420, 20), 0.9),
    ]
    stray = Letter("B", (333, 177, 353, 197), 0.9)
    assert choose_letters([*row, stray], ("A", "B", "C")) == row
    assert choose_letters([stray], ("A", "B", "C")) == []


def test_numbers_count_in_brackets_and_where_the_caption_names_them() -> None:
    words = [
        ("(i)", (0, 0, 20, 20)),
        ("(ii)", (100, 0, 120, 20)),
        ("1", (0, 50, 9, 60)),
        ("2", (50, 50, 59, 60)),
    ]
    assert [letter.text for letter in find_panel_letters(words, blank(), 2, ("i", "ii"))] == ["i", "ii"]
    assert find_panel_letters(words, blank(), 2, ("1", "2")) == []


def test_letters_with_a_number() -> None:
    words = [("Ai", (0, 0, 20, 20)), ("Aii", (100, 0, 124, 20)), ("B", (0, 100, 12, 120))]
    assert [x.text for x in find_panel_letters(words, blank(), 2, ("Ai", "Aii", "B"))] == ["Ai", "Aii", "B"]


def test_a_letter_that_the_text_lacks_is_read_from_the_pixels() -> None:
    pixels = page({"A": (10, 10), "B": (310, 10)})
    found = find_panel_letters([("A", (8, 5, 40, 45))], pixels, 2, ("A", "B"))
    assert sorted(letter.text for letter in found) == ["A", "B"]


def test_an_unsure_reading_out_of_line_is_dropped() -> None:
    row = [Letter(text, (200 * i, 0, 200 * i + 20, 20), 0.99) for i, text in enumerate("ABC")]
    assert choose_letters([*row, Letter("D", (333, 177, 353, 197), 0.5)], ("A", "B", "C", "D")) == row


def test_letters_printed_in_another_case_than_the_caption_has() -> None:
    places = {"A": (10, 10), "B": (310, 10), "C": (10, 210)}
    found = find_panel_letters([], page(places), 2, ("a", "b", "c"))
    assert [letter.text for letter in found] == ["A", "B", "C"]


def test_small_letters_within_capitals_are_read_too() -> None:
    words = [(text, (x, y, x + 16, y + 16)) for text, x, y in (("A", 0, 0), ("B", 300, 0))]
    words += [(f"({text})", (x, 40, x + 16, 52)) for text, x in (("a", 20), ("b", 120))]
    found = find_panel_letters(words, blank(), 2, ("A", "B", "a", "b"))
    assert [letter.text for letter in found] == ["A", "B", "a", "b"]


def test_the_one_letter_of_half_a_figure_is_believed_at_its_edge() -> None:
    assert [x.text for x in find_panel_letters([], page({"B": (10, 10)}), 2, ("A", "B"))] == ["B"]
    assert find_panel_letters([], page({"B": (300, 200)}), 2, ("A", "B")) == []
    assert find_panel_letters([], page({"B": (10, 10)}), 2, ()) == []
