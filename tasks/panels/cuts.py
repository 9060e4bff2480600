"""Cuts: where a piece of a figure might be parted, and what speaks for and against it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from tasks.panels.cutting import parted
from tasks.panels.pieces import Canvas, Piece


class Source(IntEnum):
    """How a cut was found."""

    GUTTER = 0
    """Nothing is drawn there."""
    CORE = 1
    """Print alone is drawn there."""
    PLACED = 2
    """The PDF places pictures on both sides."""
    SEAM = 3
    """Two images meet there."""
    VALLEY = 4
    """Least is drawn there between two panel letters."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut across `axis` (0: left from right, 1: upper from lower) of a piece, anywhere from `start` to `stop`."""

    axis: int
    start: int
    stop: int
    source: Source

    @property
    def middle(self) -> int:
        """The pixel to cut at."""
        return (self.start + self.stop) // 2

    @property
    def width(self) -> int:
        """Pixels."""
        return self.stop - self.start

    def is_near(self, other: Cut, least: float) -> bool:
        """Whether both are at one place, or their middles less than `least` pixels apart."""
        overlaps = self.start <= other.stop and other.start <= self.stop
        return overlaps or abs(self.middle - other.middle) < least


class CutFeatures(NamedTuple):
    """What is known of a cut, in shares, PDF points and counts: the judge decides by these alone."""

    points: float
    of_figure: float
    of_piece: float
    of_widest: float
    gutter: float
    core: float
    placed: float
    seam: float
    valley: float
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
    letters_found: float
    letters_named: float
    pictures_both: float
    picture_alone: float
    gutters: float
    root: float
    arrows: float
    figure_side: float


@dataclass(frozen=True, slots=True)
class Company:
    """What the cuts across one axis of a piece have in common."""

    count: int
    widest: int
    """Pixels."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a cut parts: all on either side of it, and what lies between it and the next cuts."""

    sides: tuple[Piece, Piece]
    strips: tuple[Piece, Piece]


def measure_cut(canvas: Canvas, piece: Piece, cut: Cut, parts: Parts, company: Company) -> CutFeatures:
    """The features of `cut` of `piece` into `parts`."""
    a, b = parts.sides
    c, d = parts.strips
    areas = a.width * a.height, b.width * b.height
    gutter, core, placed, seam, valley = (float(cut.source == source) for source in Source)
    pictures = [len(canvas.placed.pictures_in(side.box)) for side in parts.sides]
    return CutFeatures(
        cut.width / canvas.unit,
        cut.width / canvas.side,
        cut.width / (piece.box[cut.axis + 2] - piece.box[cut.axis]),
        cut.width / max(1, company.widest),
        gutter,
        core,
        placed,
        seam,
        valley,
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
        float(len(canvas.letters)),
        float(canvas.named),
        float(min(pictures)),
        float(canvas.placed.is_panel(piece.box)),
        float(company.count),
        float(piece.width * piece.height > 0.8 * canvas.mask.size),
        float(canvas.arrows),
        canvas.side / canvas.unit,
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
