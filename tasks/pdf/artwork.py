"""The pieces of a page that figures are made of: which may start one, how far it reaches, and what stands between."""

from __future__ import annotations

from collections.abc import Sequence

from tasks import boxes
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.layout import Component, PageLayout
from tasks.records import Box
from tasks.rules.layout import rules


def seeds_of(layout: PageLayout) -> list[Component]:
    """The components that may be a figure or a part of one."""
    least = rules().figures.least_seed
    return [
        c
        for c in layout.components
        if c.graphic
        and not c.rule
        and max(boxes.width(c.bbox), boxes.height(c.bbox)) >= least
        and not (c.frame and _is_typesetters(c, layout))
    ]


def _is_typesetters(frame: Component, layout: PageLayout) -> bool:
    """Whether a frame was drawn by the publisher: about a caption or text, or about a picture and nothing else."""
    settings = rules().layout
    images = [boxes.grown(image, rules().figures.frame_margin) for image in layout.images]
    if any(boxes.share_inside(frame.bbox, image) > settings.inside for image in images):
        return False
    inside = [
        c
        for c in layout.components
        if c is not frame and boxes.share_inside(c.bbox, frame.bbox) > settings.enclosed
    ]
    if any(boxes.share_inside(c.bbox, frame.bbox) > settings.inside for c in layout.captions):
        return True
    graphics = [c for c in inside if c.graphic]
    if not graphics:
        # Print without any sentence is a plot whose points and labels are letters.
        return not inside or _sentences_in(frame.bbox, layout) > 0
    return all(any(boxes.share_inside(c.bbox, image) > settings.inside for image in images) for c in graphics)


def _sentences_in(box: Box, layout: PageLayout) -> int:
    least, inside = rules().figures.frame_words, rules().layout.inside
    lines = [line for line in layout.page.lines if len(line.text.split()) >= least and not line.unseen]
    return sum(boxes.share_inside(line.bbox, box) > inside for line in lines)


def corridor(a: Box, b: Box) -> Box:
    """What lies between two boxes: as wide as they overlap, else as wide as both."""
    dx, dy = boxes.gaps(a, b)
    x = (max(a[0], b[0]), min(a[2], b[2])) if dx == 0 else (min(a[2], b[2]), max(a[0], b[0]))
    y = (max(a[1], b[1]), min(a[3], b[3])) if dy == 0 else (min(a[3], b[3]), max(a[1], b[1]))
    return x[0], y[0], x[1], y[1]


def is_blocked(layout: PageLayout, a: Box, b: Box, caption: CaptionBlock) -> bool:
    """Whether body text, a table or a caption other than `caption` stands between two boxes."""
    between = corridor(a, b)
    others = [c.bbox for c in layout.captions if c is not caption]
    return any(crosses(between, box) for box in (*layout.barriers, *others))


def crosses(corridor: Box, barrier: Box) -> bool:
    """Whether a barrier stands in a corridor, not just at its edge."""
    common = boxes.intersection(corridor, barrier)
    settings = rules().figures
    high = boxes.height(common) > settings.barrier_height * boxes.height(barrier)
    return high and boxes.width(common) > settings.barrier_width


def artwork_box(layout: PageLayout, seeds: Sequence[Component], without: Sequence[Box] = ()) -> Box:
    """The box of a figure: its seeds, and the loose text and small parts that stand in it or next to it.

    Loose text in the boxes `without` stays out where it stands above all seeds.
    """
    box = boxes.hull(s.bbox for s in seeds)
    candidates = set(seeds_of(layout))
    rest = [c for c in layout.components if c not in candidates and not c.frame]
    above = [boxes.grown(other, 1) for other in without if other[3] < box[1] + rules().figures.touching]
    mostly = rules().layout.mostly
    rest = [c for c in rest if not any(boxes.share_inside(c.bbox, other) > mostly for other in above)]
    while True:
        near = [c for c in rest if _is_near(c, box) and _may_grow(layout, box, c.bbox)]
        if not near:
            return box
        box = boxes.hull([box, *(c.bbox for c in near)])
        rest = [c for c in rest if c not in near]


def _may_grow(layout: PageLayout, box: Box, part: Box) -> bool:
    """Whether a figure's box may take in a part without running into body text, a table or a caption."""
    grown, touching = boxes.hull([box, part]), -rules().figures.touching
    others = (*(c.bbox for c in layout.captions), *layout.barriers)
    return not any(
        boxes.overlaps(grown, other, touching) and not boxes.overlaps(box, other, touching)
        for other in others
    )


def with_columns(layout: PageLayout, box: Box, caption: CaptionBlock) -> Box:
    """A figure's box with the columns of print in its rows, as of a forest plot, above or below its caption."""
    margin = rules().figures.column_margin
    left, right = caption.bbox[0] - margin, caption.bbox[2] + margin
    for x0, y0, x1, y1 in (part.bbox for part in layout.components if not part.graphic):
        beside = left < x0 < box[0] or box[2] < x1 < right
        in_rows = y0 > box[1] - margin and y1 < box[3] + margin
        if beside and in_rows and _may_grow(layout, box, (x0, y0, x1, y1)):
            box = boxes.hull([box, (x0, y0, x1, y1)])
    return box


def _is_near(part: Component, box: Box) -> bool:
    settings, (dx, dy) = rules().figures, boxes.gaps(part.bbox, box)
    if not part.rule:
        return dx < settings.reach_across and dy < settings.reach_down
    # A rule that sticks out was drawn for something else.
    longer = max(boxes.width(part.bbox) - boxes.width(box), boxes.height(part.bbox) - boxes.height(box))
    return max(dx, dy) < settings.touching and longer <= settings.rule_overhang
