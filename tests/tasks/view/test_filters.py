"""Addresses become queries and queries addresses; nonsense is as if not said."""

import pytest

from tasks.index.queries import Query
from tasks.view.filters import NOTHING, Filters, address, read


def test_an_address_and_its_query_say_the_same():
    filters = read(
        {"q": " cells ", "modality": "microscopy/", "min": "0.9", "license": "CC0", "rejected": "hide"}
    )
    assert filters.query == Query(
        text="cells", modality="microscopy", min_confidence=0.9, license="CC0", rejected=False
    )
    assert address(filters) == "/?q=cells&modality=microscopy&min=0.9&license=CC0&rejected=hide"
    assert read({"journal": NOTHING}).query.journal == ""


@pytest.mark.parametrize(
    "parameters",
    [
        {"min": "nan"},
        {"min": "-1"},
        {"min": "x"},
        {"page": "-3"},
        {"page": "1e9"},
        {"page": "²"},
        {"page": "9" * 40},
        {"order": "'; DROP TABLE"},
        {"rejected": "maybe"},
        {"since": "20x1"},
        {"until": "99999"},
        {"letter": "A"},
        {"unknown": "x"},
    ],
)
def test_nonsense_is_as_if_not_said(parameters: dict[str, str]):
    assert read(parameters) == Filters()


def test_years_letter_type_and_paper_are_asked_for():
    said = {"since": "2018", "until": "2020", "letter": "with", "type": "case-report", "paper": "PMC1"}
    assert read(said).query == Query(
        since=2018, until=2020, lettered=True, article_type="case-report", paper="PMC1"
    )
    assert read(said).narrows


def test_a_changed_filter_starts_at_the_first_page_and_a_page_keeps_the_filters():
    filters = read({"q": "a b&c", "page": "7", "min": "7"})
    assert address(filters, modality="signal") == "/?q=a+b%26c&modality=signal&min=1"
    assert address(filters, page=8) == "/?q=a+b%26c&min=1&page=8"
    assert address(filters, q="", min=0.0) == "/"
    assert len(read({"q": "x" * 9999}).q) == 500
