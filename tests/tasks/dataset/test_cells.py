"""Cells of tables: no formula, one line, and a text that was kept comes back."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from tasks.dataset.cells import cell, heading, lines, plain_text, text_of

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@given(text=st.text() | st.text("'=+-@x"))
def test_a_text_comes_back_from_its_cell_and_is_no_formula(text: str):
    assert text_of(plain_text(text)) == text
    assert not plain_text(text).startswith(_FORMULAS)


def test_what_others_wrote_with_a_quote_stays():
    assert text_of("'Tis") == "'Tis"
    assert text_of("'=1") == "=1"


@given(text=st.text(max_size=200))
def test_a_row_is_a_line_that_a_reader_of_csv_gives_back(text: str):
    written = heading(("a", "b")) + lines([("pictures/x.png", {"a": text, "b": None})], ("a", "b"))
    (row,) = csv.DictReader(io.StringIO(written))
    assert row == {"file": "pictures/x.png", "a": cell(text), "b": ""}
    assert "\n" not in row["a"]
    assert "\r" not in row["a"]


def test_values_of_columns():
    assert [cell(one) for one in (None, True, 3, 0.123456789, ["a", "b"], ["=a"])] == [
        "",
        "true",
        "3",
        "0.123457",
        "a; b",
        "'=a",
    ]
