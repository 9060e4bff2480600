"""What the network of places says of the pieces of a figure, and of the parts that each may be cut into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.inference.places import CELL, GRID_REACH, Places
from tasks.panels.gutters import PixelBox

Features = npt.NDArray[np.float32]

LINES = 24
"""Lines across and down a piece on which its fields are read."""


LEAST = 0.3
"""Mean of a separation along a whole cut, from which that cut is worth a thought."""

UNIFORM = 12.0
"""Spread of the shades (0 to 255) along a line below which it is a gutter's, of whatever colour."""


class PlaceFeatures(NamedTuple):
    """What the network says of a piece: probabilities and the IoU to expect, means and peaks of the fields in it."""

    one: float
    several: float
    fragment: float
    overlap: float
    inside: float
    inside_at_edge: float
    between_across: float
    between_down: float
    line_across: float
    line_down: float
    parts_mean: float
    parts_least: float
    parts_overlap: float
    better_whole: float
    better_overlap: float


def measure_places(places: Places, ways: Mapping[PixelBox, Sequence[Sequence[PixelBox]]]) -> Features:
    """The `PlaceFeatures` (N, 15) of pieces, each with the `ways` in which it may be cut into others of them."""
    boxes = list(ways)
    if not boxes:
        return np.zeros((0, len(PlaceFeatures._fields)), np.float32)
    pieces = places.pieces(boxes)
    row = {box: number for number, box in enumerate(boxes)}
    parts = np.zeros((len(boxes), 3), np.float32)
    for number, own in enumerate(ways.values()):
        for way in own:
            cut = pieces[[row[box] for box in way]]
            found = cut[:, 0].mean(), cut[:, 0].min(), cut[:, 3].mean()
            parts[number] = np.maximum(parts[number], found)
    better = pieces[:, [0, 3]] - parts[:, [0, 2]]
    return np.concatenate([pieces, read_fields(places, boxes), parts, better], axis=1, dtype=np.float32)


def read_fields(places: Places, boxes: Sequence[PixelBox]) -> Features:
    """Of each of `boxes` (N, 6): inside, the same at its edge, the most between panels, the same of whole lines."""
    inside, across, down = places.grids(boxes, LINES).transpose(1, 0, 2, 3)
    edges = np.concatenate([inside[:, 0], inside[:, -1], inside[:, :, 0], inside[:, :, -1]], axis=1)
    across, down = across[:, 1:-1, 1:-1], down[:, 1:-1, 1:-1]
    columns = inside.mean(axis=(1, 2)), edges.mean(axis=1), across.max(axis=(1, 2)), down.max(axis=(1, 2))
    lines = across.mean(axis=1).max(axis=1), down.mean(axis=2).max(axis=1)
    return np.stack([*columns, *lines], axis=1)


def find_separations(
    places: Places, gray: npt.NDArray[np.floating], box: PixelBox, axis: int
) -> list[tuple[int, float]]:
    """Where a cut across `axis` of `box` would part panels, as the network sees it, and how sure it is (0 to 1).

    `gray` (H, W) are the figure's shades: the network's cells are coarse, so each cut is moved to the gutter, or to the
    sharpest step, that is near.
    """
    cell = CELL / places.scale
    count = max(2, round((box[axis + 2] - box[axis]) / cell))
    grid = places.grids([box], count)[0, 1 + axis]
    means = grid.mean(axis=axis)
    high = np.flatnonzero(means >= LEAST)
    found = []
    for run in np.split(high, np.flatnonzero(np.diff(high) > 1) + 1):
        if len(run):
            best = run[means[run].argmax()]
            share = 0.5 + GRID_REACH * (2 * best / (count - 1) - 1)
            near = box[axis] + share * (box[axis + 2] - box[axis])
            found.append((nearest_edge(gray, box, axis, near, cell), float(means[best])))
    return found


def nearest_edge(gray: npt.NDArray[np.floating], box: PixelBox, axis: int, near: float, reach: float) -> int:
    """The middle of the gutter within `reach` of `near`, else the sharpest step from line to line."""
    x0, y0, x1, y1 = box
    start = max(box[axis] + 1, int(near - reach))
    stop = min(box[axis + 2] - 1, int(near + reach) + 1)
    if stop - start < 2:
        return int(near)
    part = gray[y0:y1, start:stop] if axis == 0 else gray[start:stop, x0:x1].T
    uniform = np.flatnonzero(part.std(axis=0) < UNIFORM)
    if len(uniform):
        runs = np.split(uniform, np.flatnonzero(np.diff(uniform) > 1) + 1)
        longest = max(runs, key=len)
        return start + int(longest[len(longest) // 2])
    steps = np.abs(np.diff(part, axis=1)).mean(axis=0)
    return start + 1 + int(steps.argmax())
