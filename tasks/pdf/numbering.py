"""The numbers that a manuscript counts its lines with: columns of them beside the text, at one side or at both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from tasks.pdf.lines import Line
from tasks.pdf.pages import PageContent
from tasks.rules.layout import rules


def find_line_numbers(pages: Sequence[PageContent]) -> list[PageContent]:
    """The pages with the places of their line numbers in `numbers`."""
    sides = [_beside_text(page, _text_edges(page, pages)) for page in pages]
    found: list[set[int]] = [set() for _ in pages]
    for side in (0, 1):
        values = [
            int(page.lines[i].text) for page, places in zip(pages, sides, strict=True) for i in places[side]
        ]
        if _counts_up(values):
            for numbers, places in zip(found, sides, strict=True):
                numbers.update(places[side])
    return [
        replace(page, numbers=frozenset(numbers)) if numbers else page
        for page, numbers in zip(pages, found, strict=True)
    ]


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


def _counts_up(values: Sequence[int]) -> bool:
    """Whether numbers rise by one step nearly all the way; each page may begin anew."""
    text = rules().text
    steps = Counter(after - before for before, after in pairwise(values))
    if len(values) < text.least_numbers:
        return False
    step, count = steps.most_common(1)[0]
    return step in (1, 2, 5, 10) and count >= text.counted * (len(values) - 1)
