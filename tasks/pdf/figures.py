"""Figures on the pages of a paper: each caption bound to its artwork, wherever that stands around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from tasks import boxes
from tasks.pdf.across_pages import bind_across_pages
from tasks.pdf.artwork import artwork_box, is_blocked, with_columns
from tasks.pdf.caption_binding import Direction, bind_seeds, direction_of, usual_way
from tasks.pdf.captions import CaptionBlock, find_captions, words_of
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.furniture import Furniture, find_furniture
from tasks.pdf.layout import Component, PageLayout, read_layout
from tasks.pdf.pages import PageContent, side_views
from tasks.pdf.painting.faults import MUPDF_ERRORS, raise_if_out_of_memory
from tasks.pdf.styles import Style, body_style
from tasks.pdf.uncaptioned import free_artwork, is_figure
from tasks.records import Box, Gap
from tasks.rules.layout import rules
from tasks.wording.labels import is_video


def find_figures(
    pages: Sequence[PageContent], gaps: list[Gap] | None = None
) -> tuple[list[FoundFigure], list[CaptionBlock]]:
    """Every figure of a paper in the order of its pages, and the captions that no artwork was found for.

    A page that cannot be rendered is left out and named in `gaps`.
    """
    style = body_style(pages)
    views = {page.number: side_views(page) for page in pages}
    captions = find_captions([view for page in pages for view in (page, *views[page.number])], style)
    furniture = find_furniture(pages)
    layouts = list(_layouts(pages, views, captions, style, furniture, gaps if gaps is not None else []))
    way = usual_way(layouts)
    found: list[FoundFigure] = []
    spare: list[FoundFigure] = []
    for layout in layouts:
        bound = bind_seeds(layout, way)
        found += _captioned(layout, bound, way)
        if not layout.page.turn:
            spare += [
                FoundFigure(layout.page, box, None, pictured) for box, pictured in free_artwork(layout, bound)
            ]
    claimed = {f.caption for f in found}
    waiting = [c for c in captions if c.kind == "figure" and c.text and c not in claimed]
    waiting = [c for c in waiting if not is_video(c.label)]
    waiting = [c for c in waiting if c.label not in {f.caption.label for f in found if f.caption}]
    across = bind_across_pages(spare, waiting)
    captioned = bool(found) or any(f.caption for f in across)
    found += [f for f in across if f.caption or (f.pictured and is_figure(f.bbox, f.page, captioned))]
    found = [_with_words(f, captions) for f in found]
    found.sort(key=lambda f: f.page.number)
    found = [f for _, own in groupby(found, lambda f: f.page.number) for f in in_reading_order(list(own))]
    labels = {f.caption.label for f in found if f.caption}
    return found, [c for c in waiting if c.label not in labels]


def in_reading_order(figures: Sequence[FoundFigure]) -> list[FoundFigure]:
    """The figures of a page from row to row, each from left to right.

    A row is what stands side by side: tops within `row` points, or more than half of the higher one's height in common.
    """
    rows: list[list[FoundFigure]] = []
    for figure in sorted(figures, key=lambda f: (f.bbox[1], f.bbox[0])):
        if rows and all(_stand_in_a_row(figure.bbox, other.bbox) for other in rows[-1]):
            rows[-1].append(figure)
        else:
            rows.append([figure])
    return [figure for row in rows for figure in sorted(row, key=lambda f: f.bbox[0])]


def _stand_in_a_row(a: Box, b: Box) -> bool:
    common = min(a[3], b[3]) - max(a[1], b[1])
    mostly = common > rules().layout.mostly * max(boxes.height(a), boxes.height(b))
    return mostly or abs(a[1] - b[1]) < rules().figures.row


def _layouts(
    pages: Sequence[PageContent],
    views: Mapping[int, Sequence[PageContent]],
    captions: Sequence[CaptionBlock],
    style: Style,
    furniture: Furniture,
    gaps: list[Gap],
) -> Iterator[PageLayout]:
    """The layouts of all pages with paint or captions, and before them those of their parts that stand sideways."""
    for page in pages:
        own = [c for c in captions if c.page == page.number]
        over = frozenset(
            i for c in captions if c.page == page.number - 1 and not c.turn for i in c.next_lines
        )
        if page.paints or own:
            try:
                yield from _read_views(page, views[page.number], own, style, furniture, over)
            except MUPDF_ERRORS as error:
                raise_if_out_of_memory(error)
                said = f"page {page.number} is damaged: its figures were left out"
                gaps.append(Gap("page", page.number, said))
            page.forget()  # the ink of 600 pages would be 600 MB


def _read_views(
    page: PageContent,
    views: Sequence[PageContent],
    captions: Sequence[CaptionBlock],
    style: Style,
    furniture: Furniture,
    over: frozenset[int],
) -> list[PageLayout]:
    """The layout of a page, behind those of its sideways parts, each without what the others hold."""
    upright = [c for c in captions if not c.turn]
    whole = read_layout(page, upright, style, furniture, run_over=over)
    sideways: list[PageLayout] = []
    claimed: list[Box] = []
    for view in views:
        own = [c for c in captions if c.turn == view.turn]
        text = [view.box_of(page, box) for box in (*whole.barriers, *(c.bbox for c in upright))]
        layout = read_layout(view, own, style, furniture, claimed=text)
        figures = _captioned(layout, bind_seeds(layout, "above"), "above")
        claimed += [page.box_of(view, box) for box in (*(f.bbox for f in figures), *(c.bbox for c in own))]
        sideways.append(layout)
        view.forget()
    if claimed:
        whole = read_layout(page, upright, style, furniture, claimed, over)
    return [*sideways, whole]


def _captioned(
    layout: PageLayout, bound: dict[CaptionBlock, list[Component]], way: Direction
) -> list[FoundFigure]:
    found = []
    for caption in layout.captions:
        seeds = bound.get(caption)
        if caption.kind != "figure":
            continue
        box = (
            with_columns(layout, artwork_box(layout, seeds), caption)
            if seeds
            else _framed_words(layout, caption) or _words_alone(layout, caption, way)
        )
        if box:
            found.append(FoundFigure(layout.page, box, caption))
    return found


def _with_words(figure: FoundFigure, captions: Sequence[CaptionBlock]) -> FoundFigure:
    if figure.caption is None or (figure.caption.text and not figure.caption.elsewhere):
        return figure
    return replace(figure, caption=replace(figure.caption, text=words_of(figure.caption, captions)))


def _framed_words(layout: PageLayout, caption: CaptionBlock) -> Box | None:
    """A chart made of words alone in a frame next to its caption, which has no graphic part to start from."""
    reach = rules().figures.wrong_way
    near = [
        frame
        for frame in layout.frames
        if max(boxes.gaps(frame, caption.bbox)) < reach
        and not any(c is not caption and boxes.overlaps(c.bbox, frame) for c in layout.captions)
    ]
    return min(near, key=lambda frame: sum(boxes.gaps(frame, caption.bbox)), default=None)


def _words_alone(layout: PageLayout, caption: CaptionBlock, way: Direction) -> Box | None:
    """A figure of words without any graphic (a listing, a sequence), next to its caption on the usual side."""
    settings = rules().figures
    titles = [boxes.grown(box, 1) for box in layout.headings]
    words = [c for c in layout.components if not c.graphic and not c.rule]
    words = [
        c for c in words if not any(boxes.share_inside(c.bbox, box) > rules().layout.mostly for box in titles)
    ]
    first = [
        c
        for c in words
        if direction_of(c.bbox, caption.bbox) == way
        and max(boxes.gaps(c.bbox, caption.bbox)) < settings.reach_across
        and not is_blocked(layout, c.bbox, caption.bbox, caption)
    ]
    if not first or not caption.text:
        return None
    box = artwork_box(layout, first, layout.headings)
    large = boxes.width(box) >= settings.words_width and boxes.height(box) >= settings.words_height
    return box if large else None
