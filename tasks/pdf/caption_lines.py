"""Which lines a caption takes up: below and beside its first one, under the picture, on the next page."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from tasks import boxes
from tasks.pdf.lines import Line, is_bold
from tasks.pdf.pages import PageContent
from tasks.pdf.styles import Style, family
from tasks.records import Box
from tasks.wording.labels import Label

LINE_HEIGHT = 1.3
"""Sizes of type: what a line takes of the page at least; some fonts give their letters smaller boxes."""

WORDS_UNDER_PICTURE = 40.0
"""Points: how far under a picture the words may stand whose label is above it."""

BESIDE = 12.0
"""Sizes of type: how much higher or lower than a caption one beside it may begin."""

FULL = 0.85
"""Share of a caption's width: a last line that is as long goes on on the next page, if it does not end a sentence."""

HALF = 0.4
"""Share of a caption's width: what stands beside it and is narrower is no second column of it."""

TRAILER = 3.0
"""Sizes of type: how far below a caption an address that belongs to it may stand."""

PHRASE = 4
"""Words: fewer are a fragment, as of a formula, or print of a picture."""

MOST_FRAGMENTS = 6
"""Pieces of formulas that may stand between two lines of a caption."""

_ENDS = (".", "!", "?", ")", "]", "。")
"""How the last line of a caption ends that does not go on."""


@dataclass(frozen=True, slots=True)
class NextPage:
    """The page after that of a caption, the lines at which captions begin there, and the texts of running heads."""

    page: PageContent
    starts: set[int]
    running: Set[str]


def caption_lines(
    page: PageContent, start: int, label: Label, starts: set[int], style: Style, trailers: set[int]
) -> list[int]:
    """The lines of the caption that begins at `start`: on through its block, then through those below and beside.

    `trailers` are lines that stand between or under captions and belong to none.
    """
    lines = page.lines
    taken = [start]
    fragments: list[int] = []
    sizes = {lines[start].size}
    alone = not label.words
    for i in range(start + 1, len(lines)):
        line, last = lines[i], lines[taken[-1]]
        if i in starts and line.block == last.block:
            break
        if not line.upright or i in starts | page.numbers | trailers or _is_anothers(lines, i, start, starts):
            continue
        first_words = len(taken) == 1 and (
            line.block == last.block or (alone and _is_right_below(line, last))
        )
        if first_words:
            sizes.add(line.size)
        if (first_words and alone) or _continues(lines, taken, line, sizes, style):
            taken.append(i)
            fragments = []
        elif _continues(lines, [*taken, *fragments], line, sizes, style) and fragments:
            taken += [*fragments, i]
            fragments = []
        elif _is_fragment(line, last) and len(fragments) < MOST_FRAGMENTS:
            fragments.append(i)
    return taken


def trailing_lines(page: PageContent, taken: Sequence[int], trailers: Set[int]) -> list[int]:
    """Those of the lines `trailers` (addresses, DOIs) close below a caption: no words of it, nor of a picture."""
    box, size = boxes.hull(page.lines[i].bbox for i in taken), page.lines[taken[0]].size
    places = ((i, page.lines[i].bbox) for i in trailers)
    return [
        i
        for i, (x0, y0, x1, _) in places
        if -1 < y0 - box[3] < TRAILER * size and x0 < box[2] and x1 > box[0]
    ]


def words_under_picture(page: PageContent, start: int, starts: set[int], style: Style) -> list[int]:
    """The lines under a picture whose label alone stands above it; empty where there are none."""
    label = page.lines[start].bbox
    below = [
        i
        for i, line in enumerate(page.lines)
        if line.upright and line.bbox[1] > label[3] and i not in page.numbers
    ]
    stops = [page.lines[i].bbox[1] for i in below if i in starts or _is_body(page.lines[i], style)]
    stop = min(stops, default=page.size[1])
    pictures = [p.bbox for p in page.paints if p.image or boxes.height(p.bbox) > 2 * WORDS_UNDER_PICTURE]
    bottom = max((box[3] for box in pictures if label[1] - 2 < box[1] < stop), default=None)
    if bottom is None:
        return []
    words = [i for i in below if bottom - 2 < page.lines[i].bbox[1] < min(stop, bottom + WORDS_UNDER_PICTURE)]
    words = [i for i in words if not style.sets(page.lines[i])]
    first = next((i for i in words if len(page.lines[i].text.split()) >= PHRASE), None)
    if first is None:
        return []
    taken = [first]
    for i in range(first + 1, len(page.lines)):
        if (
            i in below
            and i not in starts
            and _continues(page.lines, taken, page.lines[i], {page.lines[first].size}, style)
        ):
            taken.append(i)
    return taken


def lines_on_next_page(
    page: PageContent, taken: Sequence[int], following: NextPage, style: Style
) -> list[int]:
    """The first lines of the page `following` where the caption of the lines `taken` goes on there; else empty.

    It does where it ends its page within a sentence, and the next page begins with lines in the same type, which is
    not that of the body.
    """
    last = page.lines[taken[-1]]
    width = boxes.width(boxes.hull(page.lines[i].bbox for i in taken))
    whole = last.text.endswith(_ENDS) or boxes.width(last.bbox) < FULL * max(width, style.column)
    if whole or style.sets(last) or not _is_lowest(page, taken, style):
        return []
    upright = [
        i for i, line in enumerate(following.page.lines) if line.upright and i not in following.page.numbers
    ]
    lines = following.page.lines
    same = [i for i in upright if _is_like(lines[i], last) and lines[i].text not in following.running]
    first = min(same, key=lambda i: lines[i].bbox[1], default=None)
    if first is None or first in following.starts or _is_under_others(following, first, style):
        return []
    more = [first]
    for i in range(first + 1, len(lines)):
        if (
            i in upright
            and i not in following.starts
            and _continues(lines, more, lines[i], {last.size}, style)
        ):
            more.append(i)
    return more


def _is_like(line: Line, other: Line) -> bool:
    return line.text_font == other.text_font and abs(line.size - other.size) < 0.3


def _is_lowest(page: PageContent, taken: Sequence[int], style: Style) -> bool:
    """Whether no running text stands below lines in their column."""
    box = boxes.hull(page.lines[i].bbox for i in taken)
    below = [
        line
        for line in page.lines
        if line.bbox[1] > box[3] and line.bbox[0] < box[2] and line.bbox[2] > box[0]
    ]
    return not any(_is_body(line, style) or len(line.text.split()) > 2 * PHRASE for line in below)


def _is_under_others(following: NextPage, first: int, style: Style) -> bool:
    """Whether a picture, a caption or running text stands above a line."""
    page = following.page
    top = page.lines[first].bbox[1]
    pictures = [p.bbox for p in page.paints if p.image or boxes.height(p.bbox) > WORDS_UNDER_PICTURE]
    above = any(box[1] < top and boxes.area(box) < 0.9 * boxes.area(page.bounds) for box in pictures)
    others = (line for i, line in enumerate(page.lines) if i in following.starts or _is_body(line, style))
    return above or any(line.bbox[1] < top for line in others)


def _is_body(line: Line, style: Style) -> bool:
    return line.upright and style.sets(line) and len(line.text.split()) >= PHRASE


def _is_anothers(lines: Sequence[Line], index: int, start: int, starts: set[int]) -> bool:
    """Whether a line stands in the block of another caption, or straight below one that begins beside."""
    line, first = lines[index], lines[start]
    if line.block == first.block:
        return False
    for other in starts - {start}:
        head = lines[other]
        beside = head.bbox[0] > first.bbox[2] and abs(head.bbox[1] - first.bbox[1]) < BESIDE * first.size
        below = head.bbox[1] < line.bbox[1] and head.bbox[0] - 2 * line.size < line.bbox[0] < head.bbox[2]
        if (head.block == line.block and other < index) or (beside and below):
            return True
    return False


def _is_right_below(line: Line, last: Line) -> bool:
    gap = line.bbox[1] - last.bbox[3]
    return -0.3 * last.size < gap < 1.2 * last.size and abs(line.bbox[0] - last.bbox[0]) < 3 * last.size


def _is_fragment(line: Line, last: Line) -> bool:
    """Whether a line is a piece of a formula in or just under the line before."""
    inside = line.bbox[0] > last.bbox[0] - 1 and -1.0 < (line.bbox[1] - last.bbox[1]) / last.size < 1.0
    return len(line.text.split()) < PHRASE and inside


def _continues(
    lines: Sequence[Line], taken: Sequence[int], line: Line, sizes: set[float], style: Style
) -> bool:
    """Whether a line goes on with the caption whose lines are `taken`."""
    last, first = lines[taken[-1]], lines[taken[0]]
    if min(abs(line.size - size) for size in sizes) > 0.6:
        return False
    if line.block == last.block:
        return line.bbox[1] - last.bbox[3] < 0.9 * max(boxes.height(last.bbox), first.size)
    return _is_set_alike(lines, taken, line, style) and _stands_next(lines, taken, line, style)


def _is_set_alike(lines: Sequence[Line], taken: Sequence[int], line: Line, style: Style) -> bool:
    if style.sets(line) and not style.sets(lines[taken[-1]]):
        return False
    fonts = {lines[i].text_font for i in taken} | {lines[taken[0]].font}
    if line.text_font in fonts:
        return True
    # Under a title in another face, or all bold, the words follow in plain type.
    kin = family(line.text_font) in {family(font) for font in fonts}
    return not style.sets(line) and (kin or all(is_bold(font, 0) for font in fonts))


def _stands_next(lines: Sequence[Line], taken: Sequence[int], line: Line, style: Style) -> bool:
    last, first = lines[taken[-1]], lines[taken[0]]
    pitch = max(boxes.height(last.bbox), LINE_HEIGHT * first.size)
    gap = line.bbox[3] - last.bbox[3] - pitch
    whole = boxes.hull(lines[i].bbox for i in taken)
    on_the_line = -0.7 * pitch < gap < -0.3 * pitch and 0 <= line.bbox[0] - last.bbox[2] < 6 * first.size
    below = -0.3 * pitch < gap < 0.55 * pitch and _is_in_column(line.bbox, last.bbox, whole, first.size)
    # A caption set in two columns goes on at the height where it began, in type that is not the body's.
    beside = 0 < line.bbox[0] - whole[2] < 4 * first.size and abs(line.bbox[1] - first.bbox[1]) < 0.5 * pitch
    wide = boxes.width(line.bbox) > HALF * boxes.width(whole)
    return on_the_line or below or (beside and wide and not style.sets(line) and len(taken) > 1)


def _is_in_column(box: Box, last: Box, whole: Box, size: float) -> bool:
    aligned = min(abs(box[0] - left) for left in (whole[0], last[0])) < 3 * size
    centred = abs(box[0] + box[2] - whole[0] - whole[2]) < size
    return aligned or centred
