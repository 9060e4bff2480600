"""Rules of cutting: where a piece would be parted by what its strips look like.

At gutters first, then where only print bridges them, then at the seams of images. The judge of splits may say no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from tasks.panels.cutting import gap, join, parted, stacked_strips
from tasks.panels.gutters import PixelBox, empty_runs
from tasks.panels.pieces import Canvas, Kind, Piece, distribute
from tasks.panels.seams import Seam, find_seams, is_annotation

THIN_GAP = 2.0
"""PDF points between two placed pictures in which nothing else can be drawn."""

SHALLOW = 0.45
"""Largest share of the usual ink that a gutter between two panel letters may hold."""


@dataclass(frozen=True, slots=True)
class Split:
    """The parts that the rules make of a piece; across `axis`, or None where they stand around each other."""

    parts: list[Piece]
    axis: int | None
    positions: tuple[int, ...] = ()
    """Where the cuts go through print, which then belongs to no part."""


def find_split(canvas: Canvas, piece: Piece) -> Split | None:
    """The parts of `piece` along the axis that parts it best; None where the rules see one panel."""
    if canvas.placed.is_panel(piece.box):
        return None
    for cut in (cut_pictures, cut_gutters):
        choices = [Split(parts, axis) for axis in (0, 1) if len(parts := cut(canvas, piece, axis)) > 1]
        if choices:
            return widest(choices)
    crossed = [split for axis in (0, 1) if (split := cut_core(canvas, piece, axis))]
    if crossed:
        return widest(crossed)
    for alone in (cut_image, cut_between_letters, cut_interlocked):
        if len(parts := alone(canvas, piece)) > 1:
            return Split(parts, common_axis(parts))
    return None


def widest(splits: Sequence[Split]) -> Split:
    """That with the widest gutter."""
    return max(splits, key=lambda split: max(gap(a, b) for a, b in pairwise(split.parts)))


def common_axis(parts: Sequence[Piece]) -> int | None:
    """The axis across which `parts` follow each other; None where they stand around each other."""
    for axis in (0, 1):
        if all(a.box[axis + 2] <= b.box[axis] for a, b in pairwise(parts)):
            return axis
    return None


def cut_pictures(canvas: Canvas, piece: Piece, axis: int) -> list[Piece]:
    """`piece` cut along `axis` where least is drawn between the pictures that the PDF places in it."""
    placed = sorted(canvas.placed.pictures_in(piece.box), key=lambda picture: picture[axis])
    edges = [piece.box[axis]]
    end = 0
    for a, b in pairwise(placed):
        end = max(end, a[axis + 2])
        before, after = Piece(a, Kind.IMAGE), Piece(b, Kind.IMAGE)
        if b[axis] < end or stacked_strips(before, after, canvas.unit):
            continue
        thin = b[axis] - end < THIN_GAP * canvas.unit  # rendering may fill it with the shades beside it
        position = (end + b[axis]) // 2 if thin else canvas.thinnest(piece.box, axis, end, b[axis])
        if position is not None:
            edges.append(position)
    edges.append(piece.box[axis + 2])
    parts = [part for part in map(canvas.piece, between(piece.box, axis, edges)) if part]
    return distribute(piece.letters, parts) if len(parts) > 1 else [piece]


def cut_image(canvas: Canvas, piece: Piece) -> list[Piece]:
    """`piece` cut at the seams between the images that it is made of, if it is an image at all."""
    if piece.kind is not Kind.IMAGE:
        return [piece]
    x0, y0, x1, y1 = piece.box
    pixels = canvas.pixels[y0:y1, x0:x1]
    least = round(max(24 * canvas.unit, 0.08 * max(piece.width, piece.height)))
    found = [
        [seam for seam in find_seams(lines, least) if not is_annotation(pixels, axis, seam)]
        for axis, lines in enumerate(canvas.lines(piece.box))
    ]
    if not any(found):
        return [piece]
    axis = max((0, 1), key=lambda axis: max((seam.share for seam in found[axis]), default=0.0))
    cut_pieces = [canvas.piece(box) for box in cut_at(piece.box, found[axis], axis)]
    parts = absorb(canvas, [part for part in cut_pieces if part and not is_blank(canvas, part)])
    if len(parts) < 2 or all(stacked_strips(a, b, canvas.unit) for a, b in pairwise(parts)):
        return [piece]
    return distribute(piece.letters, [Piece(part.box, Kind.IMAGE) for part in parts])


def is_blank(canvas: Canvas, piece: Piece) -> bool:
    """Whether `piece` is of one shade, such as the black margin of a scan."""
    x0, y0, x1, y1 = piece.box
    return bool(canvas.pixels[y0:y1, x0:x1].std() < 8)


def cut_gutters(canvas: Canvas, piece: Piece, axis: int, *, deep: bool = True) -> list[Piece]:
    """The parts of `piece` along `axis` with text joined to its neighbour and doubtful gutters closed.

    A part that can be cut across into plots is as good as a plot itself; that is only tried if `deep`.
    """
    boxes = strips(canvas, piece.box, axis, max(2, round(canvas.unit)))
    parts = absorb(canvas, distribute(piece.letters, [part for part in map(canvas.piece, boxes) if part]))
    if deep:
        parts = [
            replace(part, kind=Kind.PLOT) if is_compound(canvas, part, 1 - axis) else part for part in parts
        ]
    joined = parts[:1]
    for before, part in pairwise(parts):
        if parted(canvas, replace(before, letters=joined[-1].letters), part, axis):
            joined.append(part)
        else:
            joined[-1] = join(canvas, joined[-1], part)
    if deep:
        canvas.gutters += [(axis, a.box[axis + 2], b.box[axis]) for a, b in pairwise(joined)]
    return joined


def is_compound(canvas: Canvas, piece: Piece, axis: int) -> bool:
    """Whether `piece`, of no kind itself, consists along `axis` of plots or images."""
    if piece.kind is not Kind.ART:
        return False
    parts = cut_gutters(canvas, piece, axis, deep=False)
    return len(parts) > 1 and min(part.kind for part in parts) >= Kind.PLOT


def cut_core(canvas: Canvas, piece: Piece, axis: int) -> Split | None:
    """The parts of `piece` along `axis` where only print bridges the gutter; that print belongs to none of them.

    Such are a title over two plots or the name of an axis that they share.
    """
    boxes = strips(canvas, piece.box, axis, max(3, round(6 * canvas.unit)), core=True)
    cores = [part for part in (canvas.piece(box, core=True) for box in boxes) if part]
    cores = absorb(canvas, distribute(piece.letters, cores))
    schematic = len(cores) > 1 and not canvas.labelled and canvas.has_arrows(piece.box)
    positions = []
    for a, b in pairwise(cores):
        if not parted(canvas, a, b, axis) or (schematic and min(a.kind, b.kind) < Kind.PLOT):
            continue
        position = canvas.thinnest(piece.box, axis, a.box[axis + 2], b.box[axis])
        if position is not None:
            positions.append(position)
    edges = [piece.box[axis], *positions, piece.box[axis + 2]]
    parts = [part for part in map(canvas.piece, between(piece.box, axis, edges)) if part]
    return Split(distribute(piece.letters, parts), axis, tuple(positions)) if len(parts) > 1 else None


def between(box: PixelBox, axis: int, edges: Sequence[int]) -> list[PixelBox]:
    """`box` cut across `axis` at the inner ones of `edges`."""
    x0, y0, x1, y1 = box
    return [(a, y0, b, y1) if axis == 0 else (x0, a, x1, b) for a, b in pairwise(edges)]


def cut_between_letters(canvas: Canvas, piece: Piece) -> list[Piece]:
    """`piece` cut where least is drawn between its panel letters, for there must be a gutter between them."""
    if len(piece.letters) < 2:
        return [piece]
    least = max(24 * canvas.unit, 0.1 * canvas.side)
    found: list[tuple[int, list[Piece]]] = []
    for axis in (0, 1):
        runs = valleys(canvas, piece, axis)
        edges = [piece.box[axis], *((start + stop) // 2 for start, stop in runs), piece.box[axis + 2]]
        parts = [part for part in map(canvas.piece, between(piece.box, axis, edges)) if part]
        if len(parts) > 1 and min(min(part.width, part.height) for part in parts) > least:
            found.append((min(stop - start for start, stop in runs), parts))
    return distribute(piece.letters, max(found, key=lambda item: item[0])[1]) if found else [piece]


def cut_interlocked(canvas: Canvas, piece: Piece) -> list[Piece]:
    """The images of `piece` where they stand around each other, so that no gutter runs from edge to edge."""
    if any(len(strips(canvas, piece.box, axis, 2)) > 1 for axis in (0, 1)):
        return [piece]  # such a gutter was looked at and left as it is
    least = max(24 * canvas.unit, 0.1 * canvas.side)
    parts = [part for part in map(canvas.piece, canvas.blocks(piece.box)) if part]
    large = all(min(part.width, part.height) > least for part in parts)
    filled = sum(part.width * part.height for part in parts) > 0.7 * piece.width * piece.height
    return distribute(piece.letters, parts) if len(parts) > 2 and large and filled else [piece]


def valleys(canvas: Canvas, piece: Piece, axis: int) -> list[tuple[int, int]]:
    """The emptiest run along `axis` between each two groups of the letters of `piece`; none if one is full."""
    letters = sorted(piece.letters, key=lambda letter: letter[axis])
    origin, drawn = piece.box[axis], canvas.profile(piece.box, axis)
    usual = float(np.median(drawn)) + 1e-6
    runs: list[tuple[int, int]] = []
    for a, b in pairwise(letters):
        if b[axis] - a[axis] <= 24 * canvas.unit:
            continue
        start = max(0, min(a[axis + 2], b[axis]) - origin)
        part = drawn[start : max(0, b[axis] - origin)]
        low = np.flatnonzero(part <= min(SHALLOW * usual, part.min(initial=np.inf) + 0.02 * usual))
        if not len(low):
            return []
        longest = max(np.split(low, np.flatnonzero(np.diff(low) > 1) + 1), key=len)
        runs.append((origin + start + int(longest[0]), origin + start + int(longest[-1]) + 1))
    return runs


def strips(canvas: Canvas, box: PixelBox, axis: int, least: int, *, core: bool = False) -> list[PixelBox]:
    """`box` cut at every gutter of `least` pixels or more; `axis` 0: side by side, 1: one above the other.

    If `core`, print may bridge it.
    """
    x0, y0, x1, y1 = box
    origin, end = (x0, x1) if axis == 0 else (y0, y1)
    profile = canvas.met(box, axis, core=core)
    cuts = [origin, *(origin + position for run in empty_runs(profile, least) for position in run), end]
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return [(a, y0, b, y1) if axis == 0 else (x0, a, x1, b) for a, b in pairs]


def cut_at(box: PixelBox, seams: list[Seam], axis: int) -> list[PixelBox]:
    """`box` cut at `seams`, the seams themselves left out."""
    x0, y0, x1, y1 = box
    origin, end = (x0, x1) if axis == 0 else (y0, y1)
    edges = [origin, *(origin + edge for seam in seams for edge in (seam.start, seam.stop)), end]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(a, y0, b, y1) if axis == 0 else (x0, a, x1, b) for a, b in pairs]


def absorb(canvas: Canvas, parts: list[Piece]) -> list[Piece]:
    """`parts`, which lie in a row, with each one that is mere text joined to its nearer neighbour."""
    parts = list(parts)
    while len(parts) > 1 and any(part.kind is Kind.TEXT for part in parts):
        gaps = [gap(a, b) for a, b in pairwise(parts)]
        beside = [i for i in range(len(gaps)) if Kind.TEXT in (parts[i].kind, parts[i + 1].kind)]
        index = min(beside, key=gaps.__getitem__)
        a, b = parts[index : index + 2]
        parts[index : index + 2] = [replace(join(canvas, a, b), kind=max(a.kind, b.kind))]
    return parts
