"""What repeats from page to page and belongs to no figure: running heads, banners, logos, watermarks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from tasks import boxes
from tasks.pdf.lines import OBLIQUE
from tasks.pdf.pages import PageContent, Paint
from tasks.pdf.painting.look import stands_out
from tasks.records import Box
from tasks.rules.layout import rules

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")


@dataclass(frozen=True, slots=True)
class Watermark:
    """Words set obliquely across pages ("Accepted manuscript"), and their ink: (H, W), of pages of one size."""

    texts: frozenset[str]
    ink: npt.NDArray[np.bool_]

    def erase(self, page: PageContent, ink: npt.NDArray[np.bool_], pictures: Sequence[Box]) -> None:
        """Take the watermark out of a page's ink, except where a picture lies under it."""
        if page.turn or ink.shape != self.ink.shape or not _has(page, self.texts):
            return
        mask = self.ink.copy()
        for picture in pictures:
            mask[page.pixels(picture)] = False
        ink &= ~mask


@dataclass(frozen=True, slots=True)
class Furniture:
    """What repeats from page to page: paint boxes (rounded) and texts without their numbers."""

    paints: frozenset[tuple[int, ...]]
    texts: frozenset[str]
    watermark: Watermark | None = None

    def has(self, paint: Paint, page: PageContent) -> bool:
        """Whether a paint repeats in the margins, or is a page's ground; a picture of the whole page is a scan."""
        ground = not paint.image and boxes.area(paint.bbox) > rules().page.whole_page * boxes.area(
            page.bounds
        )
        return rounded(paint.bbox) in self.paints and (ground or in_margin(paint.bbox, page))


def find_furniture(pages: Sequence[PageContent]) -> Furniture:
    """Running heads, page numbers, logos and banners: what stands in the margin on three pages or more."""
    paints: Counter[tuple[int, ...]] = Counter()
    for page in pages:
        paints.update({rounded(p.bbox) for p in page.paints})
    texts, least = _marginal_texts(pages), rules().page.repeated
    return Furniture(
        frozenset(box for box, count in paints.items() if count >= least),
        frozenset(text for text, count in texts.items() if count >= least),
        find_watermark(pages),
    )


def running_texts(pages: Sequence[PageContent]) -> frozenset[str]:
    """Running heads as they are printed, with their numbers, also such as stand on one page of two alone."""
    counts = _marginal_texts(pages)
    lines = (line for page in pages for line in page.lines if in_margin(line.bbox, page))
    least = rules().page.repeated_of_two
    return frozenset(line.text for line in lines if counts[numberless(line.text)] >= least)


def _marginal_texts(pages: Sequence[PageContent]) -> Counter[str]:
    texts: Counter[str] = Counter()
    for page in pages:
        texts.update({numberless(line.text) for line in page.lines if in_margin(line.bbox, page)})
    return texts


def rounded(box: Box) -> tuple[int, ...]:
    """A box to two points, by which it is known again on another page."""
    return tuple(round(value / 2) for value in box)


def numberless(text: str) -> str:
    """A text by which a running head is known again on another page."""
    return _DIGITS.sub("#", text.lower())


def in_margin(box: Box, page: PageContent) -> bool:
    """Whether a box lies in the band at the page's head or foot, or, narrower, at its sides."""
    width, height = page.size
    band, side = rules().page.margin_band * height, rules().page.side_band * width
    return box[3] < band or box[1] > height - band or box[2] < side or box[0] > width - side


def is_bar(paint: Paint, page: PageContent) -> bool:
    """Whether a path in the margin runs off the page's edge: a bar along its head or foot, a thumb tab at a side."""
    (x0, y0, x1, y1), (width, height), near = paint.bbox, page.size, rules().page.off_edge
    if paint.image or not in_margin(paint.bbox, page):
        return False
    across = x0 < near and x1 > width - near and (y0 < near or y1 > height - near)
    tab = rules().page.side_band * width
    return across or (x0 < near and x1 < tab) or (x1 > width - near and x0 > width - tab)


def find_watermark(pages: Sequence[PageContent]) -> Watermark | None:
    """The watermark of a paper; None where no oblique words repeat from page to page."""
    settings = rules().page
    counts = Counter(
        text for page in pages for text in {line.text for line in page.lines if line.turn == OBLIQUE}
    )
    texts = frozenset(
        text for text, count in counts.items() if count >= settings.watermarked and len(text) > 2
    )
    marked = [page for page in pages if texts and _has(page, texts)]
    if not marked:
        return None
    size, _ = Counter(page.size for page in marked).most_common(1)[0]
    compared = sorted((page for page in marked if page.size == size), key=_painted)[: settings.compared]
    if len(compared) < settings.watermarked:
        return None
    common = np.logical_and.reduce([stands_out(page.ink, page.paper) for page in compared])
    for page in compared:
        page.forget()
    return Watermark(texts, ndimage.binary_dilation(common, np.ones((3, 3)), settings.watermark_blur))


def _has(page: PageContent, texts: frozenset[str]) -> bool:
    return any(line.turn == OBLIQUE and line.text in texts for line in page.lines)


def _painted(page: PageContent) -> float:
    """How much of a page its paint operations cover, points squared: of pages with little, words are better told."""
    return sum(boxes.area(paint.bbox) for paint in page.paints)
