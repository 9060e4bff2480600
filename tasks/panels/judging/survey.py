"""A survey of a figure: sums over its pixels and lists of its marks, so that any piece of it is measured fast."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from tasks.panels.gutters import PixelBox
from tasks.panels.pieces import Canvas

STRIDE = 4
"""Every so many pixels one is counted: shares of ink need no more."""

WHITE, DARK, COLOURED = 12, 200, 60
"""Of 255: less is nothing drawn, more is dark; so far apart are red, green and blue of a colour."""


class Means(NamedTuple):
    """Of a piece: shares of ink and core, how much is drawn and how unevenly (0 to 255), shares of white, dark and
    colour.
    """

    ink: float
    core: float
    drawn: float
    spread: float
    white: float
    dark: float
    coloured: float


class Survey:
    """What is asked about a figure's pieces again and again."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.texts = np.array(canvas.placed.texts, float).reshape(-1, 4)
        self.drawings = np.array(canvas.placed.drawings, float).reshape(-1, 4)
        self.pictures = np.array(canvas.placed.pictures, float).reshape(-1, 4)
        height, width = canvas.mask.shape
        self.marks = canvas.print_boxes((0, 0, width, height))
        self._middles = (self.marks[:, :2] + self.marks[:, 2:]) / 2

    def marks_in(self, box: PixelBox) -> np.ndarray:
        """The boxes (N, 4) of the marks of print whose middle lies in `box`."""
        x, y = self._middles.T
        marks: np.ndarray = self.marks[(x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])]
        return marks

    def means(self, box: PixelBox) -> Means:
        """What is drawn in `box` on the mean."""
        x0, y0, x1, y1 = (edge // STRIDE for edge in box)
        x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
        sums = self._sums
        found = (sums[:, y1, x1] - sums[:, y0, x1] - sums[:, y1, x0] + sums[:, y0, x0]) / (
            (x1 - x0) * (y1 - y0)
        )
        ink, core, drawn, squares, white, dark, coloured = map(float, found)
        return Means(ink, core, drawn, float(np.sqrt(max(0.0, squares - drawn**2))), white, dark, coloured)

    @functools.cached_property
    def _sums(self) -> np.ndarray:
        """Of everything (7, H + 1, W + 1) above and to the left of each counted pixel."""
        canvas = self.canvas
        red, green, blue = np.ascontiguousarray(canvas.pixels[::STRIDE, ::STRIDE].transpose(2, 0, 1))
        darkest = np.minimum(np.minimum(red, green), blue)
        coloured = np.maximum(np.maximum(red, green), blue) - darkest > COLOURED
        drawn = (255 - darkest).astype(np.float64)
        layers = [
            canvas.mask[::STRIDE, ::STRIDE],
            canvas.core[::STRIDE, ::STRIDE],
            drawn,
            drawn**2,
            drawn < WHITE,
            drawn > DARK,
            coloured,
        ]
        height, width = drawn.shape
        sums = np.zeros((len(layers), height + 1, width + 1))
        sums[:, 1:, 1:] = np.stack(layers).cumsum(axis=1).cumsum(axis=2)
        return sums

    def profile(self, box: PixelBox, axis: int) -> np.ndarray:
        """The share of ink on each counted line across `axis` of `box`."""
        x0, y0, x1, y1 = (edge // STRIDE for edge in box)
        x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
        ink = self._sums[0]
        if axis == 0:
            lines: np.ndarray = np.diff(ink[y1, x0 : x1 + 1] - ink[y0, x0 : x1 + 1]) / (y1 - y0)
        else:
            lines = np.diff(ink[y0 : y1 + 1, x1] - ink[y0 : y1 + 1, x0]) / (x1 - x0)
        return lines


def inside(boxes: np.ndarray, box: PixelBox) -> int:
    """How many of `boxes` (N, 4) lie in `box`, a pixel or two aside."""
    within = (boxes[:, :2] >= np.array(box[:2]) - 2).all(axis=1)
    within &= (boxes[:, 2:] <= np.array(box[2:]) + 2).all(axis=1)
    return int(within.sum())


def overlaps(boxes: np.ndarray, box: PixelBox) -> tuple[np.ndarray, np.ndarray]:
    """Of each of `boxes` (N, 4): the share (N,) of it that lies in `box`, and its IoU (N,) with it."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.clip(sides, 0, None).prod(axis=1)
    areas = np.maximum(1.0, (boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    own = (box[2] - box[0]) * (box[3] - box[1])
    return shared / areas, shared / (areas + own - shared)
