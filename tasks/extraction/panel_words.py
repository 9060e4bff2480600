"""The words printed within a panel (axis labels, names of genes, scale bars), from the PDF's own text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pymupdf

from tasks import boxes
from tasks.pdf.pages import PageContent
from tasks.records import Box
from tasks.wording.words import clean, join_lines

LONGEST = 5_000
"""Letters of one panel's words: a page of text that was drawn as a picture has about so many."""
INSIDE = 0.5
"""Share of a word's box that lies in the panel."""

_FLAGS = pymupdf.TEXT_MEDIABOX_CLIP  # as in tasks.pdf.lines: no ligatures, nothing beyond the page


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    bbox: Box
    """In the page's upright frame."""
    block: int
    line: int


class PageWords:
    """The words of a page with their places, read when a panel with words first asks for them."""

    def __init__(self, page: PageContent) -> None:
        self._page = page
        self._words: list[_Word] | None = None

    def within(self, box: Box) -> str | None:
        """The words in a box of the page's upright frame, from top to bottom; None where none is printed there."""
        seen = [line.bbox for line in self._page.lines if boxes.overlaps(line.bbox, box)]
        if not seen:
            return None
        if self._words is None:
            self._words = _read(self._page)
        inside = [
            word
            for word in self._words
            if boxes.share_inside(word.bbox, box) > INSIDE
            and any(boxes.overlaps(word.bbox, it) for it in seen)
        ]
        return _in_order(inside)[:LONGEST].strip() or None


def _read(page: PageContent) -> list[_Word]:
    found: dict[tuple[str, int, int], _Word] = {}
    for x0, y0, x1, y1, text, block, line, _ in page.handle.get_text("words", flags=_FLAGS):
        rect = pymupdf.Rect(x0, y0, x1, y1) * page.frame
        printed = clean(text)
        if any(map(str.isalnum, printed)):  # what is printed twice in one place, to look bold, is one word
            place = (printed, round(rect.x0 / 2), round(rect.y0 / 2))
            found.setdefault(place, _Word(printed, (rect.x0, rect.y0, rect.x1, rect.y1), block, line))
    return list(found.values())


def _in_order(words: Sequence[_Word]) -> str:
    """Words as text: lines of one block together, blocks from top to bottom and from left to right."""
    blocks: dict[int, dict[int, list[_Word]]] = {}
    for word in words:
        blocks.setdefault(word.block, {}).setdefault(word.line, []).append(word)
    pieces = []
    for lines in blocks.values():
        box = boxes.hull(word.bbox for line in lines.values() for word in line)
        text = join_lines([" ".join(word.text for word in line) for line in lines.values()], {})
        pieces.append((round(box[1] / 4), box[0], text))
    return " ".join(text for _, _, text in sorted(pieces))
