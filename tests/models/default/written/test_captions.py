from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from models.default.written import captions
from models.default.written.captions import write_captions
from models.default.written.phrases import LISTING as PHRASES
from models.default.written.text import WrittenText
from models.inference.words import Words
from models.taxonomy import CODES

WRITTEN = list(write_captions(0))
KINDS = {row["chart"] for row in csv.DictReader(PHRASES.read_text(encoding="utf-8").splitlines())}
FIGURES = """\
figure,part,name,chart,phrase
1,opening,,,Loss of the gene slows growth
1,a,GGEL,,immunoblot of lysates
1,b,GFIG,bar,"densitometry of (A), n = 3"
1,b,GGEL,,"densitometry of (A), n = 3"
1,closing,,,"Error bars, SD"
2,opening,,,Study sites
2,a,GFIG,map,Dots are ponds
"""


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = tmp_path / "captions.csv"
    listing.write_text(FIGURES, encoding="utf-8")
    monkeypatch.setattr(captions, "LISTING", listing)


def by_whole_alone(texts: list[WrittenText]) -> list[WrittenText]:
    return [text for text in texts if text.words.own is None]


@pytest.mark.usefixtures("figures")
def test_a_part_is_told_by_its_own_sentence_between_opening_and_closing() -> None:
    parts = [text for text in write_captions(0) if text.words.own]
    assert [(text.code, text.chart, text.words.label) for text in parts] == [
        ("GGEL", "", "A"),
        ("GFIG", "bar", "B"),
        ("GGEL", "", "B"),
    ]
    assert (
        parts[1].words.own
        == "Loss of the gene slows growth. Densitometry of (A), n = 3. Error bars, SD."
        == parts[2].words.own
    )


@pytest.mark.usefixtures("figures")
def test_the_whole_says_each_part_once_under_its_letter() -> None:
    wholes = {next(write_captions(seed)).words.caption or "" for seed in range(40)}
    assert len(wholes) == 10, "five styles, with small letters and with capitals"
    assert (
        "Loss of the gene slows growth. (a) Immunoblot of lysates. (b) Densitometry of (A), n = 3. Error bars, SD."
        in wholes
    )
    assert {whole.count("Densitometry") for whole in wholes} == {1}


@pytest.mark.usefixtures("figures")
def test_an_only_part_has_no_letter_and_nothing_of_its_own() -> None:
    for seed in range(5):
        *_, last = write_captions(seed)
        assert last == WrittenText(Words(None, "Study sites. Dots are ponds."), "GFIG", "map")


@pytest.mark.usefixtures("figures")
def test_some_parts_are_read_again_by_the_whole_alone() -> None:
    again = Counter(len(by_whole_alone(list(write_captions(seed)))) - 1 for seed in range(40))
    assert set(again) >= {0, 1, 2}


def test_the_same_seed_writes_the_same_captions() -> None:
    assert list(write_captions(0)) == WRITTEN
    assert list(write_captions(1)) != WRITTEN


def test_the_listing_is_about_known_classes_and_kinds_and_about_every_class() -> None:
    counts = Counter(text.code for text in WRITTEN)
    assert set(counts) == set(CODES)
    assert min(counts.values()) >= 12
    assert {text.chart for text in WRITTEN} <= KINDS
    assert {text.code for text in WRITTEN if text.chart} == {"GFIG"}


def test_no_text_of_the_listing_is_said_of_two_figures() -> None:
    with captions.LISTING.open(encoding="utf-8", newline="") as stream:
        rows = {(row["figure"], row["part"], row["phrase"]) for row in csv.DictReader(stream)}
    said = Counter(phrase for _, part, phrase in rows if len(part) == 1 and len(phrase) > 30)
    assert not [phrase for phrase, count in said.items() if count > 1]
