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
from tasks.pdf.lines import Line
from tasks.pdf.pages import PageContent, with_numbers_apart
from tasks.pdf.painting.raw_lines import Run
from tasks.rules.layout import rules

_BEGINS = re.compile(r"(\d+)(?: ?((?<= ).+|(?=[^\W\d_]|[(\[“‘\"']).+))?$", re.DOTALL)
_ENDS = re.compile(r"(?:(.*\D) ?)?(?<!\d)(?<!\d[.,/:–-])(\d+)$", re.DOTALL)
"""A number with the words behind or before it, be it without a blank: `12Figure 2`, `colonies 12`."""
_STOPS = (".", "!", "?", ":", ";")
"""How a line ends whose sentence does not go on."""


@dataclass(frozen=True, slots=True)
class _Count:
    """A number that a line begins or ends with, or is all of."""

    digits: str
    """All digits that stand there; the first of them, or the last, are the number."""
    number: str
    line: Line
    words: str
    """What stands behind it, or before it."""
    runs_in: bool
    """They are of the same line."""
    within: bool
    """The words go on within the sentence of the line before, which fills the width of the text."""

    @property
    def value(self) -> int:
        return int(self.number)


def find_line_numbers(pages: Sequence[PageContent]) -> list[PageContent]:
    """The pages with the places of their line numbers in `numbers`, each of which is a line of its own."""
    runs = zip(_numbers_run_in(pages, ends=False), _numbers_run_in(pages, ends=True), strict=True)
    pages = [with_numbers_apart(page, left | right) for page, (left, right) in zip(pages, runs, strict=True)]
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


def _numbers_run_in(pages: Sequence[PageContent], *, ends: bool) -> list[frozenset[Run]]:
    """For each page, the line numbers that its lines begin with, or end with.

    They count up through the paper, and count most of its prose, not the entries of a list or the steps of a protocol
    in it: many of the lines that they stand beside go on within a sentence.
    """
    prose = [line for page in pages for line in page.lines if _is_prose(line)]
    bare = [line for line in prose if not _may_count(line, ends)]
    full = _full_width(bare or prose)
    counts = [_counts_of(page, _text_edges(page, pages), full, ends=ends) for page in pages]
    whole = [count for page in counts for count in page]
    step = _step([count.value for count in whole]) if any(count.runs_in for count in whole) else None
    if step is None:
        return [frozenset() for _ in pages]
    whole = _cut_to_sequence(whole, step, ends=ends)
    kept = _in_sequence(whole, step)
    if not _count_prose(kept, step, len(prose)):
        return [frozenset() for _ in pages]
    parted = {id(count.line): count.number for count in kept if count.runs_in}
    return [
        frozenset(
            Run(count.line.block, count.digits, ends, parted[id(count.line)])
            for count in page
            if id(count.line) in parted
        )
        for page in counts
    ]


def _count_prose(counts: Sequence[_Count], step: int, prose: int) -> bool:
    """Whether numbers count most of so many lines of prose, and not amounts ("6ml of the buffer") or a list."""
    text = rules().text
    sentences = [count for count in counts if len(count.words.split()) > text.number_prose]
    if step * len(sentences) <= text.number_lines * prose:
        return False
    first_words = Counter(count.words.split()[0] for count in sentences)
    within = sum(count.within for count in sentences)
    alike = first_words.most_common(1)[0][1] > len(sentences) / 2
    return not alike and within >= text.number_within * len(sentences)


def _full_width(prose: Sequence[Line]) -> float:
    """How wide in points a line of prose is that fills the width of the text, as one in ten does at the least."""
    widths = sorted(boxes.width(line.bbox) for line in prose)
    return widths[9 * len(widths) // 10] if widths else 0.0


def _counts_of(page: PageContent, edges: tuple[float, float], full: float, *, ends: bool) -> list[_Count]:
    """The numbers that begin, or end, the rows of a page at its text's edge or beyond, from top to bottom."""
    found: list[_Count] = []
    text, lines = rules().text, sorted((line for line in page.lines if line.upright), key=_middle)
    middles = [_middle(line) for line in lines]
    before = _lines_before(page)
    for line in lines:
        match = (_ENDS if ends else _BEGINS).match(line.text) if _may_count(line, ends) else None
        if match is None:
            continue
        digits, own = (match[2], match[1]) if ends else (match[1], match[2])
        indent = text.number_indent * line.size
        near = line.bbox[2] > edges[1] - indent if ends else line.bbox[0] < edges[0] + indent
        if not near or len(digits) > 2 * text.number_digits:
            continue
        reach = boxes.height(line.bbox) / 2
        first = bisect_left(middles, _middle(line) - reach)
        behind = bisect_right(middles, _middle(line) + reach)
        row = lines[first:behind] if behind - first <= text.number_row else []
        outermost = (
            all(line.bbox[2] >= other.bbox[2] for other in row)
            if ends
            else all(line.bbox[0] <= other.bbox[0] for other in row)
        )
        if not row or not outermost:
            continue
        beside = min(
            (one for one in row if one is not line),
            key=lambda one: -one.bbox[2] if ends else one.bbox[0],
            default=None,
        )
        words, said = (own, line) if own else (beside.text, beside) if beside else ("", line)
        last = before.get(id(said))
        goes_on = words[:1].islower() and last is not None and not last.text.endswith(_STOPS)
        wide = last is not None and boxes.width(last.bbox) > rules().captions.full_line * full
        found.append(_Count(digits, digits, line, words, own is not None, goes_on and wide))
    return found


def _may_count(line: Line, ends: bool) -> bool:
    """Whether a line begins, or ends, with a digit; most do not, and cost no more than this."""
    return (line.text[-1:] if ends else line.text[:1]).isdigit()


def _lines_before(page: PageContent) -> dict[int, Line]:
    """For each line of a page, by its id, the line of prose that is read before it."""
    found: dict[int, Line] = {}
    before: Line | None = None
    for line in page.lines:
        if before is not None:
            found[id(line)] = before
        if _is_prose(line):
            before = line
    return found


def _cut_to_sequence(counts: Sequence[_Count], step: int, *, ends: bool) -> list[_Count]:
    """The numbers of a paper, without the digits of words that stand right beside them: 12 of `1212 mice`, line 12."""
    cut: list[_Count] = []
    for count in counts:
        due = str(cut[-1].value + step) if cut else count.digits
        own = count.digits.endswith(due) if ends else count.digits.startswith(due)
        cut.append(replace(count, number=due) if own and count.runs_in else count)
    return cut


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
