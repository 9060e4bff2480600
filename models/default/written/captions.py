"""Whole captions of figures, made up from general knowledge of how papers of all fields write them.

Their parts speak of each other, and name what other panels show ("quantification of the staining in B"): only in
company does a reader learn which words tell what the panel is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from models.default.written.text import WrittenText, begin_with_capital
from models.inference.words import Words

LISTING = Path(__file__).with_suffix(".csv")
_OPENING, _CLOSING = "opening", "closing"
_SHARED = 0.25
"""Share of the parts that are read a second time where only the whole caption is known."""
_CAPITALS = 0.6
"""Share of the captions whose letters are capitals."""
_STYLES = ("({}) ", "{}) ", "{}, ", "{}. ", "{} ")
"""How letters stand in front of their parts."""


@dataclass(frozen=True, slots=True)
class _Part:
    letter: str
    code: str
    chart: str
    text: str


@dataclass(frozen=True, slots=True)
class _Caption:
    """A caption: its first sentence, its parts, and what stands behind them."""

    opening: str
    parts: tuple[_Part, ...]
    closing: str


def write_captions(seed: int) -> Iterator[WrittenText]:
    """Each part of each caption with the whole beside it, and some of them once more by the whole alone.

    Of the only part of a caption the whole is all that is known.
    """
    random = np.random.default_rng(seed)
    for caption in _read_listing():
        whole = _print_whole(caption, random)
        alone = len(caption.parts) == 1
        for part in caption.parts:
            if not alone:
                own = _join(caption.opening, f"{part.text}.", caption.closing)
                yield WrittenText(Words(own, whole, part.letter), part.code, part.chart)
            if alone or random.random() < _SHARED:
                yield WrittenText(Words(None, whole), part.code, part.chart)


def _print_whole(caption: _Caption, random: np.random.Generator) -> str:
    """Opening, parts and closing; the only part of a caption goes without its letter."""
    style = _STYLES[int(random.integers(len(_STYLES)))] if len(caption.parts) > 1 else ""
    capitals = random.random() < _CAPITALS
    letters = {part.text: part.letter if capitals else part.letter.lower() for part in caption.parts}
    return _join(
        caption.opening,
        *(f"{style.format(letter)}{text}." for text, letter in letters.items()),
        caption.closing,
    )


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _read_listing() -> Iterator[_Caption]:
    with LISTING.open(encoding="utf-8", newline="") as stream:
        for _, rows in groupby(csv.DictReader(stream), key=lambda row: row["figure"]):
            ends, parts = {_OPENING: "", _CLOSING: ""}, []
            for row in rows:
                text = begin_with_capital(row["phrase"])
                if row["part"] in ends:
                    ends[row["part"]] = f"{text}."
                else:
                    parts.append(_Part(row["part"].upper(), row["name"], row["chart"], text))
            yield _Caption(ends[_OPENING], tuple(parts), ends[_CLOSING])
