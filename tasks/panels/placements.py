"""What a PDF knows of a figure before its pixels are looked at: placed pictures, lines of text and drawn paths.

Publishers cut large pictures into tiles or strips that touch; images with a gap between them are pictures of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tasks import boxes
from tasks.panels.gutters import PixelBox
from tasks.records import Box

TOUCHING = 0.75
"""Points between two tiles of one picture at the most: rounding moves their edges."""

LEAST_SIDE = 24.0
"""Points: what is placed with a shorter side is an icon, a letter or a strip of something larger."""

MOST = 400
"""Images: a figure of more is one of dots or symbols, and comparing them all would take long."""

REACH = 6.0
"""Points: how far a path must reach beyond a gutter to hold both sides together."""


@dataclass(frozen=True)
class Placements:
    """What the PDF places in a figure, as boxes in pixels of its analysis copy; `unit` is the pixels in a point."""

    unit: float = 1.0
    pictures: tuple[PixelBox, ...] = ()
    """Raster pictures that stand apart from each other, see `join_tiles`."""
    pictures_are_panels: bool = False
    """There are just as many as the caption names panels."""
    texts: tuple[PixelBox, ...] = ()
    """Lines of text."""
    drawings: tuple[PixelBox, ...] = ()
    """Paths, filled or stroked."""

    @cached_property
    def _paths(self) -> np.ndarray:
        return np.array(self.drawings, int).reshape(-1, 4)

    def pictures_in(self, box: PixelBox) -> list[PixelBox]:
        """The pictures in `box`; none where they do not make up most of it, as in a scheme with icons."""
        x0, y0, x1, y1 = box
        inside = [
            own
            for own in self.pictures
            if x0 <= (own[0] + own[2]) / 2 < x1 and y0 <= (own[1] + own[3]) / 2 < y1
        ]
        covered = sum((own[2] - own[0]) * (own[3] - own[1]) for own in inside)
        return inside if covered > 0.5 * (x1 - x0) * (y1 - y0) else []

    def is_panel(self, box: PixelBox) -> bool:
        """Whether `box` holds one picture and pictures are known to be the panels."""
        return self.pictures_are_panels and len(self.pictures_in(box)) == 1

    def is_drawn_across(self, box: PixelBox, axis: int, start: int, stop: int) -> bool:
        """Whether one path, say a dashed line or a set of points, reaches across `start` to `stop` in `box`.

        A path about as large as `box` is a ground, a frame or all that is drawn, which tells nothing.
        """
        inside = (self._paths[:, :2] >= np.array(box[:2]) - 1).all(axis=1)
        inside &= (self._paths[:, 2:] <= np.array(box[2:]) + 1).all(axis=1)
        first, last = self._paths[:, axis], self._paths[:, axis + 2]
        reach = REACH * self.unit
        across = (first < start - reach) & (last > stop + reach)
        return bool((inside & across & (last - first < 0.8 * (box[axis + 2] - box[axis]))).any())


NOTHING_PLACED = Placements()


def join_tiles(images: Sequence[Box], figure: Box) -> list[Box]:
    """The pictures that the placed `images` make in `figure` (points); tiles that touch or overlap are one picture.

    Empty unless there are two or more that stand apart, for one picture may hold any number of panels.
    """
    if len(images) > MOST:
        return []
    waiting = [box for image in images if boxes.area(box := boxes.intersection(image, figure)) > 0]
    joined: list[Box] = []
    while waiting:
        box = waiting.pop()
        touching = [other for other in joined if boxes.overlaps(other, box, TOUCHING)]
        if touching:
            joined = [other for other in joined if other not in touching]
            waiting.append(boxes.hull([box, *touching]))
        else:
            joined.append(box)
    large = [box for box in joined if min(boxes.width(box), boxes.height(box)) >= LEAST_SIDE]
    return large if len(large) > 1 else []
