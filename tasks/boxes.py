"""Arithmetic of boxes: (x0, y0, x1, y1), origin at the top left, in whatever unit the caller uses."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.records import Box


def width(box: Box) -> float:
    """The box's width; negative when it is turned inside out."""
    return box[2] - box[0]


def height(box: Box) -> float:
    """The box's height; negative when it is turned inside out."""
    return box[3] - box[1]


def area(box: Box) -> float:
    """The box's area, 0 when it is empty."""
    return max(0.0, width(box)) * max(0.0, height(box))


def intersection(a: Box, b: Box) -> Box:
    """What both boxes cover; an empty intersection comes out inside out, with area 0."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def share_inside(a: Box, b: Box) -> float:
    """The share of a's area that lies in b, 0 to 1; a box without area counts by its midpoint."""
    if area(a) <= 0:
        x, y = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2
        return float(b[0] <= x <= b[2] and b[1] <= y <= b[3])
    return area(intersection(a, b)) / area(a)


def overlaps(a: Box, b: Box, margin: float = 0.0) -> bool:
    """Whether the boxes share more than a line once b is grown by `margin` on each side."""
    return a[0] < b[2] + margin and b[0] - margin < a[2] and a[1] < b[3] + margin and b[1] - margin < a[3]


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around all; raises ValueError when there are none."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def gaps(a: Box, b: Box) -> tuple[float, float]:
    """The horizontal and the vertical distance between two boxes, 0 where they overlap in that direction."""
    return max(0.0, a[0] - b[2], b[0] - a[2]), max(0.0, a[1] - b[3], b[1] - a[3])


def grown(box: Box, margin: float) -> Box:
    """The box with `margin` added on each side."""
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
