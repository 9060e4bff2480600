"""Seams: where two images stand side by side with a line of a pixel or three between them, or none at all."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tasks.panels.gutters import counts, empty_runs

STEP = 3
"""Pixels from a line to the picture beside it."""

STEP_WEIGHT = 1.25
"""A step is seldom seen in every row: both pictures may have the same shade in places."""


REACH = 6
"""Pixels at either side that are a step's surroundings."""

LIMITS = np.floor(2.2 * (np.arange(255 * (2 * REACH + 1) + 1) / (2 * REACH + 1)) + 5).astype(np.int16)
"""What a step must exceed, by the sum of the steps around it: 2.2 times their mean, and 5."""

COLOURED = 80
"""Between the strongest and the weakest of red, green and blue of a line in colour."""


@dataclass(frozen=True, slots=True)
class Seam:
    """A line across a picture from `start` to `stop`; `share` of its length looks like one, from 0 to 1."""

    start: int
    stop: int
    share: float


class Lines:
    """The lines across `axis` (0: upright ones) of a picture `gray` (H, W) uint8, looked at when first asked for."""

    def __init__(self, gray: np.ndarray, axis: int) -> None:
        self._gray, self._axis = gray, axis
        self.height, self.length = gray.shape if axis == 0 else gray.shape[::-1]

    @functools.cached_property
    def _picture(self) -> np.ndarray:
        return (self._gray if self._axis == 0 else self._gray.T).astype(np.int16)

    @functools.cached_property
    def flat(self) -> bool:
        """See `is_flat`."""
        return is_flat(self._picture)

    @functools.cached_property
    def shares(self) -> np.ndarray:
        """How much of each line looks like a seam, see `line_share` and `step_share`."""
        shares: np.ndarray = np.maximum(line_share(self._picture), step_share(self._picture))
        return shares

    @functools.cached_property
    def bands(self) -> list[Seam]:
        """See `bands`."""
        return bands(self._picture)


def find_seams(lines: Lines, least_side: int) -> list[Seam]:
    """The seams among `lines`.

    No seam is nearer than `least_side` pixels to an edge or to another one. More than eleven of them are the
    texture of one picture (a table, a heat map) rather than its seams.
    """
    length = lines.length
    if length < 2 * least_side or lines.height < least_side:
        return []
    # The lines of a drawing are its axes, rules and frames.
    shares = np.zeros(length) if lines.flat else lines.shares.copy()
    found = [band for band in lines.bands if least_side <= band.start and band.stop <= length - least_side]
    shares[:least_side] = shares[-least_side:] = 0
    for band in found:
        shares[max(0, band.start - least_side) : band.stop + least_side] = 0
    while shares.max() >= 0.9 and len(found) < 12:
        peak = int(shares.argmax())
        found.append(Seam(max(0, peak - 1), peak + 2, float(shares[peak])))
        shares[max(0, peak - least_side) : peak + least_side] = 0
    found.sort(key=lambda seam: seam.start)
    return found if len(found) < 12 and convincing(found, length) else []


def convincing(seams: list[Seam], length: int) -> bool:
    """Whether `seams` are plain to see, or else cut the `length` pixels into pieces of one size."""
    if all(seam.share >= 0.97 for seam in seams):
        return True
    edges = [0, *(edge for seam in seams for edge in (seam.start, seam.stop)), length]
    sizes = [stop - start for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    return max(sizes) < 1.15 * min(sizes)


def is_flat(picture: np.ndarray) -> bool:
    """Whether `picture` (H, W) was drawn rather than taken: most pixels are exactly like their neighbours."""
    same = (np.abs(np.diff(picture, axis=1)) <= 1)[1:] & (np.abs(np.diff(picture, axis=0)) <= 1)[:, 1:]
    return bool(same.mean() > 0.6 and picture.mean() > 40)


def bands(picture: np.ndarray) -> list[Seam]:
    """The runs of plain columns of one shade that stand out sharply from the picture (H, W) on both sides."""
    means = picture.mean(axis=0)
    plain = picture.std(axis=0) < 6
    found: list[Seam] = []
    for start, stop in empty_runs(~plain, 2):
        inner = means[start:stop]
        if np.ptp(inner) > 10 or start < STEP or stop + STEP > len(means):
            continue
        sides = picture[:, [start - STEP, stop + STEP - 1]]
        share = float((np.abs(sides - inner.mean()) > 24).mean(axis=0).min())
        if share > 0.6:
            found.append(Seam(start, stop, 1 + share))
    return found


def line_share(picture: np.ndarray) -> np.ndarray:
    """For each column of `picture` (H, W), the share of rows in which it is brighter, or darker, than both sides."""
    share = np.zeros(picture.shape[1])
    middle, left, right = picture[:, STEP:-STEP], picture[:, : -2 * STEP], picture[:, 2 * STEP :]
    brighter, darker = np.maximum(left, right), np.minimum(left, right)
    means = middle.mean(axis=0)
    for ridge, told, plain in (
        (middle - brighter > 7, brighter < 232, means > 128),
        (darker - middle > 7, darker > 24, means < 128),
    ):
        counted, ridges = counts(told, 0), counts(ridge & told, 0)
        shares = np.where(counted > 0.3 * len(told), ridges / np.maximum(1, counted), 0)
        share[STEP:-STEP] = np.maximum(share[STEP:-STEP], np.where(plain, shares, 0))
    return share


def step_share(picture: np.ndarray) -> np.ndarray:
    """For each column of `picture` (H, W), the share of rows with a step there that its surroundings do not have."""
    steps = np.abs(np.diff(picture, axis=1))
    step = np.maximum(steps[:, 1:], steps[:, :-1])
    wide = 2 * REACH + 1
    sums = np.cumsum(np.pad(steps, ((0, 0), (REACH + 1, REACH))), axis=1, dtype=np.int32)
    around = (sums[:, wide:] - sums[:, :-wide])[:, : step.shape[1]]
    share = np.zeros(picture.shape[1])
    share[1:-1] = counts(step > LIMITS[around], 0) / len(step) * STEP_WEIGHT
    return share


def is_annotation(pixels: np.ndarray, axis: int, seam: Seam) -> bool:
    """Whether `seam` of `pixels` (H, W, 3) is a line of one bright colour, as people mark the edges of a wound with.

    What parts pictures is white, black or gray.
    """
    upright = (pixels if axis == 0 else pixels.transpose(1, 0, 2)).astype(np.int16)
    first, last = max(0, seam.start - 1), min(upright.shape[1], seam.stop + 1)
    strip = upright[:, first:last]
    colours = np.median(strip, axis=0)
    alike = (np.abs(strip - colours) <= 40).all(axis=2)
    for side in (max(0, first - STEP), min(upright.shape[1] - 1, last + STEP)):
        alike &= (np.abs(strip - upright[:, side, None]) > 40).any(axis=2)
    return bool(((np.ptp(colours, axis=1) > COLOURED) & (alike.mean(axis=0) > 0.8)).any())


def to_gray(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 as (H, W) uint8."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L"))
