"""Canvases of black blocks on white, for the tests of partition and judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from models.inference.places import Places
from tasks.panels.gutters import PixelBox, ink
from tasks.panels.pieces import Canvas, Piece

UNIT = 2
"""Pixels in a PDF point."""

GRID = [(x, y, x + 150, y + 110) for y in (20, 170) for x in (20, 220)]
LETTERS = [(x, y - 14, x + 8, y - 4) for x, y, _, _ in GRID]
"""One over the upper left corner of each block of the grid."""


def canvas_of(
    *blocks: PixelBox, letters: Sequence[PixelBox] = (), named: int = 0, sided: bool = False
) -> tuple[Canvas, Piece]:
    """Black blocks on white, 400 by 300 pixels, and the piece that they make together."""
    picture = Image.new("RGB", (400, 300), "white")
    for block in (*blocks, *letters):
        ImageDraw.Draw(picture).rectangle(block, fill="black")
    pixels = np.asarray(picture)
    canvas = Canvas(pixels, ink(pixels), UNIT, letters, named=named, sided=sided)
    whole = canvas.piece((0, 0, 400, 300))
    assert whole is not None
    return canvas, replace(whole, letters=canvas.letters)


@dataclass(frozen=True, slots=True)
class Sees(Places):
    """A figure whose pieces the network takes for one panel with probability `one`."""

    one: float = 0.0

    def pieces(self, boxes: Sequence[PixelBox]) -> np.ndarray:
        return np.tile(np.array([self.one, 1 - self.one, 0, 0.5], np.float32), (len(boxes), 1))


def see_as(canvas: Canvas, one: float) -> None:
    """Let the network take every piece of `canvas` for one panel with probability `one`."""
    seen = canvas.places
    canvas.places = Sees(seen.maps, seen.size, seen.scale, seen.weights, one)
