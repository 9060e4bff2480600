"""What is in a piece: its shape, letters, print, ink, frame and gaps, in shares, PDF points and counts."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from tasks.panels.gutters import Mask, PixelBox, empty_runs, met
from tasks.panels.judging.graph import Node
from tasks.panels.judging.survey import Survey, inside, overlaps
from tasks.panels.pieces import Piece

EDGE = 3
"""Pixels: how deep the line of a frame is looked for."""


class Shape(NamedTuple):
    """How large a piece is, and its place among what the caption names."""

    kind: float
    log_share: float
    width: float
    height: float
    aspect: float
    share: float
    figure_side: float
    figure_aspect: float
    figure_pictures: float
    share_of_named: float
    share_of_lettered: float
    of_width: float
    of_height: float


class Letters(NamedTuple):
    """The panel letters of a piece: how many, and where (shares of its sides; -1: none)."""

    own: float
    found: float
    named: float
    unnamed: float
    across: float
    down: float
    across_spread: float
    down_spread: float


class Marks(NamedTuple):
    """What is drawn and printed in a piece."""

    texts: float
    drawings: float
    marks: float
    mark_density: float
    mark_height: float
    ink: float
    core: float
    drawn: float
    spread: float
    white: float
    dark: float
    coloured: float
    arrows: float
    pictures: float
    like_picture: float
    pictures_met: float
    pictures_are_panels: float


class Gaps(NamedTuple):
    """The gaps across one axis of a piece, empty ones or those of the core alone."""

    widest: float
    share: float
    wide: float
    second: float


class Profile(NamedTuple):
    """The least and the most ink on a line across the middle of a piece."""

    least: float
    most: float


def measure_contents(survey: Survey, node: Node) -> np.ndarray:
    """All features of what is in the piece of `node`."""
    box = node.piece.box
    core = survey.canvas.trim(box, core=True) or box
    parts: list[Sequence[float]] = [
        measure_shape(survey, node.piece),
        measure_letters(survey, node.piece),
        measure_marks(survey, node),
        [float(edge) for edge in edges(survey.canvas.mask, box)],
        [float(edge) for edge in edges(survey.canvas.mask, core)],
        *(measure_gaps(survey, box, axis, core=own) for axis in (0, 1) for own in (False, True)),
        *(measure_profile(survey, box, axis) for axis in (0, 1)),
        measure_margins(survey, box, core),
    ]
    return np.concatenate(parts)


def measure_shape(survey: Survey, piece: Piece) -> Shape:
    """The shape of `piece`."""
    canvas, unit = survey.canvas, survey.canvas.unit
    height, width = canvas.mask.shape
    share = piece.width * piece.height / canvas.mask.size
    return Shape(
        float(piece.kind),
        float(np.log(share)),
        piece.width / unit,
        piece.height / unit,
        float(np.log(piece.width / piece.height)),
        share,
        canvas.side / unit,
        float(np.log(width / height)),
        float(len(canvas.placed.pictures)),
        share * max(1, canvas.named),
        share * max(1, len(canvas.letters)),
        piece.width / width,
        piece.height / height,
    )


def measure_letters(survey: Survey, piece: Piece) -> Letters:
    """The letters of `piece`; that nearest to its upper left corner is the one whose place is told."""
    canvas = survey.canvas
    counts = (
        float(len(piece.letters)),
        float(len(canvas.letters)),
        float(canvas.named),
        float(canvas.named == 0 and bool(canvas.letters)),
    )
    if not piece.letters:
        return Letters(*counts, -1.0, -1.0, 0.0, 0.0)
    letters = np.array(piece.letters, float)
    middles = (letters[:, :2] + letters[:, 2:]) / 2
    at = np.clip((middles - piece.box[:2]) / [piece.width, piece.height], -0.5, 1.5)
    first = at[at.sum(axis=1).argmin()]
    return Letters(*counts, *map(float, first), *map(float, at.std(axis=0)))


def measure_marks(survey: Survey, node: Node) -> Marks:
    """What is drawn in the piece of `node`; arrows are looked for only where something might be parted (else -1)."""
    canvas, box = survey.canvas, node.piece.box
    area, unit = node.piece.width * node.piece.height, canvas.unit
    marks = survey.marks_in(box)
    heights = (marks[:, 3] - marks[:, 1]) / unit
    shared, alike = overlaps(survey.pictures, box)
    means = survey.means(box)
    return Marks(
        1e4 * inside(survey.texts, box) * unit**2 / area,
        float(np.log1p(inside(survey.drawings, box))),
        float(np.log1p(len(marks))),
        1e4 * len(marks) * unit**2 / area,
        median(heights.tolist()) if len(heights) else 0.0,
        *means,
        float(canvas.has_arrows(box)) if node.ways else -1.0,
        float((shared > 0.5).sum()),
        float(alike.max(initial=0.0)),
        float((shared > 0.1).sum()),
        float(canvas.placed.pictures_are_panels),
    )


def edges(mask: Mask, box: PixelBox) -> list[float]:
    """How much of the upper, lower, left and right edge of `box` is drawn, 0 to 1: a frame or an axis is nearly all."""
    x0, y0, x1, y1 = box
    ends = (
        met(mask, (x0, y0, x1, min(y1, y0 + EDGE)), 0),
        met(mask, (x0, max(y0, y1 - EDGE), x1, y1), 0),
        met(mask, (x0, y0, min(x1, x0 + EDGE), y1), 1),
        met(mask, (max(x0, x1 - EDGE), y0, x1, y1), 1),
    )
    return [np.count_nonzero(end) / len(end) for end in ends]


def measure_gaps(survey: Survey, box: PixelBox, axis: int, *, core: bool) -> Gaps:
    """The gaps across `axis` of `box`, print left out if `core`."""
    unit = survey.canvas.unit
    least = max(3, round(3 * unit)) if core else 2
    runs = empty_runs(survey.canvas.met(box, axis, core=core), least)
    widths = sorted((stop - start for start, stop in runs), reverse=True)
    if not widths:
        return Gaps(0.0, 0.0, 0.0, 0.0)
    second = widths[1] / widths[0] if len(widths) > 1 else 0.0
    wide = sum(width >= 4 * unit for width in widths)
    return Gaps(widths[0] / unit, widths[0] / (box[axis + 2] - box[axis]), float(wide), second)


def measure_profile(survey: Survey, box: PixelBox, axis: int) -> Profile:
    """The ink on the lines across `axis` of `box`, a fifth at either end left out."""
    profile = survey.profile(box, axis)
    length = len(profile)
    middle = profile[length // 5 : max(length // 5 + 1, length - length // 5)]
    return Profile(float(middle.min()), float(middle.max()))


def measure_margins(survey: Survey, box: PixelBox, core: PixelBox) -> list[float]:
    """How far print reaches beyond the core at the left, top, right and bottom, and how many marks stand there."""
    marks = survey.marks_in(box)
    x, y = (marks[:, 0] + marks[:, 2]) / 2, (marks[:, 1] + marks[:, 3]) / 2
    counts = (x < core[0]).sum(), (y < core[1]).sum(), (x >= core[2]).sum(), (y >= core[3]).sum()
    reach = core[0] - box[0], core[1] - box[1], box[2] - core[2], box[3] - core[3]
    unit = survey.canvas.unit
    return [*(pixels / unit for pixels in reach), *(float(np.log1p(number)) for number in counts)]
