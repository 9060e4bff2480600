"""The plain XY-cut that Figmill is measured against."""

from __future__ import annotations

import numpy as np

from tasks.panels.gutters import Mask, PixelBox, empty_runs, ink, trim
from tasks.panels.separation import FigureImage, Panel, shrink, to_points


def plain_xy_cut(figure: FigureImage) -> list[Panel]:
    """White gutters of at least 1.2 % of the longest side, nothing else."""
    pixels = shrink(figure.pixels, figure.bbox[2] - figure.bbox[0])
    height, width = pixels.shape[:2]
    side = max(height, width)
    boxes = xy_cut(ink(pixels), (0, 0, width, height), max(3, round(0.012 * side)), round(0.08 * side))
    return [Panel(to_points(box, figure.bbox, width, height), None) for box in boxes]


def xy_cut(mask: Mask, box: PixelBox, gutter: int, least_side: int) -> list[PixelBox]:
    """Cut `box` at its widest gutters, rows and columns in turn, until none of `gutter` pixels is left.

    Pieces thinner than `least_side` pixels are not cut off. The recursive XY-cut of Nagy and Seth (1984).
    """
    trimmed = trim(mask, box)
    if trimmed is None:
        return []
    x0, y0, x1, y1 = trimmed
    part = mask[y0:y1, x0:x1]
    best: tuple[int, int, int] | None = None
    for axis, length in ((0, x1 - x0), (1, y1 - y0)):
        for start, stop in empty_runs(np.asarray(part.any(axis=axis)), gutter):
            if min(start, length - stop) >= least_side and (best is None or stop - start > best[0]):
                best = stop - start, axis, (start + stop) // 2
    if best is None:
        return [trimmed]
    _, axis, middle = best
    halves = ((x0, y0, x0 + middle, y1), (x0 + middle, y0, x1, y1))
    if axis == 1:
        halves = ((x0, y0, x1, y0 + middle), (x0, y0 + middle, x1, y1))
    return [piece for half in halves for piece in xy_cut(mask, half, gutter, least_side)]
