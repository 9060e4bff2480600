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
    """(N, S, S, 3) uint8 -> (N,): whether an image is of one colour but for its rim and some specks."""
    return np.fromiter(map(_is_blank, images), bool, len(images))


def _is_blank(image: Pixels) -> bool:
    rim = round(_RIM * len(image))
    inner = image[rim : len(image) - rim, rim : len(image) - rim]
    least = _LEAST_INK * inner.shape[0] * inner.shape[1]
    some = inner[::4, ::4]
    ground = np.median(some, axis=(0, 1))  # a sixteenth will do where there is but one colour
    # Most pictures hold enough ink in that sixteenth alone.
    return bool(_ink(some, ground) < least and _ink(inner, ground) < least)


def _ink(pixels: Pixels, ground: npt.NDArray[np.float64]) -> int:
    """How many pixels are not of the ground's colour, the median of each channel."""
    low, high = (ground - _CONTRAST).clip(0), (ground + _CONTRAST).clip(0, 255)
    other = (pixels < low.astype(np.uint8)) | (pixels > high.astype(np.uint8))
    return int((other[..., 0] | other[..., 1] | other[..., 2]).sum())
