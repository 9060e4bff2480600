"""Figures on the pages of a paper: each caption bound to its artwork, wherever that stands around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from tasks import boxes
from tasks.pdf.across_pages import bind_across_pages
from tasks.pdf.captions import CaptionBlock, Style, body_style, find_captions, words_of
from tasks.pdf.documents import MUPDF_ERRORS, raise_if_out_of_memory
from tasks.pdf.found_figure import FoundFigure, is_large
from tasks.pdf.layout import Component, Furniture, PageLayout, find_furniture, read_layout
from tasks.pdf.pages import PageContent
from tasks.records import Box

Direction = Literal["above", "below", "beside"]

REACH = (22.0, 16.0)
"""Points, across and down: loose text this near to artwork (legends, axis labels, letters) belongs to it."""

LEAST_WORDS = (80.0, 30.0)
"""Points: a figure of words alone (a listing, a sequence) is at least so wide and high."""

WRONG_WAY = 40.0
"""Points added to a distance that does not lead the way the paper's other captions point."""

FIRST_CLAIM = 120.0
"""Points: how far a caption without artwork may reach for the piece nearest to it."""

FAR = 100.0
"""Points, or as many as it is long: what is further from all of a figure (a logo, a portrait) is no part of it."""

LEAST_SEED = 18.0
"""Points: the longer side of the smallest component that a figure may start from."""


def find_figures(
    pages: Sequence[PageContent], gaps: list[str] | None = None
) -> tuple[list[FoundFigure], list[CaptionBlock]]:
    """Every figure of a paper in the order of its pages, and the captions that no artwork was found for.

    A page that cannot be rendered is left out and named in `gaps`.
    """
    style = body_style(pages)
    captions = find_captions(pages, style)
    furniture = find_furniture(pages)
    layouts = list(_layouts(pages, captions, style, furniture, gaps if gaps is not None else []))
    way = _usual_way(layouts)
    found: list[FoundFigure] = []
    spare: list[FoundFigure] = []
    for layout in layouts:
        bound = _bind(layout, way)
        found += _captioned(layout, bound, way)
        spare += _uncaptioned(layout, bound)
    claimed = {f.caption for f in found}
    waiting = [c for c in captions if c.kind == "figure" and c.text and c not in claimed]
    waiting = [c for c in waiting if c.label not in {f.caption.label for f in found if f.caption}]
    found += [f for f in bind_across_pages(spare, waiting) if f.caption or (f.pictured and f.large)]
    found = [_with_words(f, captions) for f in found]
    found.sort(key=lambda f: (f.page.number, round(f.bbox[1] / 20), f.bbox[0]))
    labels = {f.caption.label for f in found if f.caption}
    return found, [c for c in waiting if c.label not in labels]


def _layouts(
    pages: Sequence[PageContent],
    captions: Sequence[CaptionBlock],
    style: Style,
    furniture: Furniture,
    gaps: list[str],
) -> Iterator[PageLayout]:
    for page in pages:
        own = [c for c in captions if c.page == page.number]
        if page.paints or own:
            try:
                yield read_layout(page, own, style, furniture)
            except MUPDF_ERRORS as error:
                raise_if_out_of_memory(error)
                gaps.append(f"page {page.number} is damaged: its figures were left out")
            page.forget()  # the ink of 600 pages would be 600 MB


def _captioned(
    layout: PageLayout, bound: dict[CaptionBlock, list[Component]], way: Direction
) -> list[FoundFigure]:
    found = []
    for caption in layout.captions:
        seeds = bound.get(caption)
        if caption.kind != "figure":
            continue
        box = (
            _with_columns(layout, _artwork(layout, seeds), caption)
            if seeds
            else _framed_words(layout, caption) or _words_alone(layout, caption, way)
        )
        if box:
            found.append(FoundFigure(layout.page, box, caption))
    return found


def _with_words(figure: FoundFigure, captions: Sequence[CaptionBlock]) -> FoundFigure:
    if figure.caption is None or figure.caption.text:
        return figure
    return replace(figure, caption=replace(figure.caption, text=words_of(figure.caption, captions)))


def _seeds(layout: PageLayout) -> list[Component]:
    """The components that may be a figure or a part of one."""
    return [
        c
        for c in layout.components
        if c.graphic
        and not c.rule
        and max(boxes.width(c.bbox), boxes.height(c.bbox)) >= LEAST_SEED
        and not (c.frame and _is_typesetters(c, layout))
    ]


def _is_typesetters(frame: Component, layout: PageLayout) -> bool:
    """Whether a frame was drawn by the publisher: about a caption or text, or about a picture and nothing else."""
    if any(boxes.share_inside(frame.bbox, boxes.grown(image, 3)) > 0.9 for image in layout.images):
        return False
    inside = [
        c for c in layout.components if c is not frame and boxes.share_inside(c.bbox, frame.bbox) > 0.95
    ]
    if any(boxes.share_inside(c.bbox, frame.bbox) > 0.9 for c in layout.captions):
        return True
    graphics = [c for c in inside if c.graphic]
    if not graphics:
        # Print without any sentence is a plot whose points and labels are letters.
        return not inside or _sentences_in(frame.bbox, layout) > 0
    return all(
        any(boxes.share_inside(c.bbox, boxes.grown(image, 3)) > 0.9 for image in layout.images)
        for c in graphics
    )


def _sentences_in(box: Box, layout: PageLayout) -> int:
    lines = [line for line in layout.page.lines if len(line.text.split()) >= 5]
    return sum(boxes.share_inside(line.bbox, box) > 0.9 for line in lines)


def _direction(seed: Box, caption: Box) -> Direction:
    dx, dy = boxes.gaps(seed, caption)
    if dx > dy:
        return "beside"
    return "above" if (seed[1] + seed[3]) < (caption[1] + caption[3]) else "below"


def _corridor(a: Box, b: Box) -> Box:
    """What lies between two boxes: as wide as they overlap, else as wide as both."""
    dx, dy = boxes.gaps(a, b)
    x = (max(a[0], b[0]), min(a[2], b[2])) if dx == 0 else (min(a[2], b[2]), max(a[0], b[0]))
    y = (max(a[1], b[1]), min(a[3], b[3])) if dy == 0 else (min(a[3], b[3]), max(a[1], b[1]))
    return x[0], y[0], x[1], y[1]


def _blocked(layout: PageLayout, a: Box, b: Box, caption: CaptionBlock) -> bool:
    """Whether body text, a table or a caption other than `caption` stands between two boxes."""
    corridor = _corridor(a, b)
    others = [c.bbox for c in layout.captions if c is not caption]
    return any(_crosses(corridor, box) for box in (*layout.barriers, *others))


def _crosses(corridor: Box, barrier: Box) -> bool:
    common = boxes.intersection(corridor, barrier)
    return boxes.width(common) > 3 and boxes.height(common) > 0.4 * boxes.height(barrier)


def _usual_way(layouts: Sequence[PageLayout]) -> Direction:
    """Where this paper's figures stand, seen from their captions, by the cases that leave no doubt."""
    votes: Counter[Direction] = Counter()
    for layout in layouts:
        for caption in layout.captions:
            if caption.kind == "figure":
                ways = {
                    _direction(s.bbox, caption.bbox)
                    for s in _seeds(layout)
                    if max(boxes.gaps(s.bbox, caption.bbox)) < 40
                    and not _blocked(layout, s.bbox, caption.bbox, caption)
                }
                votes.update(ways if len(ways) == 1 else ())
    return "below" if votes["below"] > votes["above"] else "above"


def _bind(layout: PageLayout, way: Direction) -> dict[CaptionBlock, list[Component]]:
    """Each seed to the caption it is linked to by the shortest steps; seeds that nothing reaches are left out.

    The figures of a page grow at once, as in Prim's algorithm: the next seed to join is the one nearest to any
    caption or to a seed already bound, so that a figure of many tiles hangs together and keeps its neighbours off.
    """
    free = _seeds(layout)
    bound: dict[CaptionBlock, list[Component]] = {c: [] for c in layout.captions}
    best: dict[Component, tuple[float, CaptionBlock]] = {}
    for seed in free:
        for caption in layout.captions:
            _offer(best, seed, caption, _first_step(layout, seed, caption, way))
    first = {caption: _nearest_seed(layout, free, caption, way) for caption in layout.captions}
    while best:
        seed = min(best, key=lambda s: best[s][0])
        step, caption = best.pop(seed)
        # A caption that has nothing yet has the first claim on the artwork nearest to it.
        caption = next((c for c in layout.captions if not bound[c] and first[c] is seed), caption)
        if step == float("inf"):
            break
        if _engulfs_caption(layout, [*bound[caption], seed], caption):
            continue
        bound[caption].append(seed)
        for other in best:
            step = sum(boxes.gaps(other.bbox, seed.bbox))
            if step <= _reach(other, FAR) and not _blocked(layout, other.bbox, seed.bbox, caption):
                _offer(best, other, caption, step)
    return {caption: seeds for caption, seeds in bound.items() if seeds}


def _nearest_seed(
    layout: PageLayout, seeds: Sequence[Component], caption: CaptionBlock, way: Direction
) -> Component | None:
    step, _, nearest = min(
        ((_first_step(layout, seed, caption, way), i, seed) for i, seed in enumerate(seeds)),
        default=(float("inf"), 0, None),
    )
    return nearest if caption.kind == "figure" and step < FIRST_CLAIM else None


def _offer(
    best: dict[Component, tuple[float, CaptionBlock]], seed: Component, caption: CaptionBlock, step: float
) -> None:
    if seed not in best or step < best[seed][0]:
        best[seed] = step, caption


def _first_step(layout: PageLayout, seed: Component, caption: CaptionBlock, way: Direction) -> float:
    """The distance in points from a caption to artwork, longer where it leads the unusual way."""
    dx, dy = boxes.gaps(seed.bbox, caption.bbox)
    if dx + dy > _reach(seed, FIRST_CLAIM) or _blocked(layout, seed.bbox, caption.bbox, caption):
        return float("inf")
    direction = _direction(seed.bbox, caption.bbox)
    # A table's own graphics (rules, shades) stand below its caption whatever the figures do.
    usual = "below" if caption.kind == "table" else way
    penalty = 0.0 if direction == usual else WRONG_WAY / 2 if direction == "beside" else WRONG_WAY
    if min(dx, dy) > 0:  # across a corner stands what belongs to another caption
        penalty = WRONG_WAY
    return dy + 1.5 * dx + penalty


def _reach(seed: Component, least: float) -> float:
    return max(least, boxes.width(seed.bbox), boxes.height(seed.bbox))


def _engulfs_caption(layout: PageLayout, seeds: Sequence[Component], caption: CaptionBlock) -> bool:
    box = boxes.hull(s.bbox for s in seeds)
    return any(c is not caption and boxes.share_inside(c.bbox, box) > 0.5 for c in layout.captions)


def _artwork(layout: PageLayout, seeds: Sequence[Component]) -> Box:
    """The box of a figure: its seeds, and the loose text and small parts that stand in it or next to it."""
    box = boxes.hull(s.bbox for s in seeds)
    candidates = set(_seeds(layout))
    rest = [c for c in layout.components if c not in candidates and not c.frame]
    while True:
        near = [c for c in rest if _is_near(c, box) and _may_grow(layout, box, c.bbox)]
        if not near:
            return box
        box = boxes.hull([box, *(c.bbox for c in near)])
        rest = [c for c in rest if c not in near]


def _may_grow(layout: PageLayout, box: Box, part: Box) -> bool:
    """Whether a figure's box may take in a part without running into body text, a table or a caption."""
    grown = boxes.hull([box, part])
    others = (*(c.bbox for c in layout.captions), *layout.barriers)
    return not any(
        boxes.overlaps(grown, other, -2) and not boxes.overlaps(box, other, -2) for other in others
    )


def _with_columns(layout: PageLayout, box: Box, caption: CaptionBlock) -> Box:
    """A figure's box with the columns of print in its rows, as of a forest plot, above or below its caption."""
    left, right = caption.bbox[0] - 5, caption.bbox[2] + 5
    for x0, y0, x1, y1 in (part.bbox for part in layout.components if not part.graphic):
        beside = (left < x0 < box[0] or box[2] < x1 < right) and y0 > box[1] - 5 and y1 < box[3] + 5
        if beside and _may_grow(layout, box, (x0, y0, x1, y1)):
            box = boxes.hull([box, (x0, y0, x1, y1)])
    return box


def _is_near(part: Component, box: Box) -> bool:
    dx, dy = boxes.gaps(part.bbox, box)
    if not part.rule:
        return dx < REACH[0] and dy < REACH[1]
    # A rule that sticks out was drawn for something else.
    longer = max(boxes.width(part.bbox) - boxes.width(box), boxes.height(part.bbox) - boxes.height(box))
    return max(dx, dy) < 2 and longer <= 5


def _framed_words(layout: PageLayout, caption: CaptionBlock) -> Box | None:
    """A chart made of words alone in a frame next to its caption, which has no graphic part to start from."""
    near = [
        frame
        for frame in layout.frames
        if max(boxes.gaps(frame, caption.bbox)) < WRONG_WAY
        and not any(c is not caption and boxes.overlaps(c.bbox, frame) for c in layout.captions)
    ]
    return min(near, key=lambda frame: sum(boxes.gaps(frame, caption.bbox)), default=None)


def _words_alone(layout: PageLayout, caption: CaptionBlock, way: Direction) -> Box | None:
    """A figure of words without any graphic (a listing, a sequence), next to its caption on the usual side."""
    words = [c for c in layout.components if not c.graphic and not c.rule]
    first = [
        c
        for c in words
        if _direction(c.bbox, caption.bbox) == way
        and max(boxes.gaps(c.bbox, caption.bbox)) < REACH[0]
        and not _blocked(layout, c.bbox, caption.bbox, caption)
    ]
    if not first or not caption.text:
        return None
    box = _artwork(layout, first)
    large = boxes.width(box) >= LEAST_WORDS[0] and boxes.height(box) >= LEAST_WORDS[1]
    return box if large else None


def _uncaptioned(layout: PageLayout, bound: dict[CaptionBlock, list[Component]]) -> list[FoundFigure]:
    """Artwork that no caption of its page claims, in groups that stand together; small pieces are left out."""
    claimed = {seed for seeds in bound.values() for seed in seeds}
    free = [seed for seed in _seeds(layout) if seed not in claimed]
    found: list[FoundFigure] = []
    while free:
        group = [free.pop(0)]
        while near := [s for s in free if any(_hangs_together(layout, s.bbox, g.bbox) for g in group)]:
            group += near
            free = [s for s in free if s not in near]
        box = _artwork(layout, group)
        pictured = any(is_large(image) and boxes.share_inside(image, box) > 0.5 for image in layout.images)
        if boxes.area(box) > 0.02 * boxes.area(layout.page.bounds):
            found.append(FoundFigure(layout.page, box, None, pictured))
    return found


def _hangs_together(layout: PageLayout, a: Box, b: Box) -> bool:
    corridor = _corridor(a, b)
    barred = any(_crosses(corridor, box) for box in (*layout.barriers, *(c.bbox for c in layout.captions)))
    return max(boxes.gaps(a, b)) < WRONG_WAY and not barred
