"""Images seen once more: a part of each, in other proportions, sometimes mirrored or framed.

For networks that stay as they are, whose features are computed once: what tells classes apart by chance, such as how
near to its edge a panel was cut, differs from view to view.
"""

from __future__ import annotations

import hashlib

import numpy as np
from PIL import Image

from models.transforms import Pixels, Transform

_CANVAS = Transform(size=288, fit="stretch")
"""Larger than what networks see, so that large parts of it are still sharp."""
_SMALLEST, _PROPORTIONS = 0.4, 1.25
"""Of a view before its proportions change: the least side as a share of the whole; and how much longer one side may
become than the other. What is gained by other sizes stands in `models.default.panels.PanelArrays`."""
_FRAMED, _WHITE = 0.3, 0.8
"""Shares of the views with a margin around all, and of these with a white one; others are black."""
_MARGIN = (0.02, 0.12)
"""As a share of the side."""


def draw_view(data: bytes, size: int, seed: int) -> Pixels:
    """Encoded image -> (size, size, 3) uint8 RGB; for the same image and seed the same.

    Raises ValueError for what cannot be decoded or is too large.
    """
    digest = hashlib.sha256(data).digest()
    random = np.random.default_rng([seed, int.from_bytes(digest[:8])])
    canvas = _frame(_CANVAS.prepare(data), random)
    whole = len(canvas)
    side = random.uniform(_SMALLEST, 1)
    stretch = _PROPORTIONS ** random.uniform(-0.5, 0.5)
    width, height = (min(1.0, side * factor) * whole for factor in (stretch, 1 / stretch))
    left, top = random.uniform(0, whole - width), random.uniform(0, whole - height)
    part = Image.fromarray(canvas).resize(
        (size, size), Image.Resampling.BILINEAR, box=(left, top, left + width, top + height)
    )
    pixels = np.asarray(part)
    return np.ascontiguousarray(pixels[:, ::-1]) if random.random() < 0.5 else pixels


def _frame(canvas: Pixels, random: np.random.Generator) -> Pixels:
    if random.random() >= _FRAMED:
        return canvas
    margin = round(len(canvas) * random.uniform(*_MARGIN))
    shade = 255 if random.random() < _WHITE else 0
    return np.pad(canvas, ((margin, margin), (margin, margin), (0, 0)), constant_values=shade)
