"""Captions bound to artwork on another page: on the facing one, or in the order of a manuscript's list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from tasks import boxes
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.pages import PageContent
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


def _is_plate(page: PageContent) -> bool:
    settings = rules().figures
    prose = sum(len(line.text.split()) >= settings.plate_words for line in page.lines)
    return prose <= settings.plate_lines


def _on_facing_pages(spare: Sequence[FoundFigure], waiting: Sequence[CaptionBlock]) -> Bound:
    """A caption that waits alone on its page, and the only artwork there (as in the column before) or beside it."""
    pages = Counter(c.page for c in waiting)
    bound: Bound = []
    taken: set[FoundFigure] = set()
    for caption in (c for c in waiting if pages[c.page] == 1):
        for pages_off in (0, 1):
            pieces = [f for f in spare if abs(f.page.number - caption.page) == pages_off and f not in taken]
            if not pages_off:
                pieces = [f for f in pieces if f.large and boxes.gaps(f.bbox, caption.bbox)[0] > 0]
            groups = _by_page(pieces)
            if len(groups) == 1:
                bound.append((groups[0], caption))
                taken.update(groups[0])
                break
    return bound
