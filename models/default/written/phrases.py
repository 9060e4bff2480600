"""Texts put together of phrases: what papers call each class and each kind of chart, with {subjects} filled in.

A phrase stands alone, or among phrases of other classes with the whole caption beside it: what is nearest to the panel
counts, whatever else the caption names. As in what papers say of a panel, the caption's opening stands before its
part, and its closing behind.
"""

from __future__ import annotations

import csv
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.default.written.text import WrittenText, begin_with_capital
from models.inference.words import Words

LISTING = Path(__file__).with_suffix(".csv")
_TEXTS_PER_PHRASE = 2
_AMONG_OTHERS = 0.6
"""Share of the texts that stand in a caption of several parts."""
_PARTS = (2, 6)
"""Of a caption of several: at least, and one more than at most."""
_CLOSED = 0.5
"""Share of the captions that end as many do: with a scale bar and the like."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    code: str
    chart: str
    text: str


@dataclass(frozen=True, slots=True)
class _Listing:
    """phrases.csv, read."""

    panels: tuple[_Phrase, ...]
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    subjects: Mapping[str, Sequence[str]]


def write_phrases(seed: int) -> list[WrittenText]:
    """Every phrase of the listing a few times, each time with other subjects and in other company."""
    random = np.random.default_rng(seed)
    listing = _read_listing()
    return [
        WrittenText(_write(listing, phrase, random), phrase.code, phrase.chart)
        for phrase in listing.panels
        for _ in range(_TEXTS_PER_PHRASE)
    ]


def _write(listing: _Listing, phrase: _Phrase, random: np.random.Generator) -> Words:
    own = _fill(listing, phrase.text, random)
    closing = f" {_draw(listing.closings, random)}." if random.random() < _CLOSED else ""
    if random.random() >= _AMONG_OTHERS:
        return Words(None, f"{own}.{closing}")
    parts = [
        _fill(listing, listing.panels[random.integers(len(listing.panels))].text, random)
        for _ in range(random.integers(*_PARTS))
    ]
    place = int(random.integers(len(parts)))
    parts[place] = own
    letters = string.ascii_uppercase
    listed = " ".join(f"({letter}) {part}." for letter, part in zip(letters, parts, strict=False))
    opening = _fill(listing, _draw(listing.openings, random), random)
    return Words(f"{opening}. {own}.{closing}", f"{opening}. {listed}{closing}", letters[place])


def _fill(listing: _Listing, text: str, random: np.random.Generator) -> str:
    """The text with its subjects, each drawn anew, and a capital in front."""
    parts = []
    for before, subject, _, _ in string.Formatter().parse(text):
        parts.append(before + (_draw(listing.subjects[subject], random) if subject else ""))
    return begin_with_capital("".join(parts))


def _draw(choices: Sequence[str], random: np.random.Generator) -> str:
    return choices[int(random.integers(len(choices)))]


def _read_listing() -> _Listing:
    panels: list[_Phrase] = []
    ends: Mapping[str, list[str]] = {"opening": [], "closing": []}
    subjects: defaultdict[str, list[str]] = defaultdict(list)
    with LISTING.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            use, phrase = row["use"], row["phrase"]
            if use == "panel":
                panels.append(_Phrase(row["name"], row["chart"], phrase))
            elif use == "subject":
                subjects[row["name"]].append(phrase)
            else:
                ends[use].append(phrase)
    return _Listing(tuple(panels), tuple(ends["opening"]), tuple(ends["closing"]), subjects)
