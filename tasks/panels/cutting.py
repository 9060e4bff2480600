"""Cutting a figure into pieces: at gutters first, then where only print bridges them, then at the seams of images."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from tasks.panels.gutters import PixelBox, strips, trim
from tasks.panels.pieces import Canvas, Kind, Piece, distance, distribute
from tasks.panels.seams import cut_at, find_seams, is_flat, to_gray

REACH = 14
"""PDF points within which print belongs to the drawing beside it."""

THIN_GAP = 2.0
"""PDF points between two placed pictures in which nothing else can be drawn."""

SHALLOW = 0.45
"""Largest share of the usual ink that a gutter between two panel letters may hold."""


def split(canvas: Canvas, piece: Piece) -> list[Piece]:
    """`piece` cut along the axis that parts it best, and its parts in turn."""
    if canvas.placed.is_panel(piece.box):
        return [piece]
    for cut in (cut_pictures, cut_gutters, cut_core):
        choices = [parts for axis in (0, 1) if len(parts := cut(canvas, piece, axis)) > 1]
        if choices:
            parts = max(choices, key=widest_gap)
            return [leaf for part in parts for leaf in split(canvas, part)]
    parts = cut_image(canvas, piece)
    if len(parts) < 2:
        parts = cut_between_letters(canvas, piece)
    if len(parts) < 2:
        parts = cut_interlocked(canvas, piece)
    return [leaf for part in parts for leaf in split(canvas, part)] if len(parts) > 1 else parts


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
    gray = to_gray(canvas.pixels[y0:y1, x0:x1])
    least = round(max(24 * canvas.unit, 0.08 * max(gray.shape)))
    found = [find_seams(gray, axis, least) for axis in (0, 1)]
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


def widest_gap(parts: list[Piece]) -> int:
    """The widest gutter in pixels between neighbours of `parts`."""
    return max(gap(a, b) for a, b in pairwise(parts))


def gap(a: Piece, b: Piece) -> int:
    """Pixels between two boxes that do not overlap on one axis."""
    return max(b.box[0] - a.box[2], b.box[1] - a.box[3])


def cut_gutters(canvas: Canvas, piece: Piece, axis: int, *, deep: bool = True) -> list[Piece]:
    """The parts of `piece` along `axis` with text joined to its neighbour and doubtful gutters closed.

    A part that can be cut across into plots is as good as a plot itself; that is only tried if `deep`.
    """
    boxes = strips(canvas.mask, piece.box, axis, max(2, round(canvas.unit)))
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


def cut_core(canvas: Canvas, piece: Piece, axis: int) -> list[Piece]:
    """The parts of `piece` along `axis` where only print bridges the gutter; that print belongs to none of them.

    Such are a title over two plots or the name of an axis that they share.
    """
    boxes = strips(canvas.core, piece.box, axis, max(3, round(6 * canvas.unit)))
    cores = [part for part in (canvas.piece(box, core=True) for box in boxes) if part]
    cores = absorb(canvas, distribute(piece.letters, cores))
    if len(cores) < 2:
        return [piece]
    schematic = not canvas.labelled and canvas.has_arrows(piece.box)
    edges = [piece.box[axis]]
    for a, b in pairwise(cores):
        if not parted(canvas, a, b, axis) or (schematic and min(a.kind, b.kind) < Kind.PLOT):
            continue
        position = canvas.thinnest(piece.box, axis, a.box[axis + 2], b.box[axis])
        if position is not None:
            edges.append(position)
    edges.append(piece.box[axis + 2])
    if len(edges) < 3:
        return [piece]
    parts = [canvas.piece(box) for box in between(piece.box, axis, edges)]
    for position in edges[1:-1]:
        canvas.erase_print(piece.box, axis, position)
    trimmed = [canvas.piece(part.box) or part for part in parts if part]
    return distribute(piece.letters, trimmed)


def between(box: PixelBox, axis: int, edges: list[int]) -> list[PixelBox]:
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
    if any(len(strips(canvas.mask, piece.box, axis, 2)) > 1 for axis in (0, 1)):
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


def join(canvas: Canvas, a: Piece, b: Piece) -> Piece:
    """The piece that covers both."""
    box = min(a.box[0], b.box[0]), min(a.box[1], b.box[1]), max(a.box[2], b.box[2]), max(a.box[3], b.box[3])
    return replace(canvas.piece(box) or a, letters=a.letters + b.letters)


def absorb(canvas: Canvas, parts: list[Piece]) -> list[Piece]:
    """`parts` with each one that is mere text joined to its nearer neighbour."""
    parts = list(parts)
    while len(parts) > 1 and any(part.kind is Kind.TEXT for part in parts):
        gaps = [gap(a, b) for a, b in pairwise(parts)]
        index = min(
            (i for i in range(len(gaps)) if Kind.TEXT in (parts[i].kind, parts[i + 1].kind)),
            key=gaps.__getitem__,
        )
        joined = join(canvas, parts[index], parts[index + 1])
        kind = max(parts[index].kind, parts[index + 1].kind)
        parts[index : index + 2] = [replace(joined, kind=kind)]
    return parts


def parted(canvas: Canvas, a: Piece, b: Piece, axis: int) -> bool:
    """Whether the gutter across `axis` between neighbours `a` and `b` parts two panels."""
    space = gap(a, b) / canvas.unit
    if a.letters and b.letters:
        return True
    around = bounds(np.array([a.box, b.box]))
    if canvas.placed.is_drawn_across(around, axis, a.box[axis + 2], b.box[axis]):
        return False
    if a.kind is b.kind is Kind.IMAGE:
        return not stacked_strips(a, b, canvas.unit)
    if canvas.is_gutter(axis, a.box[axis + 2], b.box[axis]):
        return True
    if min(a.kind, b.kind) >= Kind.PLOT:
        return space >= 2
    if canvas.labelled:
        return space >= 5 and (a.kind is not b.kind or not canvas.letters)
    return space >= 20


def stacked_strips(a: Piece, b: Piece, unit: float) -> bool:
    """Whether `a` and `b` are strips of one blot: low, wide, of one width, and close above each other."""
    shared = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    low = max(a.height, b.height) < 45 * unit and min(a.width / a.height, b.width / b.height) > 2
    close = gap(a, b) < max(12 * unit, 0.75 * min(a.height, b.height))
    return low and shared > 0.8 * max(a.width, b.width) and close


def fit(canvas: Canvas, piece: Piece) -> PixelBox:
    """The box of a panel: its core with the print that belongs to it, such as names and numbers of axes.

    A photograph has no axes: the print beside it heads a row or a column.
    """
    core = trim(canvas.core, piece.box)
    if core is None:
        return piece.box
    x0, y0, x1, y1 = core
    if piece.kind is Kind.IMAGE and not is_flat(to_gray(canvas.pixels[y0:y1, x0:x1]).astype(np.int16)):
        return core
    marks = canvas.print_boxes(piece.box)
    reach = max(REACH * canvas.unit, 0.02 * canvas.side)
    while len(marks):
        near = distance(marks, core) <= reach
        if not near.any():
            break
        core = bounds(np.vstack([marks[near], np.array([core])]))
        marks = marks[~near]
    return core


def bounds(boxes: np.ndarray) -> PixelBox:
    """The least box that holds all of `boxes` (N, 4)."""
    return int(boxes[:, 0].min()), int(boxes[:, 1].min()), int(boxes[:, 2].max()), int(boxes[:, 3].max())
