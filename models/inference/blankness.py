"""Pictures with nothing on them: a network sees an empty plot in a blank page, so it is not believed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.transforms import Pixels

_RIM = 0.05
"""Of either side, left aside all around: an empty frame is empty."""
_CONTRAST = 8
"""Levels of 255, up to which a pixel is of the ground's colour: paper is not even, and JPEG leaves ripples."""
_LEAST_INK = 0.004
"""Share of pixels of another colour, below which there is nothing: specks leave up to 0.0017, and of the training
panels the emptiest, a few stained nuclei on black, have 0.0097."""


def blank(images: Pixels) -> npt.NDArray[np.bool_]:
    """(N, H, W, 3) uint8 -> (N,): whether an image is of one colour but for its rim and some specks."""
    if not len(images):
        return np.zeros(0, np.bool_)
    rows, columns = (slice(round(_RIM * side), side - round(_RIM * side)) for side in images.shape[1:3])
    inner = images[:, rows, columns]
    least = _LEAST_INK * inner.shape[1] * inner.shape[2]
    some = np.ascontiguousarray(inner[:, ::4, ::4])
    # A sixteenth will do for the ground, where there is but one colour; most pictures hold enough ink in it alone.
    ground = np.median(some, axis=(1, 2))
    found: npt.NDArray[np.bool_] = _ink(some, ground) < least
    found[found] = _ink(inner[found], ground[found]) < least
    return found


def _ink(pixels: Pixels, ground: npt.NDArray[np.float64]) -> npt.NDArray[np.int_]:
    """(N,): how many pixels are not of the ground's colour, (N, 3): the median of each channel."""
    low, high = (ground - _CONTRAST).clip(0), (ground + _CONTRAST).clip(0, 255)
    low, high = (bound.astype(np.uint8)[:, None, None] for bound in (low, high))
    other = ((pixels < low) | (pixels > high)).any(axis=3)
    ink: npt.NDArray[np.int_] = other.sum(axis=(1, 2))
    return ink
