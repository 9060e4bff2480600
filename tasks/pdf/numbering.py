"""The numbers that a manuscript counts its lines with: columns of them beside the text, at one side or at both.

Where they stand so near to the text that its lines begin with them, they are put apart.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tasks import boxes
from tasks.pdf.lines import Line, Run
from tasks.pdf.pages import PageContent, with_numbers_apart
from tasks.rules.layout import rules

_BEGINS = re.compile(r"(\d+)(?: (.+))?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Count:
    """A number that a line begins with, or is all of."""

    printed: str
    line: Line
    words: str
    """What stands behind it."""
    runs_in: bool
    """They are of the same line."""

    @property
    def value(self) -> int:
        return int(self.printed)


def find_line_numbers(pages: Sequence[PageContent]) -> list[PageContent]:
    """The pages with the places of their line numbers in `numbers`, each of which is a line of its own."""
    pages = [with_numbers_apart(page, runs) for page, runs in zip(pages, _numbers_run_in(pages), strict=True)]
    sides = [_beside_text(page, _text_edges(page, pages)) for page in pages]
    found = [set(page.numbers) for page in pages]
    for side in (0, 1):
        values = [
            int(page.lines[i].text) for page, places in zip(pages, sides, strict=True) for i in places[side]
        ]
        if _step(values):
            for numbers, places in zip(found, sides, strict=True):
                numbers.update(places[side])
    return [
        replace(page, numbers=frozenset(numbers)) if numbers else page
        for page, numbers in zip(pages, found, strict=True)
    ]


def _numbers_run_in(pages: Sequence[PageContent]) -> list[frozenset[Run]]:
    """For each page, the line numbers that its lines begin with.

    They count up through the paper, and count most of its prose, not the entries of a list in it: many of the lines
    that they stand before go on within a sentence.
    """
    counts = [_counts_of(page, _text_edges(page, pages)[0]) for page in pages]
    whole = [count for page in counts for count in page]
    step = _step([count.value for count in whole]) if any(count.runs_in for count in whole) else None
    kept = _in_sequence(whole, step) if step else []
    sentences = [count.words for count in kept if len(count.words.split()) > rules().text.number_prose]
    within = sum(words[0].islower() for words in sentences)
    prose, text = sum(_is_prose(line) for page in pages for line in page.lines), rules().text
    most = step is not None and step * len(sentences) > text.number_lines * prose
    if not most or within < text.number_within * len(sentences):
        return [frozenset() for _ in pages]
    parted = {id(count) for count in kept if count.runs_in}
    return [
        frozenset((count.line.block, count.printed) for count in page if id(count) in parted)
        for page in counts
    ]


def _counts_of(page: PageContent, left: float) -> list[_Count]:
    """The numbers that begin the rows of a page from its text's `left` edge or before it, from top to bottom."""
    found: list[_Count] = []
    text, lines = rules().text, sorted((line for line in page.lines if line.upright), key=_middle)
    middles = [_middle(line) for line in lines]
    for line in lines:
        begins = _BEGINS.match(line.text)
        near = line.bbox[0] < left + text.number_indent * line.size
        if begins is None or not near or len(begins[1]) > text.number_digits:
            continue
        reach = boxes.height(line.bbox) / 2
        first = bisect_left(middles, _middle(line) - reach)
        behind = bisect_right(middles, _middle(line) + reach)
        row = lines[first:behind] if behind - first <= text.number_row else []
        if row and all(line.bbox[0] <= other.bbox[0] for other in row):
            beside = min((one for one in row if one is not line), key=lambda one: one.bbox[0], default=None)
            words = begins[2] or (beside.text if beside else "")
            found.append(_Count(begins[1], line, words, begins[2] is not None))
    return found


def _middle(line: Line) -> float:
    return (line.bbox[1] + line.bbox[3]) / 2


def _in_sequence(counts: Sequence[_Count], step: int) -> list[_Count]:
    """Those of the numbers of a paper that are one step from the one before or from the next."""
    steps = [after.value - before.value == step for before, after in pairwise(counts)]
    beside = zip([False, *steps], [*steps, False], strict=True)
    return [count for count, near in zip(counts, beside, strict=True) if any(near)]


def _text_edges(page: PageContent, pages: Sequence[PageContent]) -> tuple[float, float]:
    """Where the running text of a page begins and ends; of a page without any, as on the others."""
    prose = [line for line in page.lines if _is_prose(line)]
    prose = prose or [line for other in pages for line in other.lines if _is_prose(line)]
    left = min((line.bbox[0] for line in prose), default=0.0)
    return left, max((line.bbox[2] for line in prose), default=page.size[0])


def _is_prose(line: Line) -> bool:
    return line.upright and len(line.text.split()) > rules().text.number_prose


def _beside_text(page: PageContent, edges: tuple[float, float]) -> tuple[list[int], list[int]]:
    """The places of the numbers to the left and to the right of the text, from top to bottom."""
    numbers = [
        i
        for i, line in enumerate(page.lines)
        if line.upright and line.text.isdecimal() and len(line.text) <= rules().text.number_digits
    ]
    numbers.sort(key=lambda i: page.lines[i].bbox[1])
    left = [i for i in numbers if page.lines[i].bbox[2] < edges[0] + 1]
    return left, [i for i in numbers if page.lines[i].bbox[0] > edges[1] - 1]


def _step(values: Sequence[int]) -> int | None:
    """The one step by which numbers rise nearly all the way, where they do; each page may begin anew."""
    text = rules().text
    steps = Counter(after - before for before, after in pairwise(values))
    if len(values) < text.least_numbers:
        return None
    step, count = steps.most_common(1)[0]
    return step if step in (1, 2, 5, 10) and count >= text.counted * (len(values) - 1) else None
