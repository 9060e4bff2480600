"""What a PDF places in a figure: its raster images, tiles of one picture put together again.

Publishers cut large pictures into tiles or strips that touch; images with a gap between them are pictures of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks import boxes
from tasks.records import Box

TOUCHING = 0.75
"""Points between two tiles of one picture at the most: rounding moves their edges."""

MOST = 400
"""Images: a figure of more is one of dots or symbols, and comparing them all would take long."""

LEAST_SIDE = 24.0
"""Points: what is placed with a shorter side is an icon, a letter or a strip of something larger."""


def pictures(images: Sequence[Box], figure: Box) -> list[Box]:
    """The pictures that the placed `images` make in `figure`; tiles that touch or overlap are one picture.

    Empty unless there are two or more that stand apart, for one picture may hold any number of panels.
    """
    if len(images) > MOST:
        return []
    inside = [boxes.intersection(image, figure) for image in images]
    groups = [box for box in inside if boxes.area(box) > 0]
    merged = True
    while merged:
        merged = False
        for i, a in enumerate(groups):
            touching = [b for b in groups[i + 1 :] if boxes.overlaps(a, b, TOUCHING)]
            if touching:
                rest = [b for b in groups[i + 1 :] if b not in touching]
                groups = [*groups[:i], boxes.hull([a, *touching]), *rest]
                merged = True
                break
    large = [box for box in groups if min(boxes.width(box), boxes.height(box)) >= LEAST_SIDE]
    return large if len(large) > 1 else []
