"""Letterspaced lines told, and their words: `F i g u r e 1 . G r o w t h` is what type says that is tracked wide.

MuPDF reads one space wherever letters stand 0.15 sizes apart, between letters and between words alike; how far apart
they stand tells which is which. Gaps are in sizes of the type.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tasks.wording.labels import read_label

LEAST = 8
"""Pieces of a letterspaced line at least, with which shorter ones of its block go."""
ALONE = 0.8
"""Pieces for each letter of it: at a tight pair MuPDF reads no space."""
SMALL = 0.6
"""Share of its signs that are letters, and of these that are small: rows of capitals are sequences, or name panels."""
SPACE = 0.2
"""By so much words stand further apart than letters: no type has a narrower space."""
WIDEST = 1.5
"""The letters of one word are never so far apart."""
DOUBTFUL = 0.1
"""Share of gaps that may be between those of letters and those of words; with more, these are guesses."""


def is_letterspaced(text: str) -> bool:
    """Whether nearly every letter of a line stands alone, in small letters or behind a label."""
    if not stands_apart(text, LEAST):
        return False
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) < SMALL * (len(text) - text.count(" ")):
        return False
    return sum(map(str.islower, letters)) > SMALL * len(letters) or read_label(text) is not None


def stands_apart(text: str, least: int = 2) -> bool:
    """Whether a text falls into so many pieces at least, nearly all of them of one letter."""
    if 2.5 * text.count(" ") < len(text) - 1:
        return False
    pieces = text.split()
    return len(pieces) >= least and len(pieces) > ALONE * sum(map(len, pieces))


def letter_gap(gaps: Sequence[float]) -> float | None:
    """How far apart the letters of a line stand; None where its gaps are not of letters and, far wider, of words."""
    usual = median(gaps) if gaps else WIDEST
    words = sum(gap - usual > SPACE for gap in gaps)
    doubtful = sum(SPACE / 2 < gap - usual <= SPACE for gap in gaps)
    return usual if usual < WIDEST and words and doubtful <= DOUBTFUL * len(gaps) else None


def parts_words(gaps: Sequence[float], usual: float) -> list[bool] | None:
    """Which gaps of a line part words, where letters are as far apart as is `usual`; None where these are no words."""
    parted = [gap > usual + SPACE for gap in gaps]
    return parted if 2 * (sum(parted) + 1) <= len(gaps) + 1 else None
