"""Words from PDFs and XML in one spelling, so that a search finds what a reader sees."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.wording.words import clean, from_symbol_font, join_lines, split_words, vocabulary


def test_text_loses_control_and_direction_marks() -> None:
    assert clean("a\u202eb\x00c\u00a0 d\u2003e") == "ab c d e"
    assert clean("Inter\u200bleukin-\u20606") == "Interleukin-6"


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Scho\u00a8nberg", "Schönberg"),
        ("Sch\u00a8onberg", "Schönberg"),
        ("cafe\u00b4", "café"),
        ("Garc\u0131\u00b4a", "García"),
        ("na\u00a8\u0131ve", "naïve"),
        ("Z\u02c7iz\u02c7ek", "Žižek"),
        ("Hardy\u00b4s and the patients\u00b4", "Hardy\u00b4s and the patients\u00b4"),
        ("o \u0308ther", "öther"),
        ("gar\u00b8con", "gar\u00b8con"),
        ("garc\u00b8on", "garçon"),
        ("\U0001d465 and \U0001d6fd", "x and β"),
        ("5 \u00b5m", "5 \u03bcm"),
        ("１２ ｍｇ", "12 mg"),
        ("10² and ½", "10² and ½"),
        ("\ufb01ve \u212b", "five Å"),
        ("non\u2011small", "non-small"),
        ("Growth\ufffdof\ufffdcells", "Growth of cells"),
        ("caf\ufffd of the town", "caf\ufffd of the town"),
    ],
)
def test_characters_come_out_in_one_spelling(printed: str, read: str) -> None:
    assert clean(printed) == read


def test_private_use_characters_are_those_of_the_font_symbol() -> None:
    assert (
        from_symbol_font("3 \uf06dl, \uf0b35 \uf0b0C, \uf061 \uf0d7", "Helvetica") == "3 \u03bcl, ≥5 °C, α ⋅"
    )
    assert from_symbol_font("\uf0fc", "Wingdings") == "\uf0fc"


def test_hyphens_at_line_ends_are_undone_unless_the_paper_spells_them() -> None:
    words = Counter({"well-known": 2, "microscopy": 3})
    assert join_lines(["micro-", "scopy of well-", "known 12-", "week old β-", "cells"], words) == (
        "microscopy of well-known 12-week old β-cells"
    )
    assert join_lines(["soft\xad", "ly hyphen-\xad", "ated"], words) == "softly hyphenated"


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["by the u-", "test"], "by the u-test"),
        (["at mRNA-", "level"], "at mRNA-level"),
        (["drug-", "treated mice"], "drug-treated mice"),
        (["of pheno-", "type"], "of phenotype"),
        (["in-", "dependent"], "independent"),
        (["the wild-", "type"], "the wild-type"),
        (["concen-", "tration"], "concentration"),
        (["24-", "hour"], "24-hour"),
        (["the half-", "life"], "the half-life"),
        (["dose-", "response"], "dose-response"),
        (["in long-", "term"], "in long-term"),
        (["self-", "assembled"], "self-assembled"),
        (["of long-", "er"], "of longer"),
        (["high-", "lighted"], "highlighted"),
        (["non-", "small-cell"], "non-small-cell"),
        (["non-", "linear"], "nonlinear"),
    ],
)
def test_hyphens_of_compounds_stay_at_line_ends(lines: list[str], joined: str) -> None:
    assert join_lines(lines, {}) == joined


def test_lost_spaces_come_back_where_the_paper_knows_the_words() -> None:
    words = vocabulary(["Response of the muscle after stimulation", "in two groups"])
    assert (
        split_words("Responseofthemuscleafterstimulation intwo", words)
        == "Response of the muscle after stimulation intwo"
    )
    assert (
        split_words("Fig.2.Responseofthemuscle(twogroups)", words)
        == "Fig. 2. Response of the muscle (twogroups)"
    )
    for name in ("dichlorodiphenyltrichloroethane", "11,12-musclestimulationgroups"):
        assert split_words(name, words) == name


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
