"""Glyphs: the lone marks of print in a figure's pixels that may be panel letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from models.letters import SIDE
from tasks.panels.gutters import PixelBox

FILL = 20
"""Longer side in pixels of the glyph within it."""

COMPARED = 32
"""Marks whose surroundings are looked at together: tens of thousands of pairs, not millions."""

THRESHOLDS = ((True, 90), (True, 150), (False, 235), (False, 180))
"""Whether the print is darker than its ground, and the shade that parts them."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A lone mark: its box in pixels, whether brackets stand around it, and its (24, 24) uint8 picture."""

    box: PixelBox
    bracketed: bool
    picture: np.ndarray

    @property
    def height(self) -> int:
        """Pixels."""
        return self.box[3] - self.box[1]


def find_glyphs(gray: np.ndarray, unit: float) -> list[Glyph]:
    """The marks of `gray` (H, W) uint8 as high as print (4 to 32 points) with no other print beside them.

    `unit` is the number of pixels in a PDF point.
    """
    found: dict[PixelBox, Glyph] = {}
    for dark, threshold in THRESHOLDS:
        mask = gray < threshold if dark else gray > threshold
        for box, bracketed in lone_marks(mask, unit):
            key = round(box[0] / 4), round(box[1] / 4), round(box[2] / 4), round(box[3] / 4)
            if key not in found:
                found[key] = Glyph(box, bracketed, crop_glyph(gray, box, dark))
    return list(found.values())


def lone_marks(mask: np.ndarray, unit: float) -> Iterator[tuple[PixelBox, bool]]:
    """Boxes of connected marks of a mask (H, W) that stand alone or between brackets, with whether they do so."""
    labelled, _ = ndimage.label(mask, np.ones((3, 3)))
    slices = ndimage.find_objects(labelled)
    boxes = np.array([(s[1].start, s[0].start, s[1].stop, s[0].stop) for s in slices], np.int32).reshape(
        -1, 4
    )
    widths, heights = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    print_like = (heights >= 2.5 * unit) & (heights <= 36 * unit) & (widths <= 36 * unit)
    marks = boxes[print_like]
    marks = marks[np.argsort(marks[:, 1])]
    letters = (
        print_like & (heights >= max(7, 3.5 * unit)) & (widths >= 0.11 * heights) & (widths <= 1.5 * heights)
    )
    candidates = boxes[letters & (heights <= 32 * unit)]
    candidates = candidates[np.argsort(candidates[:, 1])]
    for first in range(0, len(candidates), COMPARED):
        some = candidates[first : first + COMPARED]
        start, stop = np.searchsorted(
            marks[:, 1], (some[0, 1] - 72 * unit, some[:, 3].max(initial=0) + 36 * unit)
        )
        alone, bracketed = company(some, marks[start:stop])
        for box, between in zip(some[alone].tolist(), bracketed[alone].tolist(), strict=True):
            yield (box[0], box[1], box[2], box[3]), between


def company(boxes: np.ndarray, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether no mark of print (M, 4) stands beside or close above or below each of `boxes` (N, 4), brackets left out.

    Returns this and whether brackets stand around it, both (N,) bool.
    """
    x0, y0, x1, y1 = boxes.T[:, :, None]
    width, height = x1 - x0, y1 - y0
    left, top, right, bottom = marks.T
    gaps = np.maximum(left - x1, x0 - right)
    drops = np.maximum(top - y1, y0 - bottom)
    shared = np.minimum(right, x1) - np.maximum(left, x0)
    print_wide = (right - left > 0.45 * width) & (right - left < 2 * height)
    stacked = (shared > 0.5 * width) & (drops > 0) & (drops < 0.35 * height) & print_wide
    beside = (np.minimum(bottom, y1) - np.maximum(top, y0) > 0.3 * height) & (bottom - top > 0.45 * height)
    itself = (left == x0) & (top == y0) & (right == x1) & (bottom == y1)
    near = beside & (gaps < 0.6 * height) & (gaps > -0.5 * height) & ~itself
    brackets = (bottom - top >= 1.1 * height) & (right - left <= 0.5 * (bottom - top))
    alone = (near.sum(axis=1) <= 2) & ~stacked.any(axis=1) & ~(near & ~brackets).any(axis=1)
    return alone, near.any(axis=1)


def crop_glyph(gray: np.ndarray, box: PixelBox, dark: bool) -> np.ndarray:
    """The glyph in `box` of `gray`, light on black, its contrast stretched, centred in a (24, 24) uint8 square."""
    x0, y0, x1, y1 = box
    crop = gray[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1]
    shades = np.sort(crop, axis=None).tolist()
    low, high = percentile(shades, 2), percentile(shades, 98)
    light = np.clip((crop - low) / max(1.0, high - low), 0, 1)
    return square((1 - light if dark else light) * 255)


def percentile(ordered: Sequence[int], percent: float) -> float:
    """That of `ordered` numbers, between two of them on the straight line, as NumPy has it: in a tenth of the time."""
    place = (len(ordered) - 1) * (percent / 100)
    below = int(place)
    first, second = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    share = place - below
    return first + (second - first) * share if share < 0.5 else second - (second - first) * (1 - share)


def square(crop: np.ndarray) -> np.ndarray:
    """`crop` (H, W) scaled to a longer side of 20 pixels in the middle of a black (24, 24) uint8 square."""
    scale = FILL / max(crop.shape)
    size = max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale))
    scaled = Image.fromarray(np.clip(crop, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    picture = np.zeros((SIDE, SIDE), np.uint8)
    left, top = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    picture[top : top + size[1], left : left + size[0]] = np.asarray(scaled)
    return picture
