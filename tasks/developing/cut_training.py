"""Training of the judge of cuts on figures whose panels are known.

    python -m tasks.developing.cut_training SHARED WEIGHTS

Every figure is cut as its gold says; each cut that was proposed on the way is an example: right where it parts gold
panels and tears none.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from models.boosted import save_trees, train_trees
from tasks.developing.cut_proposals import apply_cuts, propose
from tasks.developing.panel_gold import GoldFigure, load_gold, load_score
from tasks.panels.cuts import Cut, CutFeatures
from tasks.panels.partition import Proposal
from tasks.panels.pieces import Canvas, Piece
from tasks.panels.separation import prepare

TORN = 0.12
"""Share of a panel that a right cut may take from it: gold boxes are a point or two off."""

MOST_LEVELS = 8
"""Cuts within cuts that are followed."""

FOLDERS = ("wild", "corpus")
"""Where annotated papers lie."""


@dataclass(frozen=True, slots=True)
class Example:
    """A cut with whether it is right."""

    features: CutFeatures
    right: bool


def examples_of(figure: GoldFigure) -> list[Example]:
    """The examples of one figure."""
    setting = prepare(figure.image)
    if setting is None:
        return []
    gold = np.array([setting.to_pixels(box) for box in figure.boxes], float)
    return list(follow(setting.canvas, setting.whole, gold, 0))


def follow(canvas: Canvas, piece: Piece, gold: np.ndarray, level: int) -> Iterator[Example]:
    """The examples of `piece` and, cut as the panels `gold` (N, 4) say, of its parts."""
    proposals = propose(canvas, piece)
    own = gold[shares_inside(gold, piece) > 0.5]
    if not len(own) or not proposals:
        return
    answers = [is_right(proposal.cut, own) for proposal in proposals]
    yield from (Example(p.features, answer) for p, answer in zip(proposals, answers, strict=True))
    right = [p for p, answer in zip(proposals, answers, strict=True) if answer]
    if right and level < MOST_LEVELS:
        parts = apply_cuts(canvas, piece, commonest_axis(right))
        for part in parts if len(parts) > 1 else ():
            yield from follow(canvas, part, gold, level + 1)


def commonest_axis(right: list[Proposal]) -> list[Cut]:
    """The cuts across the axis that most of them have."""
    axis = int(sum(proposal.cut.axis for proposal in right) > len(right) / 2)
    return [proposal.cut for proposal in right if proposal.cut.axis == axis]


def is_right(cut: Cut, gold: np.ndarray) -> bool:
    """Whether `cut` has panels of `gold` (N, 4) on both sides and tears none."""
    first, last = gold[:, cut.axis], gold[:, cut.axis + 2]
    before = np.clip((cut.middle - first) / np.maximum(1, last - first), 0, 1)
    torn = np.minimum(before, 1 - before) > TORN
    return not torn.any() and bool((before > 0.5).any() and (before <= 0.5).any())


def shares_inside(gold: np.ndarray, piece: Piece) -> np.ndarray:
    """The share (N,) of each panel of `gold` (N, 4) that lies in `piece`."""
    both = np.minimum(gold[:, 2:], piece.box[2:]) - np.maximum(gold[:, :2], piece.box[:2])
    areas = np.maximum(1, (gold[:, 2:] - gold[:, :2]).prod(axis=1))
    shares: np.ndarray = np.clip(both, 0, None).prod(axis=1) / areas
    return shares


def weighted(figures: Iterable[GoldFigure]) -> Iterator[tuple[Example, float]]:
    """The examples of `figures`; those of one figure together count as the root of their number."""
    for figure in figures:
        examples = examples_of(figure)
        yield from ((example, 1 / np.sqrt(len(examples))) for example in examples)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path)
    parser.add_argument("weights", type=Path)
    options = parser.parse_args()
    score = load_score(options.shared)
    figures = chain.from_iterable(
        load_gold(options.shared, score, found=True, folder=folder) for folder in FOLDERS
    )
    examples = list(weighted(figures))
    rows = np.array([example.features for example, _ in examples], np.float32)
    answers = np.array([example.right for example, _ in examples])
    save_trees(train_trees(rows, answers, np.array([weight for _, weight in examples])), options.weights)


if __name__ == "__main__":
    main()
