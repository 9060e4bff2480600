"""Proposals of cuts: everywhere that a piece might be parted, for the judge to learn from.

More than the rules of cutting propose, so that right cuts and wrong ones of every kind are seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from tasks.panels.cuts import Cut, Source
from tasks.panels.gutters import empty_runs
from tasks.panels.partition import Proposal, measure_all
from tasks.panels.pieces import Canvas, Kind, Piece, distribute
from tasks.panels.rules import absorb, between
from tasks.panels.seams import find_seams, to_gray

MOST = 24
"""Cuts across one axis of a piece: the widest are looked at."""

LEAST_SIDE = 12.0
"""PDF points of the shorter part that a cut may leave."""

SHALLOW = 0.45
"""Largest share of the usual ink that a gutter between two panel letters may hold."""


def propose(canvas: Canvas, piece: Piece) -> list[Proposal]:
    """Every cut of `piece` that leaves something on both sides."""
    return [
        proposal
        for axis in (0, 1)
        for proposal in measure_all(canvas, piece, axis, find_cuts(canvas, piece, axis))
    ]


def find_cuts(canvas: Canvas, piece: Piece, axis: int) -> list[Cut]:
    """The cuts across `axis` of `piece`, those of one place once, from its start to its end."""
    least = LEAST_SIDE * canvas.unit
    found: list[Cut] = []
    for proposals in (
        gutter_cuts(canvas, piece, axis),
        placed_cuts(canvas, piece, axis),
        core_cuts(canvas, piece, axis),
        seam_cuts(canvas, piece, axis),
        valley_cuts(canvas, piece, axis),
    ):
        known = list(found)
        found += [
            cut
            for cut in proposals
            if piece.box[axis] + least <= cut.middle <= piece.box[axis + 2] - least
            and not any(cut.is_near(other, least) for other in known)
        ]
    widest = sorted(found, key=lambda cut: cut.width)[-MOST:]
    return sorted(widest, key=lambda cut: cut.middle)


def gutter_cuts(canvas: Canvas, piece: Piece, axis: int) -> Iterator[Cut]:
    """Every run of empty lines of a point or more."""
    x0, y0, x1, y1 = piece.box
    profile = np.asarray(canvas.mask[y0:y1, x0:x1].any(axis=axis))
    for start, stop in empty_runs(profile, max(2, round(canvas.unit))):
        yield Cut(axis, piece.box[axis] + start, piece.box[axis] + stop, Source.GUTTER)


def core_cuts(canvas: Canvas, piece: Piece, axis: int) -> Iterator[Cut]:
    """Every run of lines with print alone, cut where least of it is met."""
    x0, y0, x1, y1 = piece.box
    profile = np.asarray(canvas.core[y0:y1, x0:x1].any(axis=axis))
    for start, stop in empty_runs(profile, max(3, round(4 * canvas.unit))):
        first, last = piece.box[axis] + start, piece.box[axis] + stop
        position = canvas.thinnest(piece.box, axis, first, last)
        if position is not None:
            reach = min(position - first, last - position)
            yield Cut(axis, position - reach, position + reach, Source.CORE)


def placed_cuts(canvas: Canvas, piece: Piece, axis: int) -> Iterator[Cut]:
    """Between neighbours of the pictures that the PDF places in `piece`."""
    placed = sorted(canvas.placed.pictures_in(piece.box), key=lambda picture: picture[axis])
    end = 0
    for before, after in pairwise(placed):
        end = max(end, before[axis + 2])
        if after[axis] >= end:
            yield Cut(axis, end, max(end + 1, after[axis]), Source.PLACED)


def seam_cuts(canvas: Canvas, piece: Piece, axis: int) -> Iterator[Cut]:
    """At the seams of an image."""
    if piece.kind is not Kind.IMAGE:
        return
    x0, y0, x1, y1 = piece.box
    gray = to_gray(canvas.pixels[y0:y1, x0:x1])
    for seam in find_seams(gray, axis, round(max(24 * canvas.unit, 0.08 * max(gray.shape)))):
        yield Cut(axis, piece.box[axis] + seam.start, piece.box[axis] + seam.stop, Source.SEAM)


def valley_cuts(canvas: Canvas, piece: Piece, axis: int) -> Iterator[Cut]:
    """The emptiest run between each two of the panel letters of `piece`, where that is much emptier than usual."""
    letters = sorted(piece.letters, key=lambda letter: letter[axis])
    origin, drawn = piece.box[axis], canvas.profile(piece.box, axis)
    usual = float(np.median(drawn)) + 1e-6
    for before, after in pairwise(letters):
        start = max(0, min(before[axis + 2], after[axis]) - origin)
        part = drawn[start : max(0, after[axis] - origin)]
        low = np.flatnonzero(part <= min(SHALLOW * usual, part.min(initial=np.inf) + 0.02 * usual))
        if len(low) and after[axis] - before[axis] > 2 * LEAST_SIDE * canvas.unit:
            longest = max(np.split(low, np.flatnonzero(np.diff(low) > 1) + 1), key=len)
            yield Cut(
                axis, origin + start + int(longest[0]), origin + start + int(longest[-1]) + 1, Source.VALLEY
            )


def apply_cuts(canvas: Canvas, piece: Piece, cuts: Sequence[Cut]) -> list[Piece]:
    """`piece` parted at all of `cuts`, which have one axis; print that they go through belongs to no part."""
    axis = cuts[0].axis
    for cut in cuts:
        if cut.source is Source.CORE:
            canvas.erase_print(piece.box, axis, cut.middle)
    edges = [piece.box[axis], *(cut.middle for cut in cuts), piece.box[axis + 2]]
    parts = [part for part in map(canvas.piece, between(piece.box, axis, edges)) if part]
    return absorb(canvas, distribute(piece.letters, parts))
