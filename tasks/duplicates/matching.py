"""Whether one picture is another, cut and encoded anew: both are laid over each other and compared place by place.

The position is refined from where the codes agree by Gauss-Newton steps on the enhanced correlation coefficient
(Evangelidis and Psarakis 2008), with a scale and a shift for each side. Two charts on the same axes, or two gels, look
alike as a whole; so each place that shows something has to agree, not just the whole.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tasks.duplicates.signatures import SIDE, WINDOWS, Grey, blurred, sampling

_FIRST, _COARSE, _WHOLE = 0.55, 0.8, 0.92
"""Correlation of the whole, at least: before the first step, after the coarse ones, at the end. Of 988 made variants of
published panels (cut by up to 15%, scaled, grey, JPEG of quality 30) 99.7% reach the last."""
_PLACES, _WORST = 0.7, 0.05
"""Correlation at the worst twentieth of the places, at least: 97.7% of the variants reach it, and of 1.2 million pairs
of panels 23, nearly all of one article: the same scene, chart or gel but for some ink."""
_COARSE_SIDE = 16
_BLOCK = 8
"""Side of a place, of 64."""
_SMALLEST_BLOCKS = 3
"""Of so few places that show something nothing is said."""
_STEPS = ((2.0, 4), (0.7, 6))
"""Smoothing, and how many steps are taken with it."""
_LEAST_SHARE, _MOST_SHARE = 0.7, 1.1
_ASPECT = 0.1
"""By how much (as a logarithm) width over height may differ from what the cut makes of it, three times as much from
the whole's."""

_Values = npt.NDArray[np.float32]
_Place = npt.NDArray[np.float64]
"""Share across, left, share down, top; as shares of a side."""


def may_be_cuts(
    wholes: npt.NDArray[np.uint8],
    parts: npt.NDArray[np.uint8],
    windows: npt.NDArray[np.int64],
    aspects: npt.NDArray[np.float32],
) -> npt.NDArray[np.bool_]:
    """Which of n pairs are worth `is_cut_of`, whose arguments these are: (n, 64, 64) twice, (n,) twice."""
    likely = np.abs(np.log(aspects)) <= 3 * _ASPECT
    for window in np.unique(windows[likely]):
        left, top, share = WINDOWS[window]
        pairs = np.flatnonzero(likely & (windows == window))
        ours, theirs = _samples(wholes[pairs], left, top, share), _samples(parts[pairs], 0.0, 0.0, 1.0)
        likely[pairs] = (ours * theirs).sum(1) >= _FIRST
    return likely


def is_cut_of(whole: Grey, part: Grey, window: int, aspect: float) -> bool:
    """Whether `part` shows what `whole` shows in about the window of that number; both (64, 64).

    `aspect` is width over height of the part, divided by that of the whole.
    """
    if abs(math.log(aspect)) > 3 * _ASPECT:
        return False
    left, top, share = WINDOWS[window]
    place: _Place = np.array([share, left, share, top])
    for sigma, steps in _STEPS:
        ours, theirs = blurred(whole.astype(np.float32), sigma), blurred(part.astype(np.float32), sigma)
        place, likeness = _refined(ours, theirs, place, steps)
        if likeness < _COARSE:
            return False
    if likeness < _WHOLE or abs(math.log(place[0] / place[2] / aspect)) > _ASPECT:
        return False
    return _agree_everywhere(_seen(ours, place), theirs)


def _samples(greys: npt.NDArray[np.uint8], left: float, top: float, share: float) -> _Values:
    """(n, 256): 16 x 16 values of a window of each of n pictures, around their mean and of length 1."""
    half = greys.reshape(-1, SIDE // 2, 2, SIDE // 2, 2).mean((2, 4), dtype=np.float32)
    down, across = (sampling(start, share, _COARSE_SIDE, SIDE // 2) for start in (top, left))
    values = (down @ half @ across.T).reshape(len(greys), -1)
    values -= values.mean(1, keepdims=True)
    unit: _Values = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)
    return unit


def _seen(values: _Values, place: _Place) -> _Values:
    """What is seen of `values` at a place."""
    down, across = sampling(place[3], place[2], SIDE), sampling(place[1], place[0], SIDE)
    seen: _Values = np.asarray(down @ values @ across.T, np.float32)
    return seen


def _refined(whole: _Values, part: _Values, place: _Place, steps: int) -> tuple[_Place, float]:
    """The place in `whole` that is most like `part`, and the correlation there."""
    slopes_of = np.gradient(whole)
    slope_down: _Values = np.asarray(slopes_of[0] * SIDE, np.float32)
    slope_across: _Values = np.asarray(slopes_of[1] * SIDE, np.float32)
    along = ((np.arange(SIDE) + 0.5) / SIDE).astype(np.float32)
    wanted = _centred(part)
    best, likeness = place, -1.0
    for _ in range(steps):
        seen = _centred(_seen(whole, place))
        found = _correlation(seen, wanted)
        if found < _FIRST:
            break
        if found > likeness:
            best, likeness = place, found
        across, down = _seen(slope_across, place), _seen(slope_down, place)
        slopes = np.stack([across * along, across, down * along[:, None], down], axis=-1).reshape(-1, 4)
        place = place + _step(slopes - slopes.mean(0), seen.ravel(), wanted.ravel())
        if not _LEAST_SHARE < min(place[0], place[2]) <= max(place[0], place[2]) < _MOST_SHARE:
            break
    return best, likeness


def _step(slopes: _Values, seen: _Values, wanted: _Values) -> _Place:
    """The Gauss-Newton step of the enhanced correlation coefficient (their equation 22)."""
    curvature = (slopes.T @ slopes).astype(np.float64) + np.eye(4)
    of_seen, of_wanted = (np.linalg.solve(curvature, slopes.T @ one) for one in (seen, wanted))
    ours = float(seen @ seen) - float((slopes.T @ seen) @ of_seen)
    theirs = float(seen @ wanted) - float((slopes.T @ seen) @ of_wanted)
    gain = ours / theirs if theirs > 0 else 0.0
    if not 0 < gain < math.inf:
        gain = float(np.linalg.norm(seen)) / max(float(np.linalg.norm(wanted)), 1e-6)
    step: _Place = np.asarray(np.linalg.solve(curvature, slopes.T @ (gain * wanted - seen)), np.float64)
    return step


def _agree_everywhere(seen: _Values, part: _Values) -> bool:
    """Whether the places that show something agree, all but the worst of them."""
    ours, theirs = _blocks(seen), _blocks(part)
    spread = np.maximum(ours.std(1), theirs.std(1))
    shows = spread > max(4.0, 0.1 * float(part.std()))
    if shows.sum() < _SMALLEST_BLOCKS:
        return False
    ours, theirs = ours[shows], theirs[shows]
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    agreement = (ours * theirs).sum(1) / np.maximum(lengths, 1e-6)
    return float(np.quantile(agreement, _WORST)) >= _PLACES


def _blocks(values: _Values) -> _Values:
    """(64, 64) in blocks of 64 values, each around its mean."""
    count = SIDE // _BLOCK
    blocks = values.reshape(count, _BLOCK, count, _BLOCK).swapaxes(1, 2).reshape(-1, _BLOCK**2)
    centred: _Values = blocks - blocks.mean(1, keepdims=True)
    return centred


def _centred(values: _Values) -> _Values:
    centred: _Values = values - values.mean()
    return centred


def _correlation(one: _Values, other: _Values) -> float:
    length = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float((one * other).sum()) / length if length > 1e-3 else -1.0
