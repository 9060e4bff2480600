"""What is kept of a picture to know it again in another size, encoding or crop.

A signature is the picture as 64 x 64 grey values, squeezed to a square, and a code of it and of 18 windows into it: the
signs of its lowest cosine coefficients, as in the perceptual hash of Zauner (2010, section 3.2.1). The code of a
picture that was cut out of another is that of one of the other's windows, but for some bits.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from tasks.index.thumbnails import reduced

SIDE = 64
"""Of the kept picture, pixels."""
_DECODED = 256
"""Pixels a side to which a picture is decoded first."""
_SAMPLES = 16
"""Of a window, a side: what the coefficients are taken of."""
_FLAT = 2.0
"""Standard deviation of grey values below which a picture shows nothing by which it could be known."""
_MOST_FREQUENCY, _LARGEST_SUM = 7, 8
WINDOWS: tuple[tuple[float, float, float], ...] = (
    (0.0, 0.0, 1.0),
    *(
        (left * (1 - share), top * (1 - share), share)
        for share in (0.93, 0.86)
        for top in (0.0, 0.5, 1.0)
        for left in (0.0, 0.5, 1.0)
    ),
)
"""Left, top and side of each window, as shares of the picture: the whole, and what is left after a cut of 7 or 14%."""

Grey = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint64]


def signature(data: bytes | None) -> tuple[Grey, Codes] | None:
    """(64, 64) grey values and the code of each window (`WINDOWS`) of an encoded picture.

    None for one that cannot be decoded, or that shows nothing. Thread-safe.
    """
    from PIL import Image

    small = reduced(data, _DECODED)
    if small is None:
        return None
    squeezed = small.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    grey = np.asarray(squeezed, np.uint8)
    return (grey, codes(grey)) if grey.std() >= _FLAT else None


def codes(grey: Grey) -> Codes:
    """The code of each window of (64, 64) grey values; bit by bit, the lowest frequencies first."""
    from scipy.fft import dctn

    smooth = blurred(grey.astype(np.float32), 1.5)
    across, down = _sampling()
    windows = np.einsum("wys,st,wxt->wyx", down, smooth, across, optimize=True)
    coefficients = dctn(windows, axes=(1, 2))
    rows, columns = _frequencies()
    bits = coefficients[:, rows, columns] > 0
    found: Codes = (bits.astype(np.uint64) << np.arange(bits.shape[1], dtype=np.uint64)).sum(
        1, dtype=np.uint64
    )
    return found


def blurred(values: npt.NDArray[np.float32], sigma: float) -> npt.NDArray[np.float32]:
    """Grey values smoothed by a Gaussian."""
    from scipy.ndimage import gaussian_filter

    smooth: npt.NDArray[np.float32] = gaussian_filter(values, sigma)
    return smooth


def sampling(start: float, share: float, samples: int, side: int = SIDE) -> npt.NDArray[np.float32]:
    """(samples, side): weights that take so many values, by linear interpolation, from `start` on along `share` of a
    side; both are shares of the side. Beyond the side its last value counts."""
    places = (start + (np.arange(samples) + 0.5) / samples * share) * side - 0.5
    places = np.clip(places, 0, side - 1)
    low = np.minimum(places.astype(int), side - 2)
    weights = np.zeros((samples, side), np.float32)
    every = np.arange(samples)
    weights[every, low] = 1 - (places - low)
    weights[every, low + 1] = places - low
    return weights


@functools.cache
def _sampling() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    across = np.stack([sampling(left, share, _SAMPLES) for left, _, share in WINDOWS])
    down = np.stack([sampling(top, share, _SAMPLES) for _, top, share in WINDOWS])
    return across, down


@functools.cache
def _frequencies() -> tuple[list[int], list[int]]:
    found = sorted(
        (down + across, down, across)
        for down in range(_MOST_FREQUENCY)
        for across in range(_MOST_FREQUENCY)
        if 0 < down + across <= _LARGEST_SUM
    )
    return [down for _, down, _ in found], [across for _, _, across in found]


BITS = len(_frequencies()[0])
"""Of a code."""
