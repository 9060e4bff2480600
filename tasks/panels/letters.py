"""Panel letters: which letter is printed where in a figure, from the PDF's text or else from its pixels.

A letter alone proves little: charts are full of them. So letters are taken together, of one case and about one
size, and only where they are those that the caption names, or else run from A without a hole.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.letters import CLASSES, class_of, read_letters
from tasks.panels.glyphs import find_glyphs
from tasks.panels.gutters import PixelBox, ink, trim
from tasks.panels.seams import to_gray

_PRINTED = re.compile(r"[(\[]?\s*([A-Za-z](?:iv|v|i{1,3}|[1-9])?)\s*[)\]]?\s*[.:,]?")
_NUMBERED = re.compile(r"[(\[]?\s*([ivx]{1,4}|[0-9]{1,2})[)\]]")
"""Numbers only in brackets, and only those that the caption names: charts are full of bare ones."""

LEAST_READ = 0.35
"""Least probability at which a glyph counts as a reading of a letter that the caption names."""

LEAST_SURE = 0.9
"""Least probability where the caption names no letters."""


LEAST_ALONE = 0.97
"""Least probability of a letter that is the only one of a figure."""

AT_EDGE = 0.1
"""Share of a figure's side within which such a letter stands."""

OTHER_CASE = 0.9
"""What letters count that are printed in another case than the caption names them in."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A panel letter as printed and its box in pixels; `sure` is the reader's probability, 1 for PDF text."""

    text: str
    box: PixelBox
    sure: float
    bracketed: bool = False

    @property
    def height(self) -> int:
        """Pixels."""
        return self.box[3] - self.box[1]


def find_panel_letters(
    lines: Sequence[tuple[str, PixelBox]], pixels: np.ndarray, unit: float, expected: Sequence[str]
) -> list[Letter]:
    """The panel letters of a figure whose caption names the `expected` ones.

    `lines` are those of the PDF's text with their boxes in `pixels` (H, W, 3) uint8, which have `unit` pixels in a
    point. The pixels are read only where the text does not hold all letters, and both are then taken together.
    """
    printed = list(read_lines(lines, pixels, expected))
    chosen = choose_nested(printed, expected)
    if chosen and {letter.text for letter in chosen}.issuperset(expected):
        return chosen
    readings = [*printed, *read_glyphs(to_gray(pixels), unit)]
    return choose_nested(readings, expected) or choose_alone(readings, expected, pixels)


def choose_nested(readings: Sequence[Letter], expected: Sequence[str]) -> list[Letter]:
    """The letters of `choose_letters`, and behind them the small ones that the caption names within capitals."""
    chosen = choose_letters(readings, expected)
    inner = [label for label in expected if label[0].isupper() != expected[0][0].isupper()]
    if not chosen or not inner:
        return chosen
    taken = {letter.box for letter in chosen}
    return [*chosen, *choose_letters([r for r in readings if r.box not in taken], inner)]


def choose_alone(readings: Sequence[Letter], expected: Sequence[str], pixels: np.ndarray) -> list[Letter]:
    """The one letter of a figure, say of a half on its own page, or where the others cannot be read.

    It is one that the caption names, sure, not there twice, and stands at the upper or left edge of `pixels` (H, W, 3).
    """
    height, width = pixels.shape[:2]
    sure = [r for r in readings if r.sure >= LEAST_ALONE and r.text in expected]
    found = [r for r in sure if sum(is_elsewhere(r, other) for other in sure) == 0]
    edge = [r for r in found if r.box[1] < AT_EDGE * height or r.box[0] < AT_EDGE * width]
    return edge[:1]


def is_elsewhere(letter: Letter, other: Letter) -> bool:
    """Whether `other` is not another reading of the same mark."""
    apart = max(abs(letter.box[0] - other.box[0]), abs(letter.box[1] - other.box[1]))
    return apart > 0.5 * letter.height


def read_lines(
    lines: Sequence[tuple[str, PixelBox]], pixels: np.ndarray, expected: Sequence[str]
) -> Iterator[Letter]:
    """The lines of text that may be panel letters, their boxes drawn in to what is seen of them."""
    for text, box in lines:
        numbered = _NUMBERED.fullmatch(text.strip())
        match = numbered if numbered and numbered[1] in expected else _PRINTED.fullmatch(text.strip())
        if match:
            yield Letter(match[1], visible(box, pixels), 1.0, text.lstrip()[0] in "([" or ")" in text)


def visible(box: PixelBox, pixels: np.ndarray) -> PixelBox:
    """The part of a line's `box` in which there is print; `box` itself where nothing stands out."""
    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), box[2], box[3]
    part = pixels[y0:y1, x0:x1]
    if not part.size:
        return box
    found = trim(ink(part, np.median(part.reshape(-1, 3), axis=0), 60), (0, 0, x1 - x0, y1 - y0))
    return (x0 + found[0], y0 + found[1], x0 + found[2], y0 + found[3]) if found else box


def read_glyphs(gray: np.ndarray, unit: float) -> Iterator[Letter]:
    """Every lone glyph of `gray` that may be a letter, once for each case that looks like it."""
    glyphs = find_glyphs(gray, unit)
    if not glyphs:
        return
    probabilities = read_letters(np.stack([glyph.picture for glyph in glyphs]))
    for glyph, row in zip(glyphs, probabilities, strict=True):
        for index in np.flatnonzero(row[:-1] >= LEAST_READ):
            read = CLASSES[index]
            for text in {read, *(letter for letter in string.ascii_lowercase if class_of(letter) == read)}:
                yield Letter(text, glyph.box, float(row[index]), glyph.bracketed)


def choose_letters(readings: Sequence[Letter], expected: Sequence[str]) -> list[Letter]:
    """The readings that together are the panel letters of a figure; empty where no set of them convinces."""
    best: list[Letter] = []
    most = 0.0
    named = [label for label in expected if label[0].isupper() == expected[0][0].isupper()]
    # One reference for each look: a plot of a thousand circles reads as a thousand O of one height.
    looks = {(r.text[0].isupper(), r.bracketed, r.height): r for r in readings}
    for reference in looks.values():
        alike = [letter for letter in readings if are_alike(letter, reference)]
        same_case = bool(named) and named[0][0].isupper() == reference.text[0].isupper()
        chosen = settle(alike, named) if same_case else settle_run(alike, named)
        worth = total(chosen) * (1.0 if same_case or not named else OTHER_CASE)
        if worth > most + 0.01:
            best, most = chosen, worth
    enough = max(2, 0.5 * len({label[0] for label in named}))
    return best if len({letter.text for letter in best}) >= enough else []


def are_alike(letter: Letter, reference: Letter) -> bool:
    """Whether two readings may belong to one set: same case, same brackets, about the same height."""
    same_case = letter.text[0].isupper() == reference.text[0].isupper()
    low, high = (0.8, 1.25) if reference.text[0].isupper() else (0.62, 1.6)
    return (
        same_case
        and letter.bracketed == reference.bracketed
        and low <= letter.height / max(1, reference.height) <= high
    )


def total(letters: Sequence[Letter]) -> float:
    """How convincing a set is: the sum of its certainties."""
    return sum(letter.sure for letter in letters)


def settle(readings: Sequence[Letter], labels: Sequence[str]) -> list[Letter]:
    """One reading for each of `labels` that has any: the surest, and of equals the one in line with the others.

    Of three letters or more, an unsure one in line with no other is none.
    """
    by_label = {label: [letter for letter in readings if letter.text == label] for label in labels}
    first = [max(found, key=lambda letter: letter.sure) for found in by_label.values() if found]
    chosen = [
        max(found, key=lambda letter: letter.sure + 0.6 * in_line(letter, first))
        for found in by_label.values()
        if found
    ]
    return [
        letter for letter in chosen if letter.sure >= LEAST_SURE or in_line(letter, chosen) or len(chosen) < 3
    ]


def settle_run(readings: Sequence[Letter], named: Sequence[str] = ()) -> list[Letter]:
    """The run of sure readings from A (or a) upwards, where none is ambiguous, and of those `named`, if any.

    Where none are named, most stand on one line or in one column with another."""
    sure = [letter for letter in readings if letter.sure >= LEAST_SURE]
    alphabet = (
        string.ascii_uppercase if readings and readings[0].text[0].isupper() else string.ascii_lowercase
    )
    present = {letter.text for letter in sure}
    length = next((count for count, letter in enumerate(alphabet) if letter not in present), 26)
    run = settle(sure, alphabet[: min(length, len(named) or length)])
    twice = any(other.text == letter.text and is_elsewhere(letter, other) for letter in run for other in sure)
    lined = sum(in_line(letter, run) > 0 for letter in run)
    strewn = not named and 2 * lined <= len(run)  # as those over the bars of a chart
    return [] if twice or strewn else run


def in_line(letter: Letter, others: Sequence[Letter]) -> float:
    """The share of `others` that stand on one line or in one column with `letter`."""
    if not others:
        return 0.0
    reach = 0.6 * letter.height
    lined = sum(
        min(abs(letter.box[0] - other.box[0]), abs(letter.box[1] - other.box[1])) < reach
        for other in others
        if other.box != letter.box
    )
    return lined / len(others)
