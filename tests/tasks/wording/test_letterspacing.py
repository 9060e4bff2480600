"""Letterspaced lines told from rows of letters, and where their words part."""

import pytest

from tasks.wording.letterspacing import is_letterspaced, letter_gap, parts_words


@pytest.mark.parametrize(
    ("text", "letterspaced"),
    [
        ("F i g u r e 1 . W e s t e r n b l o t", True),
        ("F i g ur e 1 . W e s t e r n b l o t", True),
        ("F I G U R E 2 . W E S T E R N B L O T", True),
        ("W E S T E R N B L O T O F C E L L S", False),
        ("A C G T A C G T T A", False),
        ("1 2 3 4 5 6 7 8 9 10", False),
        ("m i c e", False),
        ("Figure 1. Western blot of a cell", False),
        ("", False),
    ],
)
def test_lines_of_single_letters(text: str, letterspaced: bool) -> None:
    assert is_letterspaced(text) == letterspaced


def test_words_part_where_the_gaps_are_far_wider() -> None:
    gaps = [0.2, 0.22, 0.7, 0.18, 0.2, 0.8, 0.2]
    assert letter_gap(gaps) == 0.2
    assert parts_words(gaps, 0.2) == [gap > 0.5 for gap in gaps]


@pytest.mark.parametrize("gaps", [[], [0.2] * 9, [0.2, 0.3, 0.4, 0.5, 0.6, 0.3, 0.2], [2, 2, 2, 4, 2]])
def test_gaps_that_tell_no_words(gaps: list[float]) -> None:
    assert letter_gap(gaps) is None


def test_single_letters_are_no_words() -> None:
    assert parts_words([0.8, 0.8, 0.2, 0.8], 0.2) is None
