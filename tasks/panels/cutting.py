"""Pieces side by side: whether they look like two panels, what both cover, and the box of a panel with its print."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tasks.panels.gutters import PixelBox
from tasks.panels.pieces import Canvas, Kind, Piece, distance
from tasks.panels.seams import is_flat

REACH = 14
"""PDF points within which print belongs to the drawing beside it."""


def gap(a: Piece, b: Piece) -> int:
    """Pixels between two boxes that do not overlap on one axis."""
    return max(b.box[0] - a.box[2], b.box[1] - a.box[3])


def join(canvas: Canvas, a: Piece, b: Piece) -> Piece:
    """The piece that covers both."""
    box = min(a.box[0], b.box[0]), min(a.box[1], b.box[1]), max(a.box[2], b.box[2]), max(a.box[3], b.box[3])
    return replace(canvas.piece(box) or a, letters=a.letters + b.letters)


def parted(canvas: Canvas, a: Piece, b: Piece, axis: int) -> bool:
    """Whether the gutter across `axis` between neighbours `a` and `b` parts two panels."""
    space = gap(a, b) / canvas.unit
    if a.letters and b.letters:
        return True
    around = bounds(np.array([a.box, b.box]))
    if canvas.placed.is_drawn_across(around, axis, a.box[axis + 2], b.box[axis]):
        return False
    if a.kind is b.kind is Kind.IMAGE:
        return not stacked_strips(a, b, canvas.unit)
    if canvas.is_gutter(axis, a.box[axis + 2], b.box[axis]):
        return True
    if min(a.kind, b.kind) >= Kind.PLOT:
        return space >= 2
    if canvas.labelled:
        return space >= 5 and (a.kind is not b.kind or not canvas.letters)
    return space >= 20


def stacked_strips(a: Piece, b: Piece, unit: float) -> bool:
    """Whether `a` and `b` are strips of one blot: low, wide, of one width, and close above each other."""
    shared = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    low = max(a.height, b.height) < 45 * unit and min(a.width / a.height, b.width / b.height) > 2
    close = gap(a, b) < max(12 * unit, 0.75 * min(a.height, b.height))
    return low and shared > 0.8 * max(a.width, b.width) and close


def fit(canvas: Canvas, piece: Piece) -> PixelBox:
    """The box of a panel: its core with the print that belongs to it, such as names and numbers of axes.

    A photograph has no axes: the print beside it heads a row or a column.
    """
    core = canvas.trim(piece.box, core=True)
    if core is None:
        return piece.box
    x0, y0, x1, y1 = core
    if piece.kind is Kind.IMAGE and not is_flat(canvas.gray[y0:y1, x0:x1].astype(np.int16)):
        return core
    marks = canvas.print_boxes(piece.box)
    reach = max(REACH * canvas.unit, 0.02 * canvas.side)
    while len(marks):
        near = distance(marks, core) <= reach
        if not near.any():
            break
        core = bounds(np.vstack([marks[near], np.array([core])]))
        marks = marks[~near]
    return core


def bounds(boxes: np.ndarray) -> PixelBox:
    """The least box that holds all of `boxes` (N, 4)."""
    return int(boxes[:, 0].min()), int(boxes[:, 1].min()), int(boxes[:, 2].max()), int(boxes[:, 3].max())
