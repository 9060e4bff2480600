"""Separations: where the network of places would cut a piece, moved to the gutter or the seam that is near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.inference.places import CELL, GRID_REACH, Places
from tasks.panels.gutters import PixelBox
from tasks.panels.seams import to_gray

LEAST = 0.3
"""Mean of a separation along a whole cut, from which that cut is worth a thought."""

UNIFORM = 12.0
"""Spread of the shades (0 to 255) along a line below which it is a gutter's, of whatever colour."""


def find_separations(
    places: Places, pixels: npt.NDArray[np.uint8], box: PixelBox, axis: int
) -> list[tuple[int, float]]:
    """Where a cut across `axis` of `box` would part panels, as the network sees it, and how sure it is (0 to 1).

    The network's cells are coarse, so in the figure's `pixels` (H, W, 3) each cut is moved to the gutter, or to the
    sharpest step, that is near.
    """
    cell = CELL / places.scale
    count = max(2, round((box[axis + 2] - box[axis]) / cell))
    grid = places.grids([box], count)[0, 1 + axis]
    means = grid.mean(axis=axis)
    high = np.flatnonzero(means >= LEAST)
    if not len(high):
        return []
    x0, y0, x1, y1 = box
    lines = to_gray(pixels[y0:y1, x0:x1])
    lines = lines if axis == 0 else lines.T
    found = []
    for run in np.split(high, np.flatnonzero(np.diff(high) > 1) + 1):
        best = run[means[run].argmax()]
        near = lines.shape[1] * (0.5 + GRID_REACH * (2 * best / (count - 1) - 1))
        found.append((box[axis] + nearest_edge(lines, near, cell), float(means[best])))
    return found


def nearest_edge(gray: npt.NDArray[np.floating], near: float, reach: float) -> int:
    """The column of `gray` (H, W) in the middle of the gutter within `reach` of `near`, else at the sharpest step."""
    start, stop = max(1, int(near - reach)), min(gray.shape[1] - 1, int(near + reach) + 1)
    if stop - start < 2:
        return int(near)
    part = gray[:, start:stop].astype(np.float32)
    uniform = np.flatnonzero(part.std(axis=0) < UNIFORM)
    if len(uniform):
        runs = np.split(uniform, np.flatnonzero(np.diff(uniform) > 1) + 1)
        longest = max(runs, key=len)
        return start + int(longest[len(longest) // 2])
    steps = np.abs(np.diff(part, axis=1)).mean(axis=0)
    return start + 1 + int(steps.argmax())
