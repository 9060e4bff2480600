"""Names under a title: whole, in order, and none where one of them is not sure."""

import time
from dataclasses import replace

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


def alone(names: str, *below: str) -> tuple[str, ...] | None:
    """The same of names with other lines below them than where their authors work."""
    title = [line(TITLE, 100, 18)]
    rest = [line(text, 170 + 13 * number, 8) for number, text in enumerate(below)]
    return read_authors(title, [*title, line(names, 138), *rest])


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
        (["Ada LOVELACE, Alan TURING AND Grace HOPPER"], ("LOVELACE, Ada", "TURING, Alan", "HOPPER, Grace")),
        (["ADA LOVELACE, ALAN TURING"], ("LOVELACE, ADA", "TURING, ALAN")),
        (["Ada Lovelace, Jean-", "Luc Picard"], ("Lovelace, Ada", "Picard, Jean-Luc")),
        (["Ada Lovelace, Alan", "Turing"], ("Lovelace, Ada", "Turing, Alan")),
        (["Jane St. John, Mary Mc Donald"], ("St. John, Jane", "Mc Donald, Mary")),
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
        ["Ada Lovelace, Alan Turing", "Oxford Brookes, Rio Tinto"],  # a name and a place below it
        ["Evidence of Ages", "Ada Lovelace, Alan Turing"],
        ["Sure Whiskers At Last", "Ada Lovelace, Alan Turing"],  # the title's end
        ["By Ada Lovelace and Alan Turing"],
        ["New York, San Francisco and Los Angeles"],
        ["Clinical Oncology and Internal Medicine"],
        ["Ada Lovelace, Genome Aggregation Project"],
        ["María García López, José Pérez Ruiz"],  # two surnames
        ["Ada Lovelace, Nguyen Van Anh"],  # the surname first
        ["ZHANG Wei, LI Xiaoming"],
        ["Ada Lovelace, Xiao Di Wu"],
        ["Ada Lovelace, Alan Tur-", "ing"],
        [],
    ],
)
def test_where_a_word_may_be_of_no_name_there_are_none(texts: list[str]) -> None:
    assert under(*texts) is None


def test_letters_raised_as_marks_are_of_no_name() -> None:
    title, names = line(TITLE, 100, 18), line("Ada Lovelacea, Alan Turinga,b", 138)
    assert read_authors([title], [title, names]) is None
    marked = replace(names, unmarked="Ada Lovelace*, Alan Turing*,*")
    assert read_authors([title], [title, marked]) == ("Lovelace, Ada", "Turing, Alan")


def test_what_stands_far_below_the_title_is_none_of_its_authors() -> None:
    assert under("Ada Lovelace and Alan Turing", gap=90) is None


def test_without_a_title_there_are_none() -> None:
    assert read_authors([], [line("Ada Lovelace and Alan Turing", 100)]) is None


@given(st.lists(st.text(max_size=60), max_size=4))
def test_whatever_is_printed_every_name_has_a_surname_and_a_given_name(texts: list[str]) -> None:
    for name in under(*texts) or ():
        assert all(part.strip() for part in name.split(", "))
        assert not any(map(str.isdigit, name))


@pytest.mark.parametrize(
    "words", ["Kinase Inhibitors, Protein Binding", "New York, Los Angeles", "Ada Lovelace and Alan Turing"]
)
def test_pairs_of_words_that_nothing_else_shows_to_be_authors_are_none(words: str) -> None:
    assert alone(words) is None
    assert alone(words, "Whiskers grow in mice.", "They do so for weeks.") is None


@pytest.mark.parametrize(
    ("names", "below"),
    [
        ("Ada Lovelace1, Alan Turing2", "Whiskers grow in mice."),
        ("Ada Lovelace, Alan Turing*", "Whiskers grow in mice."),
        ("Ada Lovelace, Alan Turing", "Received: 14 October 2014"),
        ("Ada Lovelace, Alan Turing", "Institute of Whiskers"),
        ("Ada Lovelace & Alan Turing", "* a.turing@example.org"),
    ],
)
def test_marks_or_what_stands_below_show_them_to_be_authors(names: str, below: str) -> None:
    assert alone(names, below) == ("Lovelace, Ada", "Turing, Alan")


def test_an_address_far_below_shows_them_if_it_has_a_surname() -> None:
    text = ["Whiskers grow in mice."] * 9
    assert alone("Ada Lovelace, Alan Turing", *text, "a.turing@example.org") is not None
    assert alone("Kinase Inhibitors, Protein Binding", *text, "a.turing@example.org") is None


def test_names_of_which_the_surname_may_come_first_are_none() -> None:
    assert under("Li Wei1, Zhang San2") is None
    assert under("Kim Min-Jun1, Park Seo-Yeon1") is None
    assert under("Min-Jun Kim1, Seo-Yeon Park1") == ("Kim, Min-Jun", "Park, Seo-Yeon")
    assert under("Fang Wang1, Zhongkai Zhou2, Xiaochong Ren1") is not None
    assert under("Kim Cocks1, Ada Lovelace1, Alan Turing2") is not None


def test_runs_of_blanks_cost_no_more_than_their_length() -> None:
    started = time.process_time()
    assert under("Ada Lovelace1" + " " * 100_000 + "Turing, Alan" + " " * 100_000 + "Turing") is not None
    assert time.process_time() - started < 10
