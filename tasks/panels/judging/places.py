"""What the network of places says of the pieces of a figure, and of the parts that each may be cut into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.inference.places import Places
from tasks.panels.gutters import PixelBox

Features = npt.NDArray[np.float32]

LINES = 24
"""Lines across and down a piece on which its fields are read."""


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
