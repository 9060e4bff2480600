"""Partition: a figure cut again and again as the rules say, unless the judge of cuts objects.

The judge is boosted trees that say how likely a cut parts panels and tears none: models/pretrained/cuts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

import models
from models.boosted import BoostedTrees, load_trees
from tasks.panels.cuts import Company, Cut, CutFeatures, Parts, Source, measure_cut
from tasks.panels.pieces import Canvas, Piece, distribute
from tasks.panels.rules import between, find_split

WEIGHTS = Path(models.__file__).parent / "pretrained" / "cuts" / "model.safetensors"

Judge = Callable[[Sequence[CutFeatures]], np.ndarray]
"""The probability (N,) of each of N cuts that it parts panels and tears none."""

DOUBTFUL = 0.25
"""Probability below which the judge objects to a cut of the rules.

In cross-validation over papers 0.33 separates the hard pages better (0.82, not 0.80) and ordinary ones worse (0.93, not
0.94), all together the same; 0.4 merges more still. Of papers at large most are ordinary.
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cut of a piece and what is known of it."""

    cut: Cut
    features: CutFeatures


def partition(canvas: Canvas, judge: Judge, piece: Piece) -> list[Piece]:
    """The panels that `piece` is made of: cut by the rules unless the judge objects."""
    parts = ruled_parts(canvas, judge, piece)
    if len(parts) < 2:
        return [piece]
    return [leaf for part in parts for leaf in partition(canvas, judge, part)]


def ruled_parts(canvas: Canvas, judge: Judge, piece: Piece) -> list[Piece]:
    """The parts of `piece` by the rules; none where they see one panel or the judge objects to every cut."""
    split = find_split(canvas, piece)
    if split is None:
        return []
    if split.axis is not None:
        cuts = [
            Cut(split.axis, min(a.box[split.axis + 2], b.box[split.axis]), b.box[split.axis], Source.GUTTER)
            for a, b in pairwise(split.parts)
        ]
        proposals = measure_all(canvas, piece, split.axis, cuts)
        if proposals and judge([p.features for p in proposals]).max() < DOUBTFUL:
            return []
    for position in split.positions:
        canvas.erase_print(piece.box, split.axis or 0, position)
    return [
        replace(canvas.piece(part.box) or part, letters=part.letters, kind=part.kind) for part in split.parts
    ]


def measure_all(canvas: Canvas, piece: Piece, axis: int, cuts: Sequence[Cut]) -> list[Proposal]:
    """`cuts` of `piece` across `axis` with what is known of them."""
    found = []
    company = Company(len(cuts), max((cut.width for cut in cuts), default=0))
    edges = [piece.box[axis], *(cut.middle for cut in cuts), piece.box[axis + 2]]
    for number, cut in enumerate(cuts):
        sides = halves(canvas, piece, axis, [edges[0], cut.middle, edges[-1]])
        if sides:
            strips = halves(canvas, piece, axis, edges[number : number + 3]) or sides
            parts = Parts(sides, strips)
            features = measure_cut(canvas, piece, cut, parts, company)
            found.append(Proposal(cut, features))
    return found


def halves(canvas: Canvas, piece: Piece, axis: int, edges: Sequence[int]) -> tuple[Piece, Piece] | None:
    """What `piece` holds between the first two and the last two of three `edges`; None where one is empty."""
    found = [part for part in map(canvas.piece, between(piece.box, axis, edges)) if part]
    if len(found) < 2:
        return None
    a, b = distribute(piece.letters, found)
    return a, b


def judge_cuts(features: Sequence[CutFeatures]) -> np.ndarray:
    """The probability (N,) of each of N cuts that it is one between panels."""
    return load_judge().probabilities(np.array(features, np.float32))


@functools.cache
def load_judge(file: Path = WEIGHTS) -> BoostedTrees:
    """The trees that ship; read once per process."""
    return load_trees(file)
