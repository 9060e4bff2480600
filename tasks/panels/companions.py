"""What belongs to a panel though a gutter parts them: the tree of a heat map, the histograms beside a scatter plot.

Such a part has no print of its own, stands close to its panel, and is as wide or as high as that. The strips of a blot,
one above the other, are one panel too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.inference.looks import LOOKS
from tasks.panels.cutting import bounds, gap
from tasks.panels.gutters import PixelBox
from tasks.panels.pieces import Canvas, Kind, Piece

CLOSE = 12.0
"""PDF points between a panel and what accompanies it, at the most."""

SAME = 0.1
"""Share of a panel's side by which its companion may reach beyond it."""

MOST_OF = 0.55
"""Share of that side that it is long at the least."""

INSIDE = 0.6
"""Share of a small piece (the key of a heat map's colours) that lies within a panel with its companions."""

STRIP = 60.0
"""PDF points: no strip of a blot is higher."""

STRIP_ASPECT = 1.8
"""How many times its height a strip is wide at the least."""

SAME_WIDTH = 0.8
"""Share of the wider of two strips that both stand over."""

GEL = LOOKS.index("gel")


def join_companions(canvas: Canvas, pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces` with each that only accompanies another one joined to it."""
    cores = [core.box if (core := canvas.piece(piece.box, core=True)) else piece.box for piece in pieces]
    owners: dict[int, int] = {}
    for part, piece in enumerate(pieces):
        owner = None if piece.kind is Kind.IMAGE or piece.letters else _owner(canvas, pieces, cores, part)
        if owner is not None and owner not in owners:
            owners[part] = owner
    if not owners:
        return list(pieces)
    panels = [
        _hull(piece, [cores[part] for part in owners if owners[part] == number])
        for number, piece in enumerate(pieces)
        if number not in owners
    ]
    return [piece for piece in panels if piece.letters or not any(_holds(other, piece) for other in panels)]


def _owner(canvas: Canvas, pieces: Sequence[Piece], cores: Sequence[PixelBox], part: int) -> int | None:
    """The number of the plot or picture along a whole side of which `part` stands; None where there is none."""
    for number, piece in enumerate(pieces):
        if number != part and piece.kind >= Kind.PLOT:
            for axis in (0, 1):
                along = _stands_along(cores[part], cores[number], axis, CLOSE * canvas.unit)
                if along and not _has_print(canvas, pieces[part].box, cores[part], axis):
                    return number
    return None


def _stands_along(part: PixelBox, panel: PixelBox, axis: int, close: float) -> bool:
    """Whether `part` lies along most of a side of `panel`, close beside it and lower; `axis` is that side's."""
    start, stop = panel[axis], panel[axis + 2]
    slack = SAME * (stop - start)
    inside = part[axis] > start - slack and part[axis + 2] < stop + slack
    long = part[axis + 2] - part[axis] > MOST_OF * (stop - start)
    across = 1 - axis
    apart = max(part[across] - panel[across + 2], panel[across] - part[across + 2])
    lower = part[across + 2] - part[across] < 0.5 * (panel[across + 2] - panel[across])
    return inside and long and lower and 0 <= apart < close


def _has_print(canvas: Canvas, box: PixelBox, core: PixelBox, axis: int) -> bool:
    """Whether three marks or more of `box`, over or under its `core`, look like letters, not dots or strokes."""
    marks = canvas.print_boxes(box)
    middle = (marks[:, axis] + marks[:, axis + 2]) / 2
    marks = marks[(middle > core[axis]) & (middle < core[axis + 2])]
    short, long = np.sort(marks[:, 2:] - marks[:, :2], axis=1).T / canvas.unit
    return bool(((short > 1.2) & (long > 3.0) & (long < 9.0)).sum() >= 3)


def _hull(piece: Piece, parts: Sequence[PixelBox]) -> Piece:
    return replace(piece, box=bounds(np.array([piece.box, *parts])))


def _holds(panel: Piece, small: Piece) -> bool:
    x = min(panel.box[2], small.box[2]) - max(panel.box[0], small.box[0])
    y = min(panel.box[3], small.box[3]) - max(panel.box[1], small.box[1])
    return panel is not small and max(0, x) * max(0, y) > INSIDE * small.width * small.height


def join_strips(canvas: Canvas, pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces`, the strips of a blot joined: pictures of one width, close above each other, that look like a gel."""
    joined: list[Piece] = []
    lowest: list[Piece] = []
    for piece in sorted(pieces, key=lambda own: own.box[1]):
        place = next((n for n, own in enumerate(lowest) if _goes_on(canvas, own, piece, joined[n])), None)
        if place is None:
            joined.append(piece)
            lowest.append(piece)
            continue
        blot = joined[place]
        lowest[place] = piece
        joined[place] = replace(
            blot, box=bounds(np.array([blot.box, piece.box])), letters=blot.letters + piece.letters
        )
    return joined


def _goes_on(canvas: Canvas, above: Piece, below: Piece, blot: Piece) -> bool:
    """Whether the strip `below` follows `above`, the last strip of `blot`, and no letter parts them."""
    if min(above.kind, below.kind) < Kind.IMAGE or (blot.letters and below.letters):
        return False
    low = all(
        own.height < STRIP * canvas.unit and own.width > STRIP_ASPECT * own.height for own in (above, below)
    )
    shared = min(above.box[2], below.box[2]) - max(above.box[0], below.box[0])
    close = gap(above, below) < max(CLOSE * canvas.unit, 0.75 * min(above.height, below.height))
    if not (low and close and shared > SAME_WIDTH * max(above.width, below.width)):
        return False
    both = bounds(np.array([above.box, below.box]))
    return int(canvas.looks(both).argmax()) == GEL
