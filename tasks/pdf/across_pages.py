"""Captions bound to artwork on another page: on the facing one, or in the order of a manuscript's list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import groupby

from tasks import boxes
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import PageContent
from tasks.records import Box
from tasks.rules.layout import rules

Bound = list[tuple[list[FoundFigure], CaptionBlock]]


def bind_across_pages(spare: Sequence[FoundFigure], waiting: Sequence[CaptionBlock]) -> list[FoundFigure]:
    """The artwork `spare`, with those of the captions `waiting` that surely belong to it.

    Pieces that share a page and a caption come joined; what no caption takes stays as it is.
    """
    bound = _in_order(spare, waiting) or _on_facing_pages(spare, waiting)
    taken = {piece for pieces, _ in bound for piece in pieces}
    joined = [
        replace(pieces[0], bbox=boxes.hull(piece.bbox for piece in pieces), caption=caption)
        for pieces, caption in bound
    ]
    return joined + [piece for piece in spare if piece not in taken]


def _in_order(spare: Sequence[FoundFigure], waiting: Sequence[CaptionBlock]) -> Bound:
    """Captions and artwork one by one, where there are just as many of both; those of supplements may be absent."""
    main = [c for c in waiting if c.label.split()[0] in ("Figure", "Scheme")]
    for captions in (waiting, main):
        for artwork in _artwork(spare, captions):
            if len(artwork) == len(captions) > 1:
                return list(zip(artwork, captions, strict=True))
    return []


def _artwork(
    spare: Sequence[FoundFigure], captions: Sequence[CaptionBlock]
) -> Iterator[list[list[FoundFigure]]]:
    """The ways to take artwork for what the captions are about: behind them all or, of a list, before it."""
    pages = Counter(c.page for c in captions)
    places = [[f for f in spare if f.page.number > max(pages)]] if pages else []
    if max(pages.values(), default=0) > 1:
        places.append([f for f in spare if f.page.number < min(pages)])
    for pieces in places:
        yield [[piece] for piece in pieces]
        yield _by_page(pieces)
        yield _by_page([piece for piece in pieces if piece.large])


def _by_page(pieces: Sequence[FoundFigure]) -> list[list[FoundFigure]]:
    """The pieces of each page; none where prose stands between such."""
    groups = [list(group) for _, group in groupby(pieces, lambda piece: piece.page.number)]
    return groups if all(len(group) == 1 or _is_plate(group[0].page) for group in groups) else []


def _is_plate(page: PageContent, caption: Set[int] = frozenset()) -> bool:
    """Whether hardly any prose stands on a page, beside the lines of its caption."""
    settings = rules().figures
    lines = (line for i, line in enumerate(page.lines) if i not in caption)
    prose = sum(len(line.text.split()) >= settings.plate_words for line in lines)
    return prose <= settings.plate_lines


def _on_facing_pages(spare: Sequence[FoundFigure], waiting: Sequence[CaptionBlock]) -> Bound:
    """What captions that wait alone on their page have on a page beside it, then what several on one have."""
    alone = _one_on_facing_page(spare, waiting)
    taken = {piece for pieces, _ in alone for piece in pieces}
    return alone + _several_on_facing_page([piece for piece in spare if piece not in taken], waiting)


def _one_on_facing_page(spare: Sequence[FoundFigure], waiting: Sequence[CaptionBlock]) -> Bound:
    """A caption that waits alone on its page, and the only artwork near it."""
    pages = Counter(c.page for c in waiting)
    bound: Bound = []
    taken: set[FoundFigure] = set()
    for caption in (c for c in waiting if pages[c.page] == 1):
        free = [piece for piece in spare if piece not in taken]
        groups = next((found for found in map(_by_page, _near(caption, free)) if len(found) == 1), [])
        if groups:
            bound.append((groups[0], caption))
            taken.update(groups[0])
    return bound


def _near(caption: CaptionBlock, spare: Sequence[FoundFigure]) -> Iterator[list[FoundFigure]]:
    """Where the artwork of a caption may be: in another column, on a page beside it, or else anywhere on its plate."""
    own = [f for f in spare if f.page.number == caption.page and f.large]
    yield [f for f in own if boxes.gaps(f.bbox, caption.bbox)[0] > 0]
    yield [f for f in spare if abs(f.page.number - caption.page) == 1]
    yield own if own and _is_plate(own[0].page, caption.lines) else []


def _several_on_facing_page(spare: Sequence[FoundFigure], waiting: Sequence[CaptionBlock]) -> Bound:
    """Captions that wait together on a page, and just as many pieces on the page before or behind, in their order.

    Where both pages would do, the captions of other pages decide: they take theirs first.
    """
    by_page = {number: list(own) for number, own in groupby(waiting, lambda caption: caption.page)}
    large = _large_by_page(spare)
    open_pages = [number for number, own in by_page.items() if len(own) > 1]
    bound: Bound = []
    taken: set[int] = set()
    while found := next(
        ((page, side) for page in open_pages if (side := _only_side(large, by_page[page], taken))), None
    ):
        page, pieces = found
        bound += [([piece], caption) for piece, caption in zip(pieces, by_page[page], strict=True)]
        open_pages.remove(page)
        taken.add(pieces[0].page.number)
    return bound


def _large_by_page(spare: Sequence[FoundFigure]) -> dict[int, list[FoundFigure]]:
    """The large pieces of each page, in the order in which they are read; none where that is in doubt."""
    pages: defaultdict[int, list[FoundFigure]] = defaultdict(list)
    for piece in spare:
        if piece.large:
            pages[piece.page.number].append(piece)
    return {number: _in_reading_order(pieces) for number, pieces in pages.items()}


def _only_side(
    large: Mapping[int, list[FoundFigure]], captions: Sequence[CaptionBlock], taken: Set[int]
) -> list[FoundFigure]:
    """The large pieces on the page before some captions or behind it, as many as these; empty where both would do."""
    number = captions[0].page
    sides = [large.get(beside, []) for beside in {number - 1, number + 1} - taken]
    as_many = [pieces for pieces in sides if len(pieces) == len(captions)]
    return as_many[0] if len(as_many) == 1 else []


def _in_reading_order(pieces: Sequence[FoundFigure]) -> list[FoundFigure]:
    """Pieces of a page from the top left; empty where rows and columns would be read in different orders."""
    before = [sum(_is_before(other.bbox, piece.bbox) for other in pieces) for piece in pieces]
    placed = dict(zip(before, pieces, strict=True))
    return [placed[place] for place in sorted(placed)] if len(placed) == len(pieces) else []


def _is_before(first: Box, second: Box) -> bool:
    """Whether a piece stands above another or on its left, and in neither direction behind it."""
    sides = [side for side, gap in enumerate(boxes.gaps(first, second)) if gap > 0]
    return bool(sides) and all(first[side] < second[side] for side in sides)
