from __future__ import annotations

import csv
import string

from models.default.written.phrases import LISTING, write_phrases
from models.taxonomy import CODES

WRITTEN = write_phrases(0)


def test_every_class_is_written_about() -> None:
    assert {text.code for text in WRITTEN} == set(CODES)
    assert {text.code for text in WRITTEN if text.chart} == {"GFIG"}


def test_the_same_seed_writes_the_same_texts() -> None:
    assert write_phrases(0) == WRITTEN
    assert write_phrases(1) != WRITTEN


def test_a_part_of_a_caption_stands_in_it_under_its_letter_and_begins_and_ends_as_all_of_it_does() -> None:
    parts = [text.words for text in WRITTEN if text.words.own]
    assert 0.5 < len(parts) / len(WRITTEN) < 0.7
    for words in parts:
        opening, _, _ = (words.caption or "").partition(" (A) ")
        assert (words.own or "").startswith(f"{opening} ")
        said, listed = (text.removeprefix(f"{opening} ") for text in (words.own or "", words.caption or ""))
        assert any(
            f"({words.label}) {said[:end]}" in listed and listed.endswith(said[end:])
            for end in range(1, len(said) + 1)
        ), "its part, then the caption's closing"
    assert {words.label for words in parts} == set("ABCDE")


def test_subjects_are_filled_in() -> None:
    said = [text for written in WRITTEN for text in (written.words.own, written.words.caption) if text]
    assert not [text for text in said if set("{}") & set(text) or text[0] != text[0].upper()]
    assert len(set(said)) > len(said) / 2


def test_every_subject_of_the_listing_is_asked_for_and_every_one_asked_for_is_there() -> None:
    with LISTING.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    asked = {name for row in rows for _, name, _, _ in string.Formatter().parse(row["phrase"]) if name}
    assert asked == {row["name"] for row in rows if row["use"] == "subject"}
