"""Artwork that no caption names: which of it is a figure, and which a logo, a banner, a cover or a portrait."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks import boxes
from tasks.pdf.artwork import artwork_box, corridor, crosses, seeds_of
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.found_figure import is_large
from tasks.pdf.layout import Component, PageLayout
from tasks.pdf.pages import PageContent
from tasks.records import Box
from tasks.rules.layout import rules

_NAMED = re.compile(
    r"graphical|visual abstract|central (?:illustration|figure)|table of contents|\btoc\b|summary figure|key figure|"
    r"abstract (?:image|figure)",
    re.IGNORECASE,
)


def free_artwork(
    layout: PageLayout, bound: dict[CaptionBlock, list[Component]]
) -> Iterator[tuple[Box, bool]]:
    """Artwork that no caption of its page claims, in groups that stand together, and whether a large image is in it.

    Small pieces are left out, and headings above it are no part of it.
    """
    least, mostly = rules().uncaptioned.least_piece * boxes.area(layout.page.bounds), rules().layout.mostly
    claimed = {seed for seeds in bound.values() for seed in seeds}
    free = [seed for seed in seeds_of(layout) if seed not in claimed]
    while free:
        group = [free.pop(0)]
        while near := [s for s in free if any(_hangs_together(layout, s.bbox, g.bbox) for g in group)]:
            group += near
            free = [s for s in free if s not in near]
        box = artwork_box(layout, group, layout.headings)
        pictured = any(is_large(image) and boxes.share_inside(image, box) > mostly for image in layout.images)
        if boxes.area(box) > least:
            yield box, pictured


def is_figure(box: Box, page: PageContent, captioned: bool) -> bool:
    """Whether large artwork without a caption is a figure; `captioned`: the paper has figures with captions."""
    settings, width, height = rules().uncaptioned, boxes.width(box), boxes.height(box)
    if not is_large(box) or max(width, height) > settings.banner * min(width, height):
        return False
    if not captioned or _is_named(box, page):
        return True
    share = boxes.area(box) / boxes.area(page.bounds)
    return share > settings.beside_captions and not (page.number == 1 and share > settings.cover)


def _is_named(box: Box, page: PageContent) -> bool:
    """Whether "Graphical abstract" or the like stands above."""
    reach = rules().uncaptioned.name_reach
    above = (line for line in page.lines if -reach < line.bbox[3] - box[1] < reach / 3)
    return any(_NAMED.search(line.text) for line in above if line.bbox[0] < box[2] and line.bbox[2] > box[0])


def _hangs_together(layout: PageLayout, a: Box, b: Box) -> bool:
    between = corridor(a, b)
    barred = any(crosses(between, box) for box in (*layout.barriers, *(c.bbox for c in layout.captions)))
    return max(boxes.gaps(a, b)) < rules().figures.wrong_way and not barred
