"""Images seen once more: a part of each, in other proportions, sometimes mirrored or framed.

For networks that stay as they are, whose features are computed once: what tells classes apart by chance, such as how
near to its edge a panel was cut, differs from view to view.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from PIL import Image

from models.transforms import Pixels, Transform

_CANVAS = 280
"""The size of what views are cut from: larger than what networks see, so that large parts of it are still sharp."""
_SMALLEST, _PROPORTIONS = 0.4, 1.25
"""Of a view before its proportions change: the least side as a share of the whole; and how much longer one side may
become than the other. What is gained by other sizes stands in `models.default.panels.PanelArrays`."""
_FRAMED, _WHITE = 0.3, 0.8
"""Shares of the views with a margin around all, and of these with a white one; others are black."""
_MARGIN = (0.02, 0.12)
"""As a share of the side."""


def draw_view(data: bytes, transform: Transform, seed: int) -> Pixels:
    """Encoded image -> a view of it as `transform` would have prepared it; for the same image and seed the same.

    Raises ValueError for what cannot be decoded or is too large.
    """
    digest = hashlib.sha256(data).digest()
    random = np.random.default_rng([seed, int.from_bytes(digest[:8])])
    canvas = _frame(replace(transform, size=_CANVAS).prepare(data), random)
    rows, columns = canvas.shape[:2]
    side = random.uniform(_SMALLEST, 1)
    stretch = _PROPORTIONS ** random.uniform(-0.5, 0.5)
    width, height = min(1.0, side * stretch) * columns, min(1.0, side / stretch) * rows
    left, top = random.uniform(0, columns - width), random.uniform(0, rows - height)
    part = Image.fromarray(canvas).resize(
        transform.shape(width, height)[::-1],
        Image.Resampling.BILINEAR,
        box=(left, top, left + width, top + height),
    )
    pixels = np.asarray(part)
    return np.ascontiguousarray(pixels[:, ::-1]) if random.random() < 0.5 else pixels


def _frame(canvas: Pixels, random: np.random.Generator) -> Pixels:
    if random.random() >= _FRAMED:
        return canvas
    share = random.uniform(*_MARGIN)
    rows, columns = (round(side * share) for side in canvas.shape[:2])
    shade = 255 if random.random() < _WHITE else 0
    return np.pad(canvas, ((rows, rows), (columns, columns), (0, 0)), constant_values=shade)
