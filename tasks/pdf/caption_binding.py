"""Artwork bound to captions: each piece to the caption that the shortest steps lead to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from tasks import boxes
from tasks.pdf.artwork import is_blocked, seeds_of
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.layout import Component, PageLayout
from tasks.records import Box
from tasks.rules.layout import rules

Direction = Literal["above", "below", "beside"]


def direction_of(seed: Box, caption: Box) -> Direction:
    """Where artwork stands, seen from its caption."""
    dx, dy = boxes.gaps(seed, caption)
    if dx > dy:
        return "beside"
    return "above" if (seed[1] + seed[3]) < (caption[1] + caption[3]) else "below"


def usual_way(layouts: Sequence[PageLayout]) -> Direction:
    """Where this paper's figures stand, seen from their captions, by the cases that leave no doubt."""
    sure = rules().figures.sure_distance
    votes: Counter[Direction] = Counter()
    for layout in layouts:
        for caption in layout.captions:
            if caption.kind == "figure":
                ways = {
                    direction_of(s.bbox, caption.bbox)
                    for s in seeds_of(layout)
                    if max(boxes.gaps(s.bbox, caption.bbox)) < sure
                    and not is_blocked(layout, s.bbox, caption.bbox, caption)
                }
                votes.update(ways if len(ways) == 1 else ())
    return "below" if votes["below"] > votes["above"] else "above"


def bind_seeds(layout: PageLayout, way: Direction) -> dict[CaptionBlock, list[Component]]:
    """Each seed to the caption it is linked to by the shortest steps; seeds that nothing reaches are left out.

    The figures of a page grow at once, as in Prim's algorithm: the next seed to join is the one nearest to any
    caption or to a seed already bound, so that a figure of many tiles hangs together and keeps its neighbours off.
    """
    free, settings = seeds_of(layout), rules().figures
    bound: dict[CaptionBlock, list[Component]] = {c: [] for c in layout.captions}
    best: dict[Component, tuple[float, CaptionBlock]] = {}
    logos = {seed for seed in free if _is_logo(seed, layout)}
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
        if _engulfs_caption(layout, [*bound[caption], seed], caption) or _is_across(
            bound[caption], seed, caption
        ):
            continue
        bound[caption].append(seed)
        for other in best:
            step = sum(boxes.gaps(other.bbox, seed.bbox))
            reach = settings.reach_down if other in logos else _reach(other, settings.far)
            if step <= reach and not is_blocked(layout, other.bbox, seed.bbox, caption):
                _offer(best, other, caption, step)
    return {caption: seeds for caption, seeds in bound.items() if seeds}


def _nearest_seed(
    layout: PageLayout, seeds: Sequence[Component], caption: CaptionBlock, way: Direction
) -> Component | None:
    step, _, nearest = min(
        ((_first_step(layout, seed, caption, way), i, seed) for i, seed in enumerate(seeds)),
        default=(float("inf"), 0, None),
    )
    return nearest if caption.kind == "figure" and step < rules().figures.first_claim else None


def _offer(
    best: dict[Component, tuple[float, CaptionBlock]], seed: Component, caption: CaptionBlock, step: float
) -> None:
    if seed not in best or step < best[seed][0]:
        best[seed] = step, caption


def _first_step(layout: PageLayout, seed: Component, caption: CaptionBlock, way: Direction) -> float:
    """The distance in points from a caption to artwork, longer where it leads the unusual way."""
    dx, dy = boxes.gaps(seed.bbox, caption.bbox)
    settings = rules().figures
    if dx + dy > _reach(seed, settings.first_claim) or is_blocked(layout, seed.bbox, caption.bbox, caption):
        return float("inf")
    direction = direction_of(seed.bbox, caption.bbox)
    # A table's own graphics (rules, shades) stand below its caption whatever the figures do.
    usual = "below" if caption.kind == "table" else way
    wrong = settings.wrong_way
    penalty = 0.0 if direction == usual else wrong / 2 if direction == "beside" else wrong
    if min(dx, dy) > 0:  # across a corner stands what belongs to another caption
        penalty = wrong
    return dy + settings.sideways_cost * dx + penalty


def _is_logo(seed: Component, layout: PageLayout) -> bool:
    """Whether artwork is an image all at the head or the foot of its page; a chart may have its legend there."""
    height, inside = layout.page.size[1], rules().layout.inside
    edge = rules().page.edge * height
    outer = seed.bbox[3] < edge or seed.bbox[1] > height - edge
    return outer and any(boxes.share_inside(seed.bbox, image) > inside for image in layout.images)


def _reach(seed: Component, least: float) -> float:
    return max(least, boxes.width(seed.bbox), boxes.height(seed.bbox))


def _engulfs_caption(layout: PageLayout, seeds: Sequence[Component], caption: CaptionBlock) -> bool:
    box, mostly = boxes.hull(s.bbox for s in seeds), rules().layout.mostly
    return any(c is not caption and boxes.share_inside(c.bbox, box) > mostly for c in layout.captions)


def _is_across(bound: Sequence[Component], seed: Component, caption: CaptionBlock) -> bool:
    """Whether a caption stands between its artwork and a seed: no figure goes on behind its caption."""
    touching = rules().figures.touching
    top, bottom = caption.bbox[1] + touching, caption.bbox[3] - touching
    if not bound or seed.bbox[0] > caption.bbox[2] or seed.bbox[2] < caption.bbox[0]:
        return False
    above, below = (all(s.bbox[3] < top for s in bound), all(s.bbox[1] > bottom for s in bound))
    return (above and seed.bbox[1] > bottom) or (below and seed.bbox[3] < top)
