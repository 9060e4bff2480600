"""Partition: a figure cut again and again as the rules say, unless the judge of splits objects."""

from __future__ import annotations

from dataclasses import replace

from tasks.panels.judging.judge import DOUBTFUL, Judge
from tasks.panels.judging.splits import measure_split
from tasks.panels.pieces import Canvas, Piece
from tasks.panels.rules import Split, find_split


def partition(canvas: Canvas, judge: Judge, piece: Piece) -> list[Piece]:
    """The panels that `piece` is made of: cut by the rules unless the judge objects."""
    split = find_split(canvas, piece)
    if split is None or not passes(canvas, judge, piece, split):
        return [piece]
    return [leaf for part in apply(canvas, piece, split) for leaf in partition(canvas, judge, part)]


def passes(canvas: Canvas, judge: Judge, piece: Piece, split: Split) -> bool:
    """Whether `split` of `piece` is made; letters, and filled pictures around each other, need no judge."""
    if split.axis is None or is_lettered(canvas, split):
        return True
    return judge(measure_split(canvas, piece, split, split.axis)) >= DOUBTFUL


def is_lettered(canvas: Canvas, split: Split) -> bool:
    """Whether the caption names panels and letters stand in two parts or more."""
    return canvas.named > 1 and sum(bool(part.letters) for part in split.parts) > 1


def apply(canvas: Canvas, piece: Piece, split: Split) -> list[Piece]:
    """The parts of `piece`; print that a cut goes through belongs to none of them."""
    for position in split.positions:
        canvas.erase_print(piece.box, split.axis or 0, position)
    return [
        replace(canvas.piece(part.box) or part, letters=part.letters, kind=part.kind) for part in split.parts
    ]
