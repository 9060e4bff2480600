"""Cuts: where a piece of a figure would be parted, and what speaks for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tasks.panels.cutting import parted
from tasks.panels.pieces import Canvas, Piece, distribute
from tasks.panels.rules import Split, between


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut across `axis` (0: left from right, 1: upper from lower) of a piece, anywhere from `start` to `stop`."""

    axis: int
    start: int
    stop: int

    @property
    def middle(self) -> int:
        """The pixel to cut at."""
        return (self.start + self.stop) // 2

    @property
    def width(self) -> int:
        """Pixels."""
        return self.stop - self.start


class CutFeatures(NamedTuple):
    """What is known of a cut, in shares, PDF points and counts."""

    points: float
    of_figure: float
    of_piece: float
    of_widest: float
    ink: float
    lower_kind: float
    upper_kind: float
    near_lower_kind: float
    near_upper_kind: float
    near_points: float
    near_parted: float
    smaller_share: float
    shorter_side: float
    aligned: float
    alike: float
    drawn_across: float
    letters_both: float
    letters_one: float
    pictures_both: float


@dataclass(frozen=True, slots=True)
class Parts:
    """What a cut parts: all on either side of it, and what lies between it and the next cuts."""

    sides: tuple[Piece, Piece]
    strips: tuple[Piece, Piece]


def cuts_of(split: Split, axis: int) -> list[Cut]:
    """The cuts between the parts of `split`, which follow each other across `axis`."""
    return [Cut(axis, min(a.box[axis + 2], b.box[axis]), b.box[axis]) for a, b in pairwise(split.parts)]


def measure_cuts(canvas: Canvas, piece: Piece, cuts: Sequence[Cut]) -> Iterator[CutFeatures]:
    """The features of each of `cuts` of `piece`, all across one axis, that leaves something on both sides."""
    widest = max((cut.width for cut in cuts), default=0)
    for number, cut in enumerate(cuts):
        first, last = piece.box[cut.axis], piece.box[cut.axis + 2]
        edges = [first, *(other.middle for other in cuts), last]
        sides = halves(canvas, piece, cut.axis, [first, cut.middle, last])
        if sides:
            strips = halves(canvas, piece, cut.axis, edges[number : number + 3]) or sides
            yield measure_cut(canvas, piece, cut, Parts(sides, strips), widest)


def halves(canvas: Canvas, piece: Piece, axis: int, edges: Sequence[int]) -> tuple[Piece, Piece] | None:
    """What `piece` holds between the first two and the last two of three `edges`; None where one is empty."""
    found = [part for part in map(canvas.piece, between(piece.box, axis, edges)) if part]
    if len(found) < 2:
        return None
    a, b = distribute(piece.letters, found)
    return a, b


def measure_cut(canvas: Canvas, piece: Piece, cut: Cut, parts: Parts, widest: int) -> CutFeatures:
    """The features of `cut` of `piece` into `parts`; the `widest` of the cuts beside it has so many pixels."""
    a, b = parts.sides
    c, d = parts.strips
    areas = a.width * a.height, b.width * b.height
    pictures = [len(canvas.placed.pictures_in(side.box)) for side in parts.sides]
    return CutFeatures(
        cut.width / canvas.unit,
        cut.width / canvas.side,
        cut.width / (piece.box[cut.axis + 2] - piece.box[cut.axis]),
        cut.width / max(1, widest),
        ink_at(canvas, piece, cut),
        float(min(a.kind, b.kind)),
        float(max(a.kind, b.kind)),
        float(min(c.kind, d.kind)),
        float(max(c.kind, d.kind)),
        min(c.box[cut.axis + 2] - c.box[cut.axis], d.box[cut.axis + 2] - d.box[cut.axis]) / canvas.unit,
        float(parted(canvas, c, d, cut.axis)),
        min(areas) / max(1, sum(areas)),
        min(a.width, a.height, b.width, b.height) / canvas.unit,
        alignment(a, b, cut.axis),
        float(np.log(max(areas) / max(1, min(areas)))),
        float(canvas.placed.is_drawn_across(piece.box, cut.axis, cut.start, cut.stop)),
        float(bool(a.letters) and bool(b.letters)),
        float(bool(a.letters) != bool(b.letters)),
        float(min(pictures)),
    )


def ink_at(canvas: Canvas, piece: Piece, cut: Cut) -> float:
    """The share of the thinnest line of `cut` on which something is drawn."""
    x0, y0, x1, y1 = piece.box
    part = (
        canvas.mask[y0:y1, cut.start : cut.stop]
        if cut.axis == 0
        else canvas.mask[cut.start : cut.stop, x0:x1]
    )
    return float(part.mean(axis=cut.axis).min()) if part.size else 0.0


def alignment(a: Piece, b: Piece, axis: int) -> float:
    """How much of their common extent along the cut both parts share, 0 to 1."""
    across = 1 - axis
    shared = min(a.box[across + 2], b.box[across + 2]) - max(a.box[across], b.box[across])
    hull = max(a.box[across + 2], b.box[across + 2]) - min(a.box[across], b.box[across])
    return max(0.0, shared / max(1, hull))
