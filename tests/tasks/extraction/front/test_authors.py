"""Names under a title: whole, in order, and none where one of them is not sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extraction.front.authors import read_authors
from tasks.pdf.lines import Line

TITLE = "Growth of whiskers in mice after three weeks"


def line(text: str, y: float, size: float = 11) -> Line:
    return Line(text, (50, y, 50 + 5 * len(text), y + size), size, "Times", False, True, 0, "Times")


def under(*texts: str, gap: float = 20) -> tuple[str, ...] | None:
    """What is read of a page with these lines under its title."""
    title = [line(TITLE, 100, 18)]
    names = [line(text, 118 + gap + 13 * number) for number, text in enumerate(texts)]
    after = line("Department of Biology, University of Somewhere", 118 + gap + 13 * len(texts) + 20, 8)
    return read_authors(title, [*title, *names, after])


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Ada Lovelace and Alan M. Turing"], ("Lovelace, Ada", "Turing, Alan M.")),
        (
            ["Ada Lovelace1†, Alan Turing2,3* and Grace Hopper1*"],
            ("Lovelace, Ada", "Turing, Alan", "Hopper, Grace"),
        ),
        (
            ["Ada Lovelace • Alan Turing •", "Grace Hopper"],
            ("Lovelace, Ada", "Turing, Alan", "Hopper, Grace"),
        ),
        (
            ["Ada Lovelace1 | Alan Turing2 |", "Grace Hopper3"],
            ("Lovelace, Ada", "Turing, Alan", "Hopper, Grace"),
        ),
        (
            ["Ada Lovelace 1, Alan Turing 1,2 and Grace Hopper 1,*"],
            ("Lovelace, Ada", "Turing, Alan", "Hopper, Grace"),
        ),
        (["Wouter J de Jonge, Cornelia von Hagens"], ("de Jonge, Wouter J", "von Hagens, Cornelia")),
        (["Robert Downey Jr., Ada Lovelace, MD, PhD"], ("Downey, Robert, Jr.", "Lovelace, Ada")),
        (["Elvina ViennetID1,2*, Jean-Luc O’Brien ID3"], ("Viennet, Elvina", "O’Brien, Jean-Luc")),
        (["Ross G. DOUGLAS*, Anna DAVID†"], ("DOUGLAS, Ross G.", "DAVID, Anna")),
        (["Md Ali Babar1☯*, Kayla Thomason1☯"], ("Babar, Md Ali", "Thomason, Kayla")),
        (["Félix-Phuc Nguyen-Tan, Jens Ø. Duus"], ("Nguyen-Tan, Félix-Phuc", "Duus, Jens Ø.")),
    ],
)
def test_names_are_turned_and_marks_left_out(texts: list[str], names: tuple[str, ...]) -> None:
    assert under(*texts) == names


@pytest.mark.parametrize(
    "texts",
    [
        ["Ada Lovelacea,b, Alan Turingb"],  # a letter that leads to an institution
        ["Ada Lovelace, the Whisker Study Group"],
        ["Ada Lovelace, University of Somewhere"],
        ["Lovelace A, Turing A.M."],  # surnames first
        ["Trials Sample"],  # one name alone may be a running head
        ["DOI: 10.1177/1559325818796937", "journals.example.org/home"],
        ["This article was published in the following journal:"],
        ["Ada Lovelace, Ada Lovelace"],
        [],
    ],
)
def test_where_a_word_may_be_of_no_name_there_are_none(texts: list[str]) -> None:
    assert under(*texts) is None


def test_what_stands_far_below_the_title_is_none_of_its_authors() -> None:
    assert under("Ada Lovelace and Alan Turing", gap=90) is None


def test_without_a_title_there_are_none() -> None:
    assert read_authors([], [line("Ada Lovelace and Alan Turing", 100)]) is None


@given(st.lists(st.text(max_size=60), max_size=4))
def test_whatever_is_printed_every_name_has_a_surname_and_a_given_name(texts: list[str]) -> None:
    for name in under(*texts) or ():
        assert all(part.strip() for part in name.split(", "))
        assert not any(map(str.isdigit, name))
